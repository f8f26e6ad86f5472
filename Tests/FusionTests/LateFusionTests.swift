import Foundation
import Fusion
import Layers
import Modalities
import Models
import Tensors
import Testing

@Suite struct LateFusionTests {
  private func late(
    _ combination: LateFusion.Combination, modalities: Int = 3, outputs: Int = 2, task: TaskKind = .classification
  ) throws -> LateFusion {
    let fusion = try LateFusion(
      widths: Array(repeating: 4, count: modalities), task: task.prediction(outputs: outputs)!,
      combination: combination,
      generator: Generator(seed: 1))
    fusion.convert(to: .float64)
    return fusion
  }

  /// Logits of probabilities, moved by a constant that must not matter.
  private func logits(_ probabilities: [[Double]]) -> [Tensor] {
    probabilities.enumerated().map { index, row in
      Tensor(row.map { log($0) + Double(index) }, shape: [1, row.count])
    }
  }

  private func probabilities(_ logits: Tensor) -> Tensor { logits.softmax(axis: 1)[0] }

  private func row(_ values: [Double]) -> Tensor { Tensor(values) }

  @Test func average() throws {
    let found = try late(.average).combine(logits([[0.6, 0.4], [0.1, 0.9], [0.8, 0.2]]), present: nil)
    expectClose(probabilities(found), row([0.5, 0.5]))
  }

  @Test func averageOfThosePresent() throws {
    let found = try late(.average)
      .combine(logits([[0.6, 0.4], [0.1, 0.9], [0.8, 0.2]]), present: mask([[true, false, true]]))
    expectClose(probabilities(found), row([0.7, 0.3]))
    // Not only in proportion: these are logarithms of probabilities.
    expectClose(found.exp()[0], row([0.7, 0.3]))
  }

  @Test func productOfExperts() throws {
    let fusion = try late(.product)
    let predictions = logits([[0.6, 0.4], [0.1, 0.9], [0.8, 0.2]])
    let (a, b) = (0.6 * 0.1 * 0.8, 0.4 * 0.9 * 0.2)
    expectClose(probabilities(fusion.combine(predictions, present: nil)), row([a / (a + b), b / (a + b)]))
    expectClose(
      probabilities(fusion.combine(predictions, present: mask([[true, true, false]]))), row([0.06 / 0.42, 0.36 / 0.42]))
  }

  @Test func majorityVote() throws {
    let fusion = try late(.majority)
    // Two hesitant experts outvote a certain one.
    let found = fusion.combine(logits([[0.51, 0.49], [0.001, 0.999], [0.51, 0.49]]), present: nil)
    #expect(found.argmax(axis: 1).integers == [0])
    expectClose(probabilities(found), row([2 / 3, 1 / 3]), tolerance: 1e-3)
    // One vote each: the mean probability decides.
    let tied = fusion.combine(
      logits([[0.51, 0.49], [0.001, 0.999], [0.51, 0.49]]), present: mask([[true, true, false]]))
    #expect(tied.argmax(axis: 1).integers == [1])
    expectClose(probabilities(tied), row([0.5, 0.5]), tolerance: 1e-3)
  }

  @Test func learnedWeights() throws {
    let fusion = try late(.weighted)
    let theta = fusion.namedParameters().first { $0.name == "scores" }!.parameter
    theta.assign(Tensor([1, 2, 5] as [Double]).log())
    let predictions = logits([[0.6, 0.4], [0.1, 0.9], [0.8, 0.2]])
    expectClose(
      probabilities(fusion.combine(predictions, present: nil)), row([(0.6 + 0.2 + 4) / 8, (0.4 + 1.8 + 1) / 8]))
    expectClose(
      probabilities(fusion.combine(predictions, present: mask([[true, true, false]]))),
      row([(0.6 + 0.2) / 3, (0.4 + 1.8) / 3]))
  }

  /// At first the stack is the normalised geometric mean of those present.
  @Test func stackingStartsAtTheMean() throws {
    let fusion = try late(.stacking)
    let predictions = logits([[0.6, 0.4], [0.1, 0.9], [0.8, 0.2]])
    let (a, b) = (sqrt(0.6 * 0.8), sqrt(0.4 * 0.2))
    expectClose(
      probabilities(fusion.combine(predictions, present: mask([[true, false, true]]))),
      row([a / (a + b), b / (a + b)]), tolerance: 1e-7)
  }

