public import Tensors

/// How much two modalities interact in a function, by what is left of it when their separate effects are taken out.
///
/// Averages are over the samples themselves: partial dependence on a set S of modalities at sample i is
/// mean_j f(x_i^S, x_j^{−S}) (Friedman and Popescu, 2008, section 8.1).
public struct InteractionIndex: Sendable {
  /// Rows that the function is called on at once.
  public var blockSize: Int

  public init(blockSize: Int = 512) {
    precondition(blockSize > 0, "blocks of \(blockSize)")
    self.blockSize = blockSize
  }

  /// Mixed second differences of every sample, `[N, K]`: mean_j f(a_i, b_i, r_i) − f(a_i, b_j, r_i) − f(a_j, b_i, r_i) +
  /// f(a_j, b_j, r_i), r being the other modalities; 0 where f is a sum of functions that lack a or b.
  public func mixedDifferences(
    _ inputs: [Tensor], between first: Int, and second: Int, _ function: ([Tensor]) -> Tensor
  ) -> Tensor {
    check(inputs, first, second)
    func mean(_ replaced: Set<Int>) -> Tensor { average(inputs, function) { replaced.contains($0) } }
    return mean([]) - mean([second]) - mean([first]) + mean([first, second])
  }

  /// What two modalities contribute each by itself and only together, `[N, K]` each; their sum is the function
  /// (DIME: Lyu et al., 2022, equations 1 and 2, with all samples as the background).
  ///
  /// With more than two modalities the others stay as they are at each sample.
  public func disentangled(
    _ inputs: [Tensor], between first: Int, and second: Int, _ function: ([Tensor]) -> Tensor
  ) -> (unimodal: Tensor, interaction: Tensor) {
    let interaction = mixedDifferences(inputs, between: first, and: second, function)
    return (average(inputs, function) { _ in false } - interaction, interaction)
  }

  /// Mixed second derivatives ∂²f_k/∂a_i∂b_j at every sample, `[N, D_a, D_b, K]`, by differentiating twice; 0 where f is a
  /// sum of functions that lack a or b, and where it is piecewise linear (ReLU).
  ///
  /// The function must treat samples apart and have second derivatives in the engine. Axes of an input beyond the first
  /// count as one.
  ///
  /// - Complexity: K · D_a passes back through the gradient.
  public func mixedDerivatives(
    _ inputs: [Tensor], between first: Int, and second: Int, _ function: ([Tensor]) -> Tensor
  ) -> Tensor {
    check(inputs, first, second)
    let count = inputs[0].shape[0]
    let leaves = inputs.map { $0.detached().setRequiresGradient(true) }
    let values = function(leaves)
    let (rows, columns) = (leaves[first].count / max(count, 1), leaves[second].count / max(count, 1))
    let none = Tensor.zeros([count, columns], dtype: leaves[second].dtype)
    let derivatives = (0..<values.shape[1]).map { output -> Tensor in
      let total = values.select(axis: 1, index: output).sum()
      let slopes = gradients(
        of: [total], withRespectTo: [leaves[first]], retainGraph: true, createGraph: true, allowUnused: true)[0]
      guard let slopes, slopes.requiresGradient else { return .stacked(Array(repeating: none, count: rows), axis: 1) }
      let flat = slopes.reshaped([count, rows])
      let lines = (0..<rows).map { row in
        gradients(
          of: [flat.select(axis: 1, index: row).sum()], withRespectTo: [leaves[second]], retainGraph: true,
          allowUnused: true)[0]?.reshaped([count, columns]) ?? none
      }
      return .stacked(lines, axis: 1)
    }
    return .stacked(derivatives, axis: 3)
  }

  /// Friedman's H² per output: the share of the variance of the joint effect of two modalities that their separate effects
  /// leave, Σ_i (F_ab − F_a − F_b)² / Σ_i F_ab² of centred partial dependences (equation 44); 0 for a sum, and where the
  /// joint effect is constant.
  public func friedmanH2(
    _ inputs: [Tensor], between first: Int, and second: Int, _ function: ([Tensor]) -> Tensor
  ) -> [Double] {
    check(inputs, first, second)
    func effect(_ kept: Set<Int>) -> Tensor {
      let values = average(inputs, function) { !kept.contains($0) }
      return values - values.mean(axes: [0], keepingDimensions: true)
    }
    let (joint, rest) = (effect([first, second]), effect([first]) + effect([second]))
    let (left, all) = (
      (joint - rest).square().sum(axes: [0]).doubles, joint.square().sum(axes: [0]).doubles
    )
    return zip(left, all).map { $1 > 0 ? $0 / $1 : 0 }
  }

  /// mean_j of f at sample i with the replaced modalities taken from sample j, `[N, K]`.
  private func average(
    _ inputs: [Tensor], _ function: ([Tensor]) -> Tensor, isReplaced: (Int) -> Bool
  ) -> Tensor {
    let count = inputs[0].shape[0]
    let replaced = inputs.indices.map(isReplaced)
    let isWhole = !replaced.contains(true)
    let draws = isWhole ? 1 : count
    return withoutGradients {
      let values = stride(from: 0, to: count * draws, by: blockSize).map { start in
        let cells = start..<min(start + blockSize, count * draws)
        let own = Tensor(cells.map { $0 / draws })
        let other = Tensor(cells.map { $0 % draws })
        return function(inputs.indices.map { inputs[$0].indexSelect(axis: 0, replaced[$0] ? other : own) })
          .to(.float64)
      }
      return Tensor.concatenated(values, axis: 0).reshaped([count, draws, -1]).mean(axes: [1])
    }
  }

  private func check(_ inputs: [Tensor], _ first: Int, _ second: Int) {
    precondition(
      first != second && inputs.indices.contains(first) && inputs.indices.contains(second),
      "no two of \(inputs.count) modalities: \(first), \(second)")
    precondition(
      inputs.allSatisfy { $0.shape[0] == inputs[0].shape[0] }, "inputs of shapes \(inputs.map(\.shape))")
  }
}
