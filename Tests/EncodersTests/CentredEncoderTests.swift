import Encoders
import Layers
import Modalities
import Tensors
import Testing

@Suite struct CentredEncoderTests {
  private let inner = TemporalConvolutionEncoder(
    inputSize: 3, width: 8, layers: 1, kernel: 3, generator: Generator(seed: 1))

  /// The inner encoder sees values less their mean, taken over real steps by a loop.
  @Test(arguments: [1, 4, 6]) func meansAreOverRealSteps(length: Int) {
    let values = normal([1, length, 3]) + 5
    let rows = (0..<length).map { values[0][$0].doubles }
    let means = (0..<3).map { feature in rows.reduce(0) { $0 + $1[feature] } / Double(length) }
    let centred = rows.flatMap { row in zip(row, means).map { Float($0 - $1) } }
    let expected = inner(ModalityInput(values: Tensor(centred, shape: [1, length, 3])))
    let input = ModalityInput(values: values, lengths: Tensor([length]))
    expectClose(CentredEncoder(inner)(input), expected, tolerance: 1e-5)
    for garbage in [1e6, Double.nan] {
      expectClose(CentredEncoder(inner)(padded(input, by: 5, with: garbage)), expected, tolerance: 1e-5)
    }
  }

  /// A constant offset per feature, such as loudness in log energies, changes nothing.
  @Test func offsetsDoNotMatter() {
    let encoder = CentredEncoder(inner)
    let values = normal([2, 9, 3])
    let lengths = Tensor([9, 4])
    let louder = values + Tensor([2.0, -7.0, 0.5]).to(.float32)
    let plain = encoder(ModalityInput(values: values, lengths: lengths))
    expectClose(encoder(ModalityInput(values: louder, lengths: lengths)), plain, tolerance: 1e-5)
    #expect((inner(ModalityInput(values: louder)) - inner(ModalityInput(values: values))).abs().max().item() > 0.01)
  }

  @Test func gradients() {
    expectGradientsMatchDifferences(
      of: CentredEncoder(inner), ModalityInput(values: normal([2, 9, 3]), lengths: Tensor([9, 4])))
  }

  @Test func emptySequenceIsFinite() {
    let found = CentredEncoder(inner)(ModalityInput(values: .zeros([2, 4, 3]), lengths: Tensor([0, 4])))
    #expect(found.isFinite().all().item() == 1)
  }
}
