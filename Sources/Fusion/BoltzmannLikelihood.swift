import Foundation
public import Tensors

// How likely a `MultimodalBoltzmannMachine` finds inputs.
extension MultimodalBoltzmannMachine {
  /// ln Z, the logarithm of the sum of exp(−E) over all states of standardised units.
  public struct LogPartition: Sendable {
    public let value: Double
    /// Of the logarithm, from the spread of the runs' weights.
    public let standardError: Double
  }

  /// The variational lower bound on ln p of the inputs present, in nats, `[B]` (Srivastava & Salakhutdinov, 2012,
  /// section 2.3): −E of the mean field plus its entropy, less ln Z. Densities are per unit of the inputs.
  public func logLikelihoodBound(_ inputs: [Tensor], present: Tensor?, logPartition: Double, passes: Int? = nil)
    -> Tensor
  {
    let state = meanField(
      standardised(inputs, present: present), present: present, passes: passes ?? self.passes)
    var bound = -energy(state) - logPartition + entropy(state.joint).sum(axes: [1])
    for (modality, levels) in state.pathways.enumerated() {
      bound = levels.dropFirst().reduce(bound) { $0 + entropy($1).sum(axes: [1]) }
      let width = Double(widths[modality])
      let absent = present.map { 1 - presence(of: modality, in: $0).squeezed(1).to(bound.dtype) }
      if visible[modality] == .gaussian {
        // A known number has a density on the scale of the inputs; an unknown one is spread over ½ ln 2πe, less the half
        // that its variance adds to the energy.
        let known = -scales[modality].value.log().sum()
        let unknown = Tensor(width * 0.5 * log(2 * Double.pi), dtype: bound.dtype)
        bound = bound + (absent.map { known * (1 - $0) + unknown * $0 } ?? known)
      } else if let absent {
        bound = bound + entropy(levels[0]).sum(axes: [1]) * absent
      }
    }
    return bound
  }

  /// −p ln p − (1 − p) ln(1 − p).
  private func entropy(_ means: Tensor) -> Tensor {
    let p = means.clamped(min: 1e-12, max: 1)
    let q = (1 - means).clamped(min: 1e-12, max: 1)
    return -(means * p.log() + (1 - means) * q.log())
  }

  /// Estimates ln Z by annealed importance sampling (Salakhutdinov & Murray, 2008, section 4.1): runs go from a machine with
  /// the same biases and no weights, whose ln Z is known, through `temperatures` steps to this one. Levels of even number
  /// are summed out, so only the odd ones are ever drawn.
  ///
  /// E[exp(estimate)] = Z; the logarithm comes out low on average, by less with more temperatures.
  public func logPartition(runs: Int = 100, temperatures: Int = 1000, generator: Generator) -> LogPartition {
    precondition(runs > 1 && temperatures > 0, "\(runs) runs through \(temperatures) temperatures")
    return withoutGradients {
      let masks = MaskSource(generator)
      let dtype = jointBias.value.dtype
      func units(_ bias: Tensor) -> Tensor { Tensor.zeros([runs, bias.shape[0]], dtype: dtype) }
      var state = BoltzmannState(
        pathways: biases.map { $0.map { units($0.value) } }, joint: units(jointBias.value))
      // Without weights every unit is on its own, so one sweep draws from the start exactly.
      state = swept(state, inverseTemperature: 0, drawing: masks)
      var weights = Tensor.zeros([runs], dtype: .float64)
      for step in 1...temperatures {
        let (before, after) = (Double(step - 1) / Double(temperatures), Double(step) / Double(temperatures))
        let gain = logMarginal(state, inverseTemperature: after) - logMarginal(state, inverseTemperature: before)
        weights = weights + gain.to(.float64)
        let even = sampled(state, odd: false, inverseTemperature: after, drawing: masks)
        state = sampled(even, odd: true, inverseTemperature: after, drawing: masks)
      }
      let mean = weights.logSumExp(axes: [0]).item() - log(Double(runs))
      let relative = (weights - mean).exp()
      return LogPartition(
        value: logPartitionWithoutWeights + mean,
        standardError: relative.standardDeviation().item() / Double(runs).squareRoot())
    }
  }

  /// ln Z of the machine with its biases alone.
  private var logPartitionWithoutWeights: Double {
    biases.enumerated().reduce(jointBias.value.softplus().sum().item()) { total, pathway in
      pathway.element.enumerated().reduce(total) { total, level in
        let bias = level.element.value
        return level.offset == 0 && visible[pathway.offset] == .gaussian
          ? total + Double(bias.count) * 0.5 * log(2 * Double.pi) : total + bias.softplus().sum().item()
      }
    }
  }

  /// ln Σ exp(−E) over the even levels, given the odd ones, `[B]`.
  private func logMarginal(_ state: BoltzmannState, inverseTemperature beta: Double) -> Tensor {
    var total = Tensor.zeros([state.joint.shape[0]], dtype: state.joint.dtype)
    for modality in widths.indices {
      for level in 0...depth {
        let bias = biases[modality][level].value
        if level % 2 == 1 {
          total = total + state.pathways[modality][level].matmul(bias.unsqueezed(1)).squeezed(1)
          continue
        }
        let field = field(state, modality, level, inverseTemperature: beta)
        if level == 0, visible[modality] == .gaussian {
          let completed = (field.square() - bias.square()) * 0.5 + 0.5 * log(2 * Double.pi)
          total = total + completed.sum(axes: [1])
        } else {
          total = total + field.softplus().sum(axes: [1])
        }
      }
    }
    if depth % 2 == 0 { return total + state.joint.matmul(jointBias.value.unsqueezed(1)).squeezed(1) }
    return total + jointField(state, inverseTemperature: beta).softplus().sum(axes: [1])
  }
}
