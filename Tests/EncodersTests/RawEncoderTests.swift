import Encoders
import Modalities
import Tensors
import Testing

@Suite struct RawEncoderTests {
  @Test func vectorsAndPicturesAreFlattened() {
    let vector = RawEncoder(kind: .vector, shape: [4])
    let values = normal([2, 4])
    #expect(vector(ModalityInput(values: values)).floats == values.floats)
    let picture = RawEncoder(kind: .image, shape: [2, 3, 3])
    let pixels = normal([2, 2, 3, 3])
    #expect(picture.outputSize == 18)
    #expect(picture(ModalityInput(values: pixels)).shape == [2, 18])
    #expect(picture(ModalityInput(values: pixels)).floats == pixels.floats)
  }

  /// By hand: steps (1, 4), (3, 4) and padding that must not count.
  @Test func sequencesAreSummarised() {
    let encoder = RawEncoder(kind: .sequence, shape: [3, 2])
    let values = Tensor([1, 4, 3, 4, 99, .nan] as [Float], shape: [1, 3, 2])
    let found = encoder(ModalityInput(values: values, lengths: Tensor([2])))
    expectClose(found, Tensor([2, 4, 1, 0, 3, 4] as [Float], shape: [1, 6]), tolerance: 2e-3)
    let whole = encoder(ModalityInput(values: values[.all, 0..<2]))
    expectClose(found, whole, tolerance: 1e-6)
  }

  @Test func negativeSequencesKeepTheirMaximum() {
    let encoder = RawEncoder(kind: .audio, shape: [3, 1])
    let values = Tensor([-5, -3, 0] as [Float], shape: [1, 3, 1])
    #expect(encoder(ModalityInput(values: values, lengths: Tensor([2])))[0][2].item() == -3)
    // Without any step: zeros, not NaN.
    let empty = encoder(ModalityInput(values: values, lengths: Tensor([0]))).floats
    #expect(empty[0] == 0 && empty[2] == 0 && empty.allSatisfy(\.isFinite))
  }
}
