public import Tensors

/// Multiple kernel learning for any number of classes: one machine per class against the rest, each with weights of its
/// own, and probabilities by Platt scaling of decisions on samples held out in folds.
///
/// Two classes need one machine. Probabilities of more classes are those of the machines, divided by their sum.
public struct MultipleKernelClassifier: Sendable, Hashable, Codable {
  /// How many classes; targets are `0 ..< classes`.
  public let classes: Int
  /// One machine per class, or a single one for class 1 of two.
  public let machines: [MultipleKernelModel]
  /// Of each machine; nil unless folds were asked for.
  public let calibrations: [PlattScaling]?

  /// Learns from Gram matrices of the samples.
  ///
  /// - Parameters:
  ///   - learning: how each machine learns.
  ///   - kernels: of the samples with each other.
  ///   - targets: class of each sample.
  ///   - classes: how many there are.
  ///   - folds: held-out parts for calibration, at least 2; nil for no probabilities.
  ///   - costs: what C is multiplied by, per sample; nil for 1 each.
  ///   - start: a classifier of the same samples to start from, for instance with another cost.
  ///   - seed: of the assignment to folds.
  /// - Throws: as `MultipleKernelLearning.classify`; `InputError` where a class has no sample.
  public init(
    _ learning: MultipleKernelLearning, _ kernels: KernelStack, targets: [Int], classes: Int, folds: Int? = nil,
    costs: [Double]? = nil, start: MultipleKernelClassifier? = nil, seed: UInt64 = 0
  ) throws {
    precondition(targets.count == kernels.count, "\(targets.count) targets for \(kernels.count) samples")
    guard classes >= 2 else { throw InputError("\(classes) class; at least 2 expected") }
    for index in 0..<classes where !targets.contains(index) {
      throw InputError("class \(index) has no sample to learn from")
    }
    guard targets.allSatisfy((0..<classes).contains) else {
      throw InputError("a target lies outside the \(classes) classes")
    }
    let positives = classes == 2 ? [1] : Array(0..<classes)
    machines = try positives.enumerated().map { number, positive in
      try learning.classify(
        kernels, labels: targets.map { $0 == positive ? 1 : -1 }, costs: costs,
        start: start.flatMap { $0.machines.count == positives.count ? $0.machines[number] : nil })
    }
    calibrations = try folds.map { folds in
      try positives.enumerated().map { number, positive in
        try learning.calibration(
          kernels, positive: targets.map { $0 == positive }, folds: folds, costs: costs, seed: seed)
      }
    }
    self.classes = classes
  }

  /// Decision values of new samples, one per machine, `[m][machines]`.
  public func decisions(_ kernels: [Tensor]) -> [[Double]] {
    let columns = machines.map { $0.decision(kernels) }
    return (columns.first ?? []).indices.map { row in columns.map { $0[row] } }
  }

  /// The class whose machine decides most clearly, per new sample.
  public func predict(_ kernels: [Tensor]) -> [Int] {
    decisions(kernels).map { row in
      machines.count == 1 ? (row[0] > 0 ? 1 : 0) : row.indices.max { row[$0] < row[$1] }!
    }
  }

  /// Probabilities of the classes, `[m][classes]`; nil where no folds were asked for.
  public func probabilities(_ kernels: [Tensor]) -> [[Double]]? {
    guard let calibrations else { return nil }
    return decisions(kernels).map { row in
      let each = zip(calibrations, row).map { $0($1) }
      guard machines.count > 1 else { return [1 - each[0], each[0]] }
      let total = each.reduce(0, +)
      return total > 0 ? each.map { $0 / total } : each.map { _ in 1 / Double(classes) }
    }
  }
}

extension MultipleKernelLearning {
  /// The sigmoid that fits decisions about every sample by a machine that learned from the other folds.
  ///
  /// - Parameters:
  ///   - kernels: of the samples with each other.
  ///   - positive: which samples are of the class.
  ///   - folds: held-out parts, at least 2 and at most as many as the smaller class has samples.
  ///   - costs: as for `classify`.
  ///   - seed: of the assignment to folds.
  public func calibration(
    _ kernels: KernelStack, positive: [Bool], folds: Int, costs: [Double]? = nil, seed: UInt64 = 0
  ) throws -> PlattScaling {
    let smaller = min(positive.count { $0 }, positive.count { !$0 })
    guard folds >= 2, folds <= smaller else {
      throw UsageError("\(folds) folds for a smaller class of \(smaller) samples; expected 2 to \(smaller)")
    }
    let fold = Self.folds(positive, folds, seed: seed)
    var decisions = [Double](repeating: 0, count: positive.count)
    for held in 0..<folds {
      let train = fold.indices.filter { fold[$0] != held }
      let test = fold.indices.filter { fold[$0] == held }
      let model = try classify(
        kernels.keeping(train), labels: train.map { positive[$0] ? 1 : -1 },
        costs: costs.map { costs in train.map { costs[$0] } })
      for (sample, decision) in zip(test, model.decision(kernels.block(test, train))) { decisions[sample] = decision }
    }
    return try PlattScaling(fitting: decisions, positive: positive, weights: costs)
  }
}
