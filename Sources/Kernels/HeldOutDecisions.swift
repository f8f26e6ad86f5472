import Tensors

extension MultipleKernelLearning {
  /// What a machine decides about every sample where it learns from the other folds.
  ///
  /// The kernels' weights stay those of `model`, which has seen all samples: what is left for each fold is one support vector
  /// machine on the sum, started from what `model` found, which takes a small part of the time of learning weights anew. The
  /// price is that a weight for each kernel has seen the samples that are held out.
  ///
  /// - Parameters:
  ///   - kernels: of the samples with each other.
  ///   - model: learned from all of them with these settings.
  ///   - labels: −1 or 1 per sample.
  ///   - folds: number of each sample's fold; without any fold both labels must be left.
  ///   - costs: as for `classify`.
  public func heldOutDecisions(
    _ kernels: KernelStack, of model: MultipleKernelModel, labels: [Double], folds: [Int], costs: [Double]? = nil
  ) throws -> [Double] {
    let costs = (costs ?? labels.map { _ in 1 }).map { $0 * cost }
    return try heldOut(kernels, model, folds, SupportVectorProblem(labels: labels, costs: costs))
  }

  /// What a regression predicts for every sample where it learns from the other folds, the kernels' weights being those of
  /// `model`.
  public func heldOutValues(
    _ kernels: KernelStack, of model: MultipleKernelModel, targets: [Double], epsilon: Double = 0.1, folds: [Int]
  ) throws -> [Double] {
    try heldOut(
      kernels, model, folds,
      SupportVectorProblem(targets: targets, epsilon: epsilon, costs: targets.map { _ in cost }))
  }

  private func heldOut(
    _ kernels: KernelStack, _ model: MultipleKernelModel, _ folds: [Int], _ problem: SupportVectorProblem
  ) throws -> [Double] {
    precondition(folds.count == kernels.count, "\(folds.count) fold numbers for \(kernels.count) samples")
    // Held-out samples stay where they are and may cost nothing: no matrix is cut, and rows of the sum serve all folds.
    let sum = KernelSum(
      kernels, model.weights, diagonal: kernels.weighted(kernels.diagonals(), model.weights))
    var decisions = [Double](repeating: 0, count: kernels.count)
    for held in Set(folds).sorted() {
      let rest = problem.leavingOut { folds[$0] == held }
      let known = Self.balanced(folds.indices.map { folds[$0] == held ? 0 : model.coefficients[$0] })
      let (found, scores) = try machine(
        kernels, rest, model.weights, rest.start(from: known, scaledBy: 1), on: sum)
      for sample in folds.indices where folds[sample] == held { decisions[sample] = scores[sample] + found.bias }
    }
    return decisions
  }

  /// Coefficients whose larger side is scaled down to the other: a part of them no longer sums to 0, as a machine's do.
  private static func balanced(_ coefficients: [Double]) -> [Double] {
    let positive = coefficients.reduce(0) { $0 + max(0, $1) }
    let negative = coefficients.reduce(0) { $0 + max(0, -$1) }
    guard positive > 0, negative > 0 else { return coefficients.map { _ in 0 } }
    return coefficients.map {
      $0 > 0 ? $0 * min(1, negative / positive) : $0 * min(1, positive / negative)
    }
  }

  /// Deals samples out to folds: those of either side go round the folds in drawn order, so that every fold has both.
  ///
  /// - Parameter positive: the side of each sample; all alike where there are no sides.
  public static func folds(_ positive: [Bool], _ folds: Int, seed: UInt64 = 0) -> [Int] {
    var fold = [Int](repeating: 0, count: positive.count)
    let order = Tensor.permutation(positive.count, generator: Generator(seed: seed)).integers
    for side in [true, false] {
      for (position, sample) in order.filter({ positive[$0] == side }).enumerated() { fold[sample] = position % folds }
    }
    return fold
  }
}
