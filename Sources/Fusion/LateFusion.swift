import Encoders
import Layers
public import Tensors

/// Predicts from each modality alone and combines the predictions (survey: Huang et al., 2020).
///
/// Experts are linear predictors on the encodings, each trained by its own loss. Only modalities that are present take
/// part. Results are logits (logarithms of probabilities), or values for regression.
public struct LateFusion: DecisionFusion {
  /// How predictions p_m of the modalities present are combined.
  public enum Combination: String, CaseIterable, Codable, Sendable {
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
      case .product, .stacking: .logits
      }
    }
  }

  public let outputSize: Int
  /// How predictions are combined.
  public let combination: Combination
  /// What predictions mean.
  public let decision: Decision
  let widths: [Int]
  let predictors: [Linear]
  /// θ of `weighted`, `[M]`.
  let scores: Parameter?
  let stack: Linear?

  /// - Parameters:
  ///   - widths: width of each encoding.
  ///   - outputs: number of classes, labels or values.
  /// - Throws: `UsageError` where the combination is not defined for the decision.
  public init(
    widths: [Int], outputs: Int, combination: Combination = .average, decision: Decision = .classes,
    generator: Generator
  ) throws {
    if decision == .values, combination == .product || combination == .majority {
      throw UsageError(
        "late fusion: combine=\(combination.rawValue) is not defined for regression; "
          + "use average, weighted or stacking")
    }
    self.widths = widths
    outputSize = outputs
    self.combination = combination
    self.decision = decision
    predictors = widths.map { Linear($0, outputs, generator: generator) }
    scores = combination == .weighted ? Parameter(.zeros([widths.count])) : nil
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
    case .average, .weighted: return decision.mixture(stacked, logWeights: logWeights)
    case .product:
      return total(decision.logarithms(stacked), present: present)
    case .majority: return majority(stacked, logWeights: logWeights)
    case .stacking:
      let known = clearing(decision.logarithms(stacked), present)
      return stack!((known * scale(like: stacked, present: present)).flattened(from: 1, to: 2))
    }
  }

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
    let votes: Tensor
    let mean: Tensor
    if decision == .classes {
      let classes = Tensor((0..<outputSize).map { $0 }, shape: [1, 1, outputSize])
      votes = predictions.argmax(axis: 2).unsqueezed(2) .== classes
      mean = decision.mixture(predictions, logWeights: logWeights).exp()
    } else {
      votes = predictions .> 0
      mean = decision.mixture(predictions, logWeights: logWeights).sigmoid()
    }
    let share = (votes.to(predictions.dtype) * weights).sum(axes: [1]) * (1 - tie) + mean * tie
    let bounded = share.clamped(min: 1e-12)
    return decision == .classes ? bounded.log() : bounded.log() - (1 - share).clamped(min: 1e-12).log()
  }
}

extension FusionRegistry {
  static let late = FusionDescription(
    "late", summary: "one predictor per modality, predictions combined",
    paper: "Huang et al., 2020, Fusion of medical imaging and electronic health records using deep learning",
    options: [
      MethodOption("combine", default: "average", help: "average, weighted, product, majority or stacking")
    ],
    adds: { try $0.choice("combine", as: LateFusion.Combination.self).scale }
  ) { request, values, generator in
    try LateFusion(
      widths: request.widths, outputs: request.outputs,
      combination: values.choice("combine", as: LateFusion.Combination.self), decision: Decision(request.task),
      generator: generator)
  }
}
