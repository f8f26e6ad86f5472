import Layers
import Tensors
import Testing

@Suite struct LayerShapeTests {
  private let generator = Generator(seed: 1)

  @Test func linearActsOnTheLastAxis() {
    let layer = Linear(3, 5, generator: generator)
    #expect(layer(Tensor.ones([3])).shape == [5])
    #expect(layer(Tensor.ones([2, 4, 3])).shape == [2, 4, 5])
    #expect((layer.inputSize, layer.outputSize) == (3, 5))
  }

  @Test func anMLPOfOneLayerIsLinear() {
    let mlp = MLP(sizes: [3, 2], activation: .relu, dropout: 0.5, generator: generator)
    let x = Tensor.randn([4, 3], generator: generator)
    #expect(training(with: generator) { mlp(x).floats } == mlp.layers[0](x).floats)
    #expect(mlp.outputSize == 2)
  }

  @Test(arguments: [(1, 0, 1), (2, 1, 1), (1, 2, 2), (3, 1, 2)])
  func convolutionSizes(_ stride: Int, _ padding: Int, _ dilation: Int) {
    let expected = (11 + 2 * padding - dilation * 2 - 1) / stride + 1
    let line = Convolution1D(
      2, 3, kernel: 3, stride: stride, padding: padding, dilation: dilation, generator: generator)
    #expect(line(Tensor.ones([4, 2, 11])).shape == [4, 3, expected])
    let picture = Convolution2D(
      2, 3, kernel: 3, stride: stride, padding: padding, dilation: dilation, bias: false, generator: generator)
    #expect(picture(Tensor.ones([4, 2, 11, 11])).shape == [4, 3, expected, expected])
    #expect(picture.parameterCount == 2 * 3 * 9)
  }

  @Test func normsStandardise() {
    let x = Tensor.randn([3, 4, 6], generator: generator) * 3 + 2
    let layer = LayerNorm(6)(x)
    #expect(layer.mean(axes: [2]).abs().max().item() < 1e-5)
    let group = GroupNorm(groups: 2, channels: 4)(x).reshaped([3, 2, 12])
    #expect(group.mean(axes: [2]).abs().max().item() < 1e-5)
    #expect((group.variance(axes: [2], unbiased: false) - 1).abs().max().item() < 1e-3)
  }
}
