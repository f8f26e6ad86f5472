import Foundation
import Modalities
import Models
import Tensors
import Testing

/// What a prediction problem decides, against definitions written out number by number.
@Suite struct PredictionTaskTests {
  static let tasks: [any PredictionTask] = [
    ClassificationTask(outputs: 3), ClassificationTask(outputs: 2), MultilabelTask(outputs: 3), RegressionTask(),
  ]

  private func targets(_ task: any PredictionTask, _ count: Int) -> Targets {
    switch task.kind {
    case .classification: .classes((0..<count).map { $0 * 7 % task.outputs })
    case .multilabel: .labels((0..<count).map { row in (0..<task.outputs).map { (row + $0) % 3 == 0 } })
    default: .values((0..<count).map { sin(Double($0)) })
    }
  }

  /// Losses of experts' outputs have the derivatives that are said.
  @Test(arguments: tasks.indices) func derivativesAreThoseOfTheLosses(_ number: Int) {
    let task = Self.tasks[number]
    let (count, experts) = (5, 2)
    let features = Tensor.randn([count, experts, task.outputs], dtype: .float64, generator: Generator(seed: 4))
    let truth = task.truth(targets(task, count).tensor(Array(0..<count))!)
    func outputs(_ x: [Double]) -> Tensor { (features * Tensor(x).reshaped([1, experts, 1])).sum(axes: [1]) }
    func loss(_ x: [Double]) -> Double { task.losses(outputs(x), truth: truth).sum().item() }
    func gradient(_ x: [Double]) -> [Double] {
      let found = task.derivatives(outputs(x), truth: truth, features: features)
      return (features * found.errors.unsqueezed(1)).sum(axes: [0, 2]).doubles
    }
    let x = [0.7, 0.4]
    let found = task.derivatives(outputs(x), truth: truth, features: features)
    for first in 0..<experts {
      func moved(_ step: Double) -> [Double] { x.enumerated().map { $0 == first ? $1 + step : $1 } }
      let slope = (loss(moved(1e-5)) - loss(moved(-1e-5))) / 2e-5
      #expect(abs(slope - gradient(x)[first]) < 1e-7 * max(1, abs(slope)))
      for second in 0..<experts {
        let bend = (gradient(moved(1e-5))[second] - gradient(moved(-1e-5))[second]) / 2e-5
        let product =
          found.centred.select(axis: 1, index: first) * found.centred.select(axis: 1, index: second) * found.curvature
        #expect(abs(bend - product.sum().item()) < 1e-6 * max(1, abs(bend)))
      }
    }
  }

  /// Probabilities of a mixture are the weighted mean of the experts'; of values it is the mean itself.
  @Test(arguments: tasks.indices) func mixturesAreMeansOfProbabilities(_ number: Int) {
    let task = Self.tasks[number]
    let outputs = Tensor.randn([4, 2, task.outputs], dtype: .float64, generator: Generator(seed: 5))
    let weights = [0.3, 0.7]
    let mixture = task.mixture(outputs, logWeights: Tensor(weights.map { log($0) }).reshaped([1, 2, 1]))
    let experts = (0..<2).map { task.predictions(of: outputs.select(axis: 1, index: $0)) }
    let mean = experts[0] * weights[0] + experts[1] * weights[1]
    #expect((task.predictions(of: mixture) - mean).abs().max().item() < 1e-12)
    guard task.hasProbabilities else { return }
    #expect((task.shares(ofMixture: mixture) - mean).abs().max().item() < 1e-12)
    #expect((task.predictions(of: task.outputs(ofShares: mean)) - mean).abs().max().item() < 1e-12)
    // Each expert votes for what it predicts.
    let votes = task.votes(outputs).to(.float64)
    for (expert, predicted) in experts.enumerated() {
      let voted = votes.select(axis: 1, index: expert)
      let expected =
        task.hasExclusiveClasses
        ? (predicted .== predicted.max(axis: 1).values.unsqueezed(1)).to(.float64) : (predicted .> 0.5).to(.float64)
      #expect((voted - expected).abs().max().item() == 0)
    }
  }

