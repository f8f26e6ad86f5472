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
    let hidden = state.levels.dropFirst().reduce(-energy(state) - logPartition) { $0 + entropy($1).sum(axes: [1]) }
    // A known number has a density on the scale of the inputs; an unknown normal one is spread over ½ ln 2πe, less the half
    // that its variance adds to the energy.
    let known = -scales.value.log()
    guard let present else { return hidden + known.sum() }
    let means = state.levels[0]
    let unknown = choosing(means.onesLike() * (0.5 * log(2 * Double.pi)), entropy(means))
    return hidden + Tensor.where(columns(present, 0), known, unknown).sum(axes: [1])
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
      let dtype = biases[0].value.dtype
      var state = BoltzmannState(levels: biases.map { Tensor.zeros([runs, $0.value.shape[0]], dtype: dtype) })
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
    let values = biases.map(\.value)
    let visible = choosing(values[0].onesLike() * (0.5 * log(2 * Double.pi)), values[0].softplus()).sum().item()
    return values.dropFirst().reduce(visible) { $0 + $1.softplus().sum().item() }
  }

  /// ln Σ exp(−E) over the even levels, given the odd ones, `[B]`.
  private func logMarginal(_ state: BoltzmannState, inverseTemperature beta: Double) -> Tensor {
    let terms = (0...top).map { level in
      let bias = biases[level].value
      if level % 2 == 1 { return state.levels[level] * bias }
      let field = field(state, level, inverseTemperature: beta)
      guard level == 0 else { return field.softplus() }
      return choosing((field.square() - bias.square()) * 0.5 + 0.5 * log(2 * Double.pi), field.softplus())
    }
    return sum(terms.map { $0.sum(axes: [1]) })
  }
}
