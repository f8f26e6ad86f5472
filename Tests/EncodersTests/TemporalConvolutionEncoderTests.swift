import Encoders
import Layers
import Modalities
import Tensors
import Testing

@Suite struct TemporalConvolutionEncoderTests {
  private func encoder(layers: Int = 2) -> TemporalConvolutionEncoder {
    TemporalConvolutionEncoder(inputSize: 3, width: 8, layers: layers, kernel: 3, generator: Generator(seed: 1))
  }

  /// A sequence encodes alike on its own and padded, whatever the padding holds.
  @Test(arguments: 1...3, [1, 2, 5, 8]) func paddingDoesNotMatter(layers: Int, length: Int) {
    let encoder = encoder(layers: layers)
    let values = normal([1, length, 3])
    let alone = encoder(ModalityInput(values: values))
    let input = ModalityInput(values: values, lengths: Tensor([length]))
    expectClose(encoder(input), alone, tolerance: 1e-6)
    for garbage in [0, 1e6, Double.nan] {
      expectClose(encoder(padded(input, by: 7, with: garbage)), alone, tolerance: 1e-6)
    }
  }

  /// Convolution, normalisation, rectifier and pooling by loops.
  @Test func oneLayerByHand() {
    let encoder = encoder(layers: 1)
    encoder.convert(to: .float64)
    let state = encoder.state()
    let values = normal([1, 5, 3]).to(.float64)
    let x = (0..<5).map { values[0][$0].doubles }
    let kernel = state["steps.convolutions.0.weight"]!
    var states: [[Double]] = []
    for centre in stride(from: 0, to: 5, by: 2) {
      let raw = (0..<8).map { channel in
        (0..<3).reduce(state["steps.convolutions.0.bias"]![channel].item()) { sum, offset in
          let time = centre + offset - 1
          guard (0..<5).contains(time) else { return sum }
          return sum + (0..<3).reduce(0) { $0 + kernel[channel, $1, offset].item() * x[time][$1] }
        }
      }
      let mean = raw.reduce(0, +) / 8
      let variance = raw.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 8
      states.append(raw.map { max(0, ($0 - mean) / (variance + 1e-5).squareRoot()) })
    }
    let pooled =
      (0..<8).map { c in states.reduce(0) { $0 + $1[c] } / 3 } + (0..<8).map { c in states.map { $0[c] }.max()! }
    let expected = Tensor(pooled, shape: [1, 16]).linear(state["output.weight"]!, bias: state["output.bias"]!).relu()
    expectClose(encoder(ModalityInput(values: values)), expected, tolerance: 1e-10)
  }

  @Test func gradients() {
    expectGradientsMatchDifferences(
      of: encoder(), ModalityInput(values: normal([2, 9, 3]), lengths: Tensor([9, 4])))
  }

  @Test func emptySequenceIsFinite() {
    let found = encoder()(ModalityInput(values: .zeros([2, 4, 3]), lengths: Tensor([0, 4])))
    #expect(found.isFinite().all().item() == 1)
  }
}