  /// A rare class or label weighs as much as a common one.
  @Test func rarityIsBalanced() {
    let outputs = Tensor([1.0, 0, 0, 1, 1, 1, 0, 2], shape: [4, 2])
    let classes = Targets.classes([0, 0, 0, 1])
    let each = outputs.logSoftmax(axis: 1).doubles
    let loss = ClassificationTask(outputs: 2).criterion(balancing: classes)(outputs, classes.tensor([0, 1, 2, 3])!)
    let expected = -((each[0] + each[2] + each[4]) / 3 + each[7]) / 2
    #expect(abs(loss.item() - expected) < 1e-12)
    #expect(
      MultilabelTask(outputs: 1).criterion(balancing: .labels([[true], [false], [false], [false]]))
        == .binaryCrossEntropy(positiveWeights: [3]))
    #expect(RegressionTask().criterion(balancing: nil) == .meanSquaredError && !RegressionTask().balances)
  }

  @Test(arguments: tasks.indices) func machinesAreOnePerProblem(_ number: Int) {
    let task = Self.tasks[number]
    let problems = task.binaryProblems(targets(task, 12))
    #expect(task.machines == max(1, problems.count))
    let decisions = Tensor.randn([3, task.machines], dtype: .float64, generator: Generator(seed: 6))
    let outputs = task.outputs(ofDecisions: decisions, logOdds: decisions * 2)
    #expect(outputs.shape == [3, task.outputs])
    let predicted = task.predictions(of: outputs).doubles
    let odds = (decisions * 2).doubles.map { 1 / (1 + exp(-$0)) }
    switch (task.kind, task.outputs) {
    case (.classification, 2): for row in 0..<3 { #expect(abs(predicted[2 * row + 1] - odds[row]) < 1e-12) }
    case (.classification, _):
      for row in 0..<3 {
        let own = odds[3 * row..<3 * row + 3]
        for (column, value) in own.enumerated() {
          #expect(abs(predicted[3 * row + column] - value / own.reduce(0, +)) < 1e-12)
        }
      }
    case (.multilabel, _): for (found, value) in zip(predicted, odds) { #expect(abs(found - value) < 1e-12) }
    default: #expect(predicted == decisions.doubles)
    }
  }

  @Test func predictionsAsText() {
    let classes = ["red", "green", "blue"]
    let one = ClassificationTask(outputs: 3)
    #expect(one.text([0.4, 0.4, 0.2], classes: classes, thresholds: nil) == "red")
    #expect(one.text(target: [2], classes: classes) == "blue")
    #expect(one.change(from: [0.4, 0.4, 0.2], to: [0.5, 0.3, 0.2], thresholds: nil) == 0)
    #expect(one.objection(to: [0, 2]) == nil && one.objection(to: [3]) != nil && one.objection(to: [0.5]) != nil)
    let some = MultilabelTask(outputs: 3)
    #expect(some.text([0.4, 0.5, 0.2], classes: classes, thresholds: nil) == "green")
    #expect(some.text([0.4, 0.5, 0.2], classes: classes, thresholds: [0.4, 0.6, 0.1]) == "red|blue")
    #expect(some.text(target: [1, 0, 1], classes: classes) == "red|blue")
    #expect(some.change(from: [0.4, 0.5, 0.2], to: [0.4, 0.4, 0.2], thresholds: nil) == 1)
    let number = RegressionTask(scaling: TargetScaling(mean: 10, scale: 2))
    #expect(number.text([1.5], classes: [], thresholds: nil) == "1.5" && number.text(target: [2], classes: []) == "2.0")
    #expect(number.change(from: [1], to: [3.5], thresholds: nil) == 2.5)
    #expect(number.predictions(of: Tensor([0.5], shape: [1, 1])).doubles == [11])
  }

  /// Nothing is treated as something else in silence.
  @Test(arguments: [TaskKind.retrieval, .none]) func nothingIsPredicted(_ kind: TaskKind) {
    #expect(kind.prediction(outputs: 3) == nil && !kind.task(classes: ["a"]).outputsAreClasses)
    #expect(throws: InputError.self) { try Predictions([[1.0]], targets: [0], task: kind) }
  }
}
