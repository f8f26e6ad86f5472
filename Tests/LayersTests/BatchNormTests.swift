import Layers
import Tensors
import Testing

@Suite struct BatchNormTests {
  @Test(arguments: [[8, 3], [8, 3, 4], [8, 3, 4, 5]]) func normalisesEveryChannel(_ shape: [Int]) {
    let layer = BatchNorm(3)
    let generator = Generator(seed: 1)
    let y = training(with: generator) { layer(Tensor.randn(shape, generator: generator) * 4 + 7) }
    let axes = [0] + Array(2..<shape.count)
    #expect(y.shape == shape)
    #expect(y.mean(axes: axes).abs().max().item() < 1e-5)
    #expect((y.variance(axes: axes, unbiased: false) - 1).abs().max().item() < 1e-3)
  }

  @Test func evaluationChangesNothing() {
    let layer = BatchNorm(2)
    _ = layer(Tensor.randn([5, 2], generator: Generator(seed: 1)))
    #expect(layer.runningMean.value.floats == [0, 0])
    #expect(layer.runningVariance.value.floats == [1, 1])
  }

  @Test func aSingleSampleIsNormalisedByRunningStatistics() {
    let layer = BatchNorm(2)
    let y = training(with: Generator(seed: 1)) { layer(Tensor([3, -2] as [Float], shape: [1, 2])) }
    #expect(zip(y.floats, [3, -2]).allSatisfy { abs($0 - $1) < 1e-4 })
    #expect(layer.runningMean.value.floats == [0, 0])
  }

  @Test func runningStatisticsApproachThoseOfTheData() {
    let layer = BatchNorm(1)
    let generator = Generator(seed: 3)
    for _ in 0..<100 { training(with: generator) { _ = layer(Tensor.randn([500, 1], generator: generator) * 2 + 5) } }
    #expect(abs(layer.runningMean.value.item() - 5) < 0.15)
    #expect(abs(layer.runningVariance.value.item() - 4) < 0.4)
  }
}
