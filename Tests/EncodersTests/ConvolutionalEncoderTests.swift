import Encoders
import Layers
import Modalities
import Tensors
import Testing

@Suite struct ConvolutionalEncoderTests {
  @Test(arguments: [
    [1, 28, 28], [3, 96, 96], [3, 32, 48], [1, 8, 8], [2, 5, 7], [1, 1, 1], [3, 40, 3], [1, 9, 200],
  ])
  func anySizeOfPicture(shape: [Int]) {
    let encoder = ConvolutionalEncoder(shape: shape, width: 16, generator: Generator(seed: 1))
    let found = encoder(ModalityInput(values: normal([2] + shape)))
    #expect(found.shape == [2, 16])
    #expect(found.isFinite().all().item() == 1)
  }

  @Test func blocksFollowTheSize() {
    func convolutions(_ side: Int) -> Int {
      ConvolutionalEncoder(shape: [1, side, side], generator: Generator(seed: 1)).state().keys
        .filter { $0.hasPrefix("convolutions.") && $0.hasSuffix(".weight") }.count
    }
    #expect([4, 8, 28, 32, 64, 96].map(convolutions) == [1, 1, 2, 3, 4, 4])
  }

  /// Normalisation is within a sample: its batch mates do not matter.
  @Test func samplesAreIndependent() {
    let encoder = ConvolutionalEncoder(shape: [1, 12, 12], width: 16, generator: Generator(seed: 1))
    let values = normal([3, 1, 12, 12])
    let whole = training(with: Generator(seed: 1)) { evaluating { encoder(ModalityInput(values: values)) } }
    expectClose(encoder(ModalityInput(values: values[1..<2])), whole[1..<2], tolerance: 1e-5)
  }

  @Test func gradients() {
    let encoder = ConvolutionalEncoder(shape: [2, 9, 9], width: 6, generator: Generator(seed: 1))
    expectGradientsMatchDifferences(of: encoder, ModalityInput(values: normal([2, 2, 9, 9])))
  }

  @Test func blankPictureIsFinite() {
    let encoder = ConvolutionalEncoder(shape: [1, 12, 12], width: 6, generator: Generator(seed: 1))
    let input = ModalityInput(values: .zeros([2, 1, 12, 12]))
    let found = Tensors.gradients(
      of: encoder(input).sum(), withRespectTo: encoder.namedParameters().map(\.parameter.value))
    #expect(found.allSatisfy { $0.isFinite().all().item() == 1 })
  }
}
