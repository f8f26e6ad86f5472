import Encoders
import Layers
public import Models
public import Tensors

/// Predicts from each modality alone and combines the predictions (survey: Huang et al., 2020).
///
/// Experts are linear predictors on the encodings, each trained by its own loss. Only modalities that are present take
/// part. Results are logits (logarithms of probabilities), or values for regression.
public struct LateFusion: HeldOutCombination {
  /// How predictions p_m of the modalities present are combined.
  public enum Combination: String, CaseIterable, Codable, Sendable {
    /// Weights of at least 0, fitted to the validation split after training (`ExpertPool`): p ∝ Π_m p_m^{w_m} (a logarithmic
    /// opinion pool), logits or values Σ_m w_m z_m, of values plus an offset. Of up to six modalities every set of them that
    /// may be present has weights of its own; of more, the weights of those present are scaled to the sum of all.
    case pool
    /// Mean of the probabilities or values.
    case average
    /// Σ w_m p_m with w = softmax(θ) over the modalities present, θ learned.
    case weighted
    /// Product of experts: p ∝ Π_m p_m. Not defined for regression.
    case product
    /// Share of the experts that vote for a class; the mean probability breaks ties. Not defined for regression.
    case majority
    /// A linear predictor of the experts' log-probabilities or values, learned; it starts at their mean and is scaled by
    /// M over the number present.
    case stacking

    /// Shares of votes are a sum, too: each expert's vote depends on its modality alone.
    var scale: AdditiveScale {
      switch self {
      case .average, .weighted, .majority: .probabilities
      case .pool, .product, .stacking: .logits
      }
    }
  }

  public let outputSize: Int
  /// How predictions are combined.
  public let combination: Combination
  /// What is predicted.
  public let task: any PredictionTask
  let widths: [Int]
  let predictors: [Linear]
  /// θ of `weighted`, `[M]`.
  let scores: Parameter?
  let stack: Linear?
  /// Of `pool`, w_m of every set of modalities, `[2^M, M]`, bit m for modality m; of many modalities of all together alone,
  /// `[1, M]`.
  let poolWeights: Buffer?
  /// Of `pool` and values, b of every set, `[2^M, 1]` or `[1, 1]`.
  let poolOffsets: Buffer?

  /// Modalities of which every set has weights of its own.
  private static let mostTabled = 6

  /// - Parameters:
  ///   - widths: width of each encoding.
  ///   - task: what is predicted.
  /// - Throws: `UsageError` where the combination is not defined for the task.
  public init(
    widths: [Int], task: any PredictionTask, combination: Combination = .pool, generator: Generator
  ) throws {
    if !task.hasProbabilities, combination == .product || combination == .majority {
      throw UsageError(
        "late fusion: combine=\(combination.rawValue) is not defined for \(task.kind.rawValue); "
          + "use pool, average, weighted or stacking")
    }
    self.widths = widths
    let outputs = task.outputs
    outputSize = outputs
    self.combination = combination
    self.task = task
    predictors = widths.map { Linear($0, outputs, generator: generator) }
    scores = combination == .weighted ? Parameter(.zeros([widths.count])) : nil
    let pools = Self.sets(of: widths.count).map { set in ExpertPool(count: max(1, set.count)).row(set, widths.count) }
    poolWeights =
      combination == .pool
      ? Buffer(Tensor(pools.flatMap { $0 }, shape: [pools.count, widths.count]).to(.float32), isConstant: true) : nil
    poolOffsets =
      combination == .pool && !task.hasProbabilities ? Buffer(.zeros([pools.count, 1]), isConstant: true) : nil
    guard combination == .stacking else {
      stack = nil
      return
    }
    let stack = Linear(widths.count * outputs, outputs, generator: generator)
    let mean = Tensor.eye(outputs) / Double(widths.count)
    stack.weight.assign(Tensor.concatenated(widths.map { _ in mean }, axis: 1))
    stack.bias!.assign(.zeros([outputs]))
    self.stack = stack
  }

  public var learnsCombination: Bool { combination == .weighted || combination == .stacking }

  public func experts(_ inputs: [Tensor]) -> [Tensor] {
    check(inputs, widths: widths, in: "LateFusion")
    return zip(predictors, inputs).map { $0($1) }
  }

  public func combine(_ predictions: [Tensor], present: Tensor?) -> Tensor {
    let stacked = Tensor.stacked(clearingAbsent(predictions, present), axis: 1)
    let present = present?.unsqueezed(2)
    let logWeights = logWeights(like: stacked, present: present)
    switch combination {
    case .pool: return pool(clearing(task.logarithms(stacked), present), present)
    case .average, .weighted: return task.mixture(stacked, logWeights: logWeights)
    case .product:
      return total(task.logarithms(stacked), present: present)
    case .majority: return majority(stacked, logWeights: logWeights)
    case .stacking:
      let known = clearing(task.logarithms(stacked), present)
      return stack!((known * scale(like: stacked, present: present)).flattened(from: 1, to: 2))
    }
  }

  // MARK: Pool

  public var fitsCombination: Bool { combination == .pool }