  @Test func labels() throws {
    let predictions = [0.8, 0.3, 0.4].map { Tensor([log($0 / (1 - $0))], shape: [1, 1]) }
    func combined(_ combination: LateFusion.Combination) throws -> Double {
      try late(combination, outputs: 1, task: .multilabel).combine(predictions, present: nil).sigmoid().item()
    }
    #expect(try abs(combined(.average) - 0.5) < 1e-12)
    let (holds, fails) = (0.8 * 0.3 * 0.4, 0.2 * 0.7 * 0.6)
    #expect(try abs(combined(.product) - holds / (holds + fails)) < 1e-12)
    #expect(try abs(combined(.majority) - 1 / 3) < 1e-3)
  }

  @Test func values() throws {
    let predictions = [1.0, 2, 6].map { Tensor([$0], shape: [1, 1]) }
    let present = mask([[true, false, true]])
    for combination in [LateFusion.Combination.pool, .average, .weighted, .stacking] {
      let fusion = try late(combination, outputs: 1, task: .regression)
      #expect(abs(fusion.combine(predictions, present: nil).item() - 3) < 1e-6)
      #expect(abs(fusion.combine(predictions, present: present).item() - 3.5) < 1e-6)
    }
    for combination in [LateFusion.Combination.product, .majority] {
      #expect(throws: UsageError.self) { try self.late(combination, task: .regression) }
    }
  }

  @Test(arguments: LateFusion.Combination.allCases)
  func permutingModalitiesChangesNothing(combination: LateFusion.Combination) throws {
    let order = [2, 0, 1]
    let fusion = try late(combination)
    let other = try late(combination)
    var state = permuting(fusion.state(), ["predictors"], order: order)
    let stack = state["stack.weight"]
    if let stack { state["stack.weight"] = permutingBlocks(stack, axis: 1, sizes: [2, 2, 2], order: order) }
    if let scores = state["scores"] { state["scores"] = scores.indexSelect(Tensor(order)) }
    try other.load(state)
    let inputs = encodings([4, 4, 4])
    expectClose(other(order.map { inputs[$0] }, present: nil), fusion(inputs, present: nil))
  }

  /// Each modality shows the class with a reliability of its own, independently of the others given the class.
  private func witnesses(_ reliabilities: [Double], _ count: Int, seed: UInt64) -> Batch {
    let generator = Generator(seed: seed)
    let target = Tensor.randint(0, 2, [count], generator: generator)
    var inputs: [String: ModalityInput] = [:]
    for (number, reliability) in reliabilities.enumerated() {
      let right = (Tensor.rand([count], generator: generator) .< reliability).to(.int64) * 2 - 1
      inputs["m\(number)"] = ModalityInput(values: ((target * 2 - 1) * right).to(.float32).unsqueezed(1))
    }
    return Batch(inputs: inputs, target: target, ids: (0..<count).map(String.init))
  }

  /// Of one good witness and two poor ones, Bayes' rule follows the good one, and so do combinations of probabilities; a vote
  /// follows the majority. Of three witnesses of whom two together know more than the first, all follow the two.
  @Test(arguments: [[0.9, 0.65, 0.65], [0.8, 0.75, 0.75]], LateFusion.Combination.allCases)
  func weighsWitnesses(reliabilities: [Double], combine: LateFusion.Combination) throws {
    let (a, b, c) = (reliabilities[0], reliabilities[1], reliabilities[2])
    let vote = a * (1 - (1 - b) * (1 - c)) + (1 - a) * b * c
    let expected = combine == .majority ? vote : max(a, vote)
    let model = try learnt(
      "late", ["combine": combine.rawValue], on: witnesses(reliabilities, 2048, seed: 1),
      validation: witnesses(reliabilities, 1024, seed: 2), epochs: 15)
    let (accuracy, count) = (scores(model, witnesses(reliabilities, 4000, seed: 3)).accuracy, 4000.0)
    // Four standard deviations.
    #expect(abs(accuracy - expected) < 4 * (expected * (1 - expected) / count).squareRoot(), "\(accuracy), \(expected)")
  }
}
