import Foundation
public import Tensors

/// How much each modality contributes to each output of each sample.
///
/// Games on the presence of modalities (Shapley values, LIME) ask for the outputs `[N, K]` where only some modalities
/// count; what stands in for the others is up to the caller and belongs beside every number.
///
/// ```swift
/// let importance = ModalityImportance.shapley(modalities: 2) { kept in model.predict(encoded, present: mask(kept)) }
/// ModalityImportance.relations(importance, 0, 1)       // complement, conflict or dominance per sample
/// ```
public enum ModalityImportance {
  /// Exact Shapley values `[N, M, K]` over all 2^M coalitions (Shapley, 1953); with the outputs of none they sum to the
  /// outputs of all.
  ///
  /// - Parameters:
  ///   - modalities: how many there are.
  ///   - outputs: `[N, K]` where the modalities marked true count; called once for each coalition.
  public static func shapley(modalities: Int, outputs: ([Bool]) -> Tensor) -> Tensor {
    let values = coalitions(modalities, outputs)
    return .stacked(
      (0..<modalities).map { modality in
        var sum = values[0].zerosLike()
        for coalition in values.indices where coalition >> modality & 1 == 0 {
          let size = coalition.nonzeroBitCount
          // |S|! (M − |S| − 1)! / M!
          let weight = exp(
            lgamma(Double(size + 1)) + lgamma(Double(modalities - size)) - lgamma(Double(modalities + 1)))
          sum = sum + (values[coalition | 1 << modality] - values[coalition]) * weight
        }
        return sum
      }, axis: 1)
  }

  /// Coefficients `[N, M, K]` of the linear model of presence that is nearest to the outputs of all 2^M coalitions, weighed
  /// by exp(−d² / width²) with the cosine distance d = 1 − √(|S| / M) to the full one (Ribeiro, Singh and Guestrin, 2016).
  ///
  /// All coalitions are few enough to need neither sampling nor a penalty.
  public static func lime(modalities: Int, width: Double = 0.25, outputs: ([Bool]) -> Tensor) -> Tensor {
    precondition(width > 0, "the kernel's width is \(width); expected a positive number")
    let values = coalitions(modalities, outputs)
    let design: [Double] = values.indices.flatMap { coalition -> [Double] in
      [1] + (0..<modalities).map { Double(coalition >> $0 & 1) }
    }
    // Roots of the weights, so that least squares weigh.
    let roots = values.indices.map { coalition in
      let distance = 1 - (Double(coalition.nonzeroBitCount) / Double(modalities)).squareRoot()
      return exp(-distance * distance / (2 * width * width))
    }
    let scale = Tensor(roots).unsqueezed(1)
    let weighted = Tensor(design, shape: [values.count, modalities + 1]) * scale
    let shape = values[0].shape
    let targets = Tensor.stacked(values.map { $0.flattened(from: 0, to: -1) }, axis: 0) * scale
    let (q, r) = weighted.qr()
    let found = r.triangularSolve(q.transposed(0, 1).matmul(targets), upper: true)
    return found.narrow(axis: 0, start: 1, length: modalities).reshaped([modalities] + shape).transposed(0, 1)
  }

  /// Σ of gradient × input over the numbers of each modality `[N, M]` for one output per sample (Shrikumar et al., 2016):
  /// exact for a linear function, a first-order account of any other.
  ///
  /// - Parameters:
  ///   - inputs: `[N, …]` each.
  ///   - output: which output of each sample, `[N]` int64.
  ///   - function: gives `[N, K]`, each row from the same row of the inputs.
  public static func gradients(_ inputs: [Tensor], output: Tensor, _ function: ([Tensor]) -> Tensor) -> Tensor {
    let leaves = inputs.map { $0.detached().cloned().setRequiresGradient(true) }
    let chosen = function(leaves).gather(axis: 1, output.unsqueezed(1)).sum()
    let found = Tensors.gradients(of: [chosen], withRespectTo: leaves, allowUnused: true)
    return .stacked(
      zip(inputs, found).map { input, gradient in
        guard let gradient else { return Tensor.zeros([input.shape[0]], dtype: input.dtype) }
        return (gradient * input).detached().reshaped([input.shape[0], -1]).sum(axes: [1])
      }, axis: 1)
  }

  /// How the contributions of two modalities to a sample's outputs relate (M2Lens: Wang et al., 2021).
  public enum Relation: String, Sendable, Codable, CaseIterable {
    /// One contributes far more than the other.
    case dominanceOfFirst, dominanceOfSecond
    /// Both point the same way.
    case complement
    /// They point against each other.
    case conflict
    /// Neither contributes, or at right angles.
    case none
  }

  /// The relation of two modalities in every sample.
  ///
  /// - Parameters:
  ///   - contributions: `[N, M, K]`.
  ///   - first: position of one modality.
  ///   - second: position of the other.
  ///   - dominance: how many times the norm of the other a modality must reach to dominate.
  public static func relations(
    _ contributions: Tensor, _ first: Int, _ second: Int, dominance: Double = 4
  ) -> [Relation] {
    precondition(dominance > 1, "a ratio of \(dominance) does not tell which dominates")
    let (one, two) = (
      contributions.select(axis: 1, index: first).to(.float64),
      contributions.select(axis: 1, index: second).to(.float64)
    )
    let norms = (one.norm(axes: [1]).doubles, two.norm(axes: [1]).doubles)
    let products = (one * two).sum(axes: [1]).doubles
    return products.indices.map { row in
      let (a, b) = (norms.0[row], norms.1[row])
      if a > 0 && a >= dominance * b { return .dominanceOfFirst }
      if b > 0 && b >= dominance * a { return .dominanceOfSecond }
      // Rounding of a product of opposed numbers is no direction.
      if abs(products[row]) <= 1e-12 * a * b { return .none }
      return products[row] > 0 ? .complement : .conflict
    }
  }

  private static func coalitions(_ modalities: Int, _ outputs: ([Bool]) -> Tensor) -> [Tensor] {
    precondition((1...16).contains(modalities), "\(modalities) modalities; all coalitions are formed for 1 to 16")
    return withoutGradients {
      (0..<1 << modalities).map { coalition in
        outputs((0..<modalities).map { coalition >> $0 & 1 == 1 }).to(.float64)
      }
    }
  }
}