  public func fitCombination(_ predictions: [Tensor], present: Tensor?, targets: Tensor, sampleWeights: Tensor?) {
    guard let poolWeights else { return }
    withoutGradients {
      let cleared = Tensor.stacked(clearingAbsent(predictions, present), axis: 1).to(.float64)
      let logarithms = task.logarithms(cleared)
      let count = widths.count
      let isThere = present?.to(.int64).integers ?? [Int](repeating: 1, count: logarithms.shape[0] * count)
      let weights = sampleWeights?.to(.float64) ?? .ones([logarithms.shape[0]], dtype: .float64)
      var (table, offsets) = (poolWeights.value.doubles, poolOffsets?.value.doubles ?? [])
      for (number, set) in Self.sets(of: count).enumerated() where !set.isEmpty {
        // Also samples that have more tell how the modalities of the set go together.
        let rows = (0..<logarithms.shape[0]).filter { row in set.allSatisfy { isThere[row * count + $0] == 1 } }
        guard !rows.isEmpty else { continue }
        let samples = Tensor(rows)
        let pool = ExpertPool(
          fitting: logarithms.indexSelect(axis: 0, samples).indexSelect(axis: 1, Tensor(set)),
          targets.indexSelect(axis: 0, samples), task: task,
          sampleWeights: weights.indexSelect(axis: 0, samples))
        table.replaceSubrange(number * count..<(number + 1) * count, with: pool.row(set, count))
        if !offsets.isEmpty { offsets[number] = pool.offset }
      }
      poolWeights.value = Tensor(table, shape: poolWeights.shape).to(poolWeights.value.dtype)
      if let poolOffsets { poolOffsets.value = Tensor(offsets, shape: poolOffsets.shape).to(poolOffsets.value.dtype) }
    }
  }

  /// Modalities of each row of the table.
  private static func sets(of modalities: Int) -> [[Int]] {
    guard modalities <= mostTabled else { return [Array(0..<modalities)] }
    return (0..<1 << modalities).map { set in (0..<modalities).filter { set >> $0 & 1 == 1 } }
  }

  /// - Parameter logarithms: `[B, M, K]`, zeros where absent.
  private func pool(_ logarithms: Tensor, _ present: Tensor?) -> Tensor {
    let (table, offsets) = (poolWeights!.value, poolOffsets?.value)
    let last = table.shape[0] - 1
    func weighted(_ weights: Tensor, _ offset: Tensor?) -> Tensor {
      let sum = (logarithms * weights.unsqueezed(2)).sum(axes: [1])
      return offset.map { sum + $0 } ?? sum
    }
    guard let present else {
      return weighted(table.narrow(axis: 0, start: last, length: 1), offsets?.narrow(axis: 0, start: last, length: 1))
    }
    let there = present.squeezed(2).to(table.dtype)
    guard last > 0 else {
      let known = (table * there).sum(axes: [1], keepingDimensions: true).clamped(min: 1e-6)
      return weighted(table * (table.sum() / known), offsets)
    }
    let bits = Tensor(widths.indices.map { Double(1 << $0) }).to(table.dtype)
    let set = (there * bits).sum(axes: [1], keepingDimensions: true)
    let row = (set .== Tensor((0...last).map { Double($0) }).to(table.dtype).unsqueezed(0)).to(table.dtype)
    return weighted(row.matmul(table), offsets.map { row.matmul($0) })
  }

  // MARK: Other combinations

  /// ln of the weight of each modality, `[B, M, 1]` or `[1, M, 1]`; the weights of those present sum to 1.
  private func logWeights(like predictions: Tensor, present: Tensor?) -> Tensor {
    let scores = scores?.value ?? .zeros([widths.count], dtype: predictions.dtype)
    let column = scores.reshaped([1, widths.count, 1])
    guard let present else { return column.logSoftmax(axis: 1) }
    // Finite, so that a sample without any modality has equal weights and not NaN.
    return Tensor.where(present, column, Tensor(-1e4, dtype: column.dtype)).logSoftmax(axis: 1)
  }

  private func clearing(_ predictions: Tensor, _ present: Tensor?) -> Tensor {
    guard let present else { return predictions }
    return Tensor.where(present, predictions, Tensor(0, dtype: predictions.dtype))
  }

  private func total(_ predictions: Tensor, present: Tensor?) -> Tensor {
    clearing(predictions, present).sum(axes: [1])
  }

  /// M over the number of modalities present, `[B, 1, 1]`.
  private func scale(like predictions: Tensor, present: Tensor?) -> Tensor {
    guard let present else { return Tensor(1, dtype: predictions.dtype) }
    let count = present.to(predictions.dtype).sum(axes: [1], keepingDimensions: true).clamped(min: 1)
    return Double(widths.count) / count
  }

  private func majority(_ predictions: Tensor, logWeights: Tensor) -> Tensor {
    // A vote outweighs any mean probability: shares differ by at least 1/M, ties are settled far below that.
    let tie = 1e-3 / Double(widths.count)
    let weights = logWeights.exp()
    let mean = task.shares(ofMixture: task.mixture(predictions, logWeights: logWeights))
    let share = (task.votes(predictions).to(predictions.dtype) * weights).sum(axes: [1]) * (1 - tie) + mean * tie
    return task.outputs(ofShares: share)
  }
}

extension ExpertPool {
  /// The weights of a set of modalities among all, 0 for the others.
  fileprivate func row(_ set: [Int], _ modalities: Int) -> [Double] {
    var row = [Double](repeating: 0, count: modalities)
    for (weight, modality) in zip(weights, set) { row[modality] = weight }
    return row
  }
}

extension FusionRegistry {
  static let late = FusionDescription(
    "late", summary: "one predictor per modality, predictions combined",
    paper: "Huang et al., 2020, Fusion of medical imaging and electronic health records using deep learning",
    options: [
      MethodOption(
        "combine", default: LateFusion.Combination.pool,
        help: "pool (weights fitted on validation), average, weighted, product, majority or stacking")
    ],
    adds: { try $0.choice("combine", as: LateFusion.Combination.self).scale }
  ) { request, values, generator in
    try LateFusion(
      widths: request.widths, task: request.prediction,
      combination: values.choice("combine", as: LateFusion.Combination.self), generator: generator)
  }
}
