import Modalities
import Tensors
import Testing

@testable import Encoders

@Suite struct ResampledEncoderTests {
  /// By hand: four steps in two are means of pairs; two in four are each step twice; padding does not count.
  @Test func stepsAreMeansOfEvenSpans() {
    let steps = ResampledSteps(inputSize: 1, count: 2)
    let four = ModalityInput(
      values: Tensor([1, 3, 5, 9, .nan] as [Float], shape: [1, 5, 1]), lengths: Tensor([4]))
    expectClose(steps(four), Tensor([2, 1, 7, 1] as [Float], shape: [1, 2, 2]), tolerance: 1e-6)
    let two = ModalityInput(values: Tensor([1, 3] as [Float], shape: [1, 2, 1]))
    let stretched = ResampledSteps(inputSize: 1, count: 4)(two)
    expectClose(stretched, Tensor([1, 1, 1, 1, 3, 1, 3, 1] as [Float], shape: [1, 4, 2]), tolerance: 1e-6)
  }

  @Test func paddingAndBatchMatesChangeNothing() {
    let encoder = ResampledEncoder(inputSize: 3, count: 4, width: 5, generator: Generator(seed: 1))
    let values = normal([2, 9, 3])
    let together = encoder(ModalityInput(values: values, lengths: Tensor([9, 5])))
    let alone = encoder(ModalityInput(values: values[1..<2, 0..<5]))
    #expect(together.shape == [2, 5])
    expectClose(together[1..<2], alone, tolerance: 1e-5)
  }

  /// What pooling over time cannot tell apart.
  @Test func orderCounts() {
    let encoder = ResampledEncoder(inputSize: 1, count: 4, width: 6, dropout: 0, generator: Generator(seed: 1))
    let rising = encoder(ModalityInput(values: Tensor([0, 1, 2, 3] as [Float], shape: [1, 4, 1])))
    let falling = encoder(ModalityInput(values: Tensor([3, 2, 1, 0] as [Float], shape: [1, 4, 1])))
    #expect((rising - falling).abs().max().item() > 1e-2)
  }
}
