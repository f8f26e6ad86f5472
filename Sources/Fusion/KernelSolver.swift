import Encoders
import Kernels
import Models
import Tensors

/// Learns a weighted sum of kernels, some on each modality, with support vector machines: one per class against the rest,
/// one per label, or a regression.
///
/// C is chosen on train, held out in folds, and validation together: a small validation split alone would choose by chance.
/// Choices rise and end where they no longer help. Probabilities are Platt's, by the same folds. In the folds the kernels'
/// weights are those learned from all of train (`heldOutDecisions`).
struct KernelSolver: Solver {
  let constraint: MultipleKernelLearning.Constraint
  /// On each modality.
  let kernels: [KernelChoice]
  /// C; nil for what validates best.
  let cost: Double?
  let epsilon: Double
  let memoryLimit: Int

  private static let costChoices = [0.1, 1, 10, 100]
  private static let tolerance = 1e-3
  private static let folds = 3

  func fit(_ samples: SolverSamples) throws -> (solution: any Solution, chosen: [String: String]) {
    var terms: [KernelSolution.Term] = []
    var scaled: [ScaledKernel] = []
    for (view, train) in samples.train.enumerated() {
      for choice in kernels {
        let kernel = try choice.kernel(for: train)
        terms.append(KernelSolution.Term(view: view, kernel: kernel))
        scaled.append(try ScaledKernel(kernel, train, .trace))
      }
    }
    let stack = try KernelStack(scaled, memoryLimit: memoryLimit)
    let factors = scaled.compactMap(\.factor)
    var best = BestChoice<(cost: Double, solution: KernelSolution)>()
    var last: [MultipleKernelModel]?
    // Costs rise, each started from the one before.
    for cost in cost.map({ [$0] }) ?? Self.costChoices {
      let machines = try machines(stack, samples, cost: cost, start: last)
      last = machines
      let held = try heldOut(stack, samples, machines, cost: cost)
      let solution = KernelSolution(
        machines, terms, factors: factors, views: samples.train, task: samples.task,
        calibrations: try held.flatMap { try calibrations($0, samples) })
      let validation = solution.representation(try solution.parts(samples.validation))
      let judged =
        try held.map {
          try samples.judgeAll(
            solution.outputs(.concatenated([Tensor.stacked($0.map { Tensor($0) }, axis: 1), validation])))
        } ?? samples.judge(solution.outputs(validation))
      guard best.offer(judged, (cost, solution)) else { break }
      // Where no sample is worth its full price, a higher one changes nothing.
      let isFree = machines.allSatisfy { machine in
        machine.coefficients.indices.allSatisfy {
          abs(machine.coefficients[$0]) < (1 - 1e-6) * cost * (samples.weights?[$0] ?? 1)
        }
      }
      if isFree { break }
    }
    let (cost, solution) = best.value!
    return (solution, ["cost": "\(cost)"])
  }

  private func learning(_ cost: Double) -> MultipleKernelLearning {
    MultipleKernelLearning(constraint: constraint, cost: cost, tolerance: Self.tolerance)
  }

  private func machines(
    _ stack: KernelStack, _ samples: SolverSamples, cost: Double, start: [MultipleKernelModel]?
  ) throws -> [MultipleKernelModel] {
    let learning = learning(cost)
    if let values = samples.targets.numericValues {
      return try [learning.regress(stack, targets: values, epsilon: epsilon, start: start?[0])]
    }
    return try Self.sides(samples).enumerated().map { number, positive in
      try learning.classify(
        stack, labels: positive.map { $0 ? 1 : -1 }, costs: samples.weights(telling: positive), start: start?[number])
    }
  }

  /// The samples on the positive side of each machine; none for values.
  private static func sides(_ samples: SolverSamples) throws -> [[Bool]] {
    let columns = samples.task.binaryProblems(samples.targets)
    if let number = columns.firstIndex(where: { Set($0).count < 2 }) {
      throw InputError("class number \(number + 1): all samples of train have it or none; machines need both")
    }
    return columns
  }

