import Fusion
import Layers
import Tensors
import Testing

@Suite struct PolynomialTensorFusionTests {
  /// The pooling of everything side by side; an absent modality is zero.
  @Test(arguments: PolynomialTensorPooling.Weights.allCases) func poolsTheConcatenation(
    weights: PolynomialTensorPooling.Weights
  ) throws {
    let fusion = PolynomialTensorFusion(
      widths: [3, 2], order: 2, rank: 2, weights: weights, output: 4, generator: Generator(seed: 1))
    let pooling = PolynomialTensorPooling(
      width: 5, order: 2, rank: 2, weights: weights, output: 4, generator: Generator(seed: 2))
    let prefix = "pooling."
    try pooling.load(
      Dictionary(uniqueKeysWithValues: fusion.state().map { (String($0.key.dropFirst(prefix.count)), $0.value) }))
    let inputs = encodings([3, 2], dtype: .float32)
    expectClose(fusion(inputs, present: nil), pooling(Tensor.concatenated(inputs, axis: 1)), tolerance: 1e-6)
    let absent = Tensor.concatenated([inputs[0], Tensor.zeros([4, 2])], axis: 1)
    let present = mask(Array(repeating: [true, false], count: 4))
    expectClose(fusion(inputs, present: present), pooling(absent), tolerance: 1e-6)
  }
}
