import Encoders
import Layers
import Modalities
import Tensors
import Testing

func expectClose(
  _ a: Tensor, _ b: Tensor, tolerance: Double, sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(a.shape == b.shape, sourceLocation: sourceLocation)
  guard a.shape == b.shape else { return }
  let gap = (a.to(.float64) - b.to(.float64)).abs().max().item()
  #expect(gap <= tolerance, "largest difference \(gap)", sourceLocation: sourceLocation)
}

/// Compares gradients with central differences at a few elements of every parameter, in double precision.
func expectGradientsMatchDifferences(
  of encoder: any Encoder, _ input: ModalityInput, sourceLocation: SourceLocation = #_sourceLocation
) {
  encoder.convert(to: .float64)
  var input = input
  input.values = input.values.to(.float64)
  let shape = withoutGradients { encoder(input) }.shape
  let weights = Tensor.randn(shape, dtype: .float64, generator: Generator(seed: 99))
  func loss() -> Tensor { (encoder(input) * weights).sum() }
  let parameters = encoder.namedParameters()
  let found = gradients(of: loss(), withRespectTo: parameters.map(\.parameter.value))
  let step = 1e-6
  withoutGradients {
    for ((name, parameter), gradient) in zip(parameters, found) {
      let original = parameter.value.cloned()
      let analytic = gradient.doubles
      for element in stride(from: 0, to: original.count, by: max(1, original.count / 5)) {
        let losses = [step, -step].map { distance in
          var values = original.doubles
          values[element] += distance
          parameter.assign(Tensor(values, shape: original.shape))
          return loss().item()
        }
        parameter.assign(original)
        let numeric = (losses[0] - losses[1]) / (2 * step)
        #expect(
          abs(numeric - analytic[element]) < 2e-6 * max(1, abs(numeric)),
          "\(name)[\(element)]: gradient \(analytic[element]), difference \(numeric)", sourceLocation: sourceLocation)
      }
    }
  }
}

/// Standard normal values.
func normal(_ shape: [Int], seed: UInt64 = 3) -> Tensor { Tensor.randn(shape, generator: Generator(seed: seed)) }

/// The same sequences with `extra` steps of garbage behind them.
func padded(_ input: ModalityInput, by extra: Int, with value: Double) -> ModalityInput {
  let shape = input.values.shape
  let garbage = Tensor.full([shape[0], extra, shape[2]], value)
  return ModalityInput(values: Tensor.concatenated([input.values, garbage], axis: 1), lengths: input.lengths)
}