  /// What each machine says of every train sample without having learned from it; nil where some side has a single sample.
  private func heldOut(
    _ stack: KernelStack, _ samples: SolverSamples, _ machines: [MultipleKernelModel], cost: Double
  ) throws -> [[Double]]? {
    let learning = learning(cost)
    if let values = samples.targets.numericValues {
      guard values.count >= 2 * Self.folds else { return nil }
      let folds = MultipleKernelLearning.folds(values.map { _ in true }, Self.folds)
      return [
        try learning.heldOutValues(stack, of: machines[0], targets: values, epsilon: epsilon, folds: folds)
      ]
    }
    let columns = try Self.sides(samples)
    let smallest = columns.map { column in min(column.count { $0 }, column.count { !$0 }) }.min() ?? 0
    guard smallest >= 2 else { return nil }
    return try zip(columns, machines).map { positive, machine in
      try learning.heldOutDecisions(
        stack, of: machine, labels: positive.map { $0 ? 1 : -1 },
        folds: MultipleKernelLearning.folds(positive, min(Self.folds, smallest)),
        costs: samples.weights(telling: positive))
    }
  }

  /// nil for values; without any, decisions are taken for log-odds.
  private func calibrations(_ held: [[Double]], _ samples: SolverSamples) throws -> [PlattScaling]? {
    let columns = try Self.sides(samples)
    guard !columns.isEmpty else { return nil }
    return try zip(held, columns).map {
      try PlattScaling(fitting: $0, positive: $1, weights: samples.weights(telling: $1))
    }
  }

  func restore(_ file: inout NamedTensors, widths: [Int], task: any PredictionTask) throws -> any Solution {
    try KernelSolution(&file, widths: widths, task: task)
  }

  func bytes(samples: Int, widths: [Int]) -> Int {
    // What is kept of them, their sum and a matrix on its way.
    min(memoryLimit, 8 * samples * samples * (widths.count * kernels.count + 1)) + 16 * samples * samples
      + 16 * samples * widths.reduce(0, +)
  }
}

extension Method {
  static let mkl = multipleKernel(
    "mkl",
    "multiple kernel learning: sparse or Lp-weighted sum of kernels on the modalities, support vector machines",
    "Rakotomamonjy et al., 2008, SimpleMKL; Kloft et al., 2011, Lp-norm multiple kernel learning",
    [
      MethodOption(
        "norm", default: 1, in: 1...(.infinity),
        help: "p of the kernel weights' norm: 1 (few kernels) or above; inf for equal weights")
    ]
  ) { values in
    let p = try values.number("norm")
    return p == 1 ? .simple : p == .infinity ? .uniform : .norm(p)
  }

  /// A method that learns a weighted sum of kernels.
  static func multipleKernel(
    _ name: String, _ summary: String, _ paper: String, _ own: [MethodOption],
    _ constraint: @escaping @Sendable (OptionValues) throws -> MultipleKernelLearning.Constraint
  ) -> Method {
    let options = [
      MethodOption(
        "kernels", default: "linear+rbf",
        help: "kernels on each modality, with + between: linear, polynomial, laplacian, exp-dot, rbf, cosine"),
      MethodOption(
        "cost", default: .automatic, in: 1e-6...1e6,
        help: "C of the machines; auto: the best of .1 to 100 by folds of train and validation"
      ),
      MethodOption(
        "epsilon", default: 0.1, in: 0...1e6, help: "what values may be off at no cost, in standard deviations"),
      MethodOption(
        "memory", default: 4, in: 1e-6...1e6,
        help: "most GiB of kernels kept; others are computed again whenever they are read"),
    ]
    return Method(
      name, area: "fusion", summary: summary, paper: paper, options: own + options, modalities: 1...64,
      adds: { _ in .logits },
      learning: .solver(isDeterministic: true) { values in
        KernelSolver(
          constraint: try constraint(values),
          kernels: try values.text("kernels").split(separator: "+", omittingEmptySubsequences: false).map {
            try KernelChoice(ofFeatures: String($0), method: values.method)
          },
          cost: try values.open("cost") { try $0.number("cost") },
          epsilon: try values.number("epsilon"),
          memoryLimit: Int(try values.number("memory") * Double(1 << 30)))
      })
  }
}
