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
