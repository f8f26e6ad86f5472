import Tensors
import Testing

@testable import Layers

/// Layers with PyTorch's weights give PyTorch's outputs, in float64.
@Suite struct GoldenTests {
  private let generator = Generator(seed: 0)

  private func loaded<Model: Module>(_ model: Model, _ golden: Golden) throws -> Model {
    model.convert(to: .float64)
    try model.load(golden.parameters)
    return model
  }

  @Test func linear() throws {
    let golden = try Golden.load("linear")
    let layer = try loaded(Linear(3, 4, generator: generator), golden)
    #expect(golden.deviation(of: layer(golden.input("x")), from: "y") < 1e-12)
  }

  @Test func embedding() throws {
    let golden = try Golden.load("embedding")
    let layer = try loaded(Embedding(6, 3, generator: generator), golden)
    #expect(golden.deviation(of: layer(golden.input("x").to(.int64)), from: "y") < 1e-12)
  }

  @Test func layerNorm() throws {
    let golden = try Golden.load("layerNorm")
    #expect(golden.deviation(of: try loaded(LayerNorm(4), golden)(golden.input("x")), from: "y") < 1e-12)
  }

  @Test func groupNorm() throws {
    let golden = try Golden.load("groupNorm")
    let layer = try loaded(GroupNorm(groups: 2, channels: 4), golden)
    #expect(golden.deviation(of: layer(golden.input("x")), from: "y") < 1e-12)
  }

  @Test func batchNormInTrainingAndAfter() throws {
    let golden = try Golden.load("batchNorm")
    let layer = BatchNorm(3)
    layer.convert(to: .float64)
    layer.weight.assign(golden.parameters["weight"]!)
    layer.bias.assign(golden.parameters["bias"]!)
    let (first, second) = training(with: generator) { (layer(golden.input("x1")), layer(golden.input("x2"))) }
    #expect(golden.deviation(of: first, from: "y1") < 1e-12)
    #expect(golden.deviation(of: second, from: "y2") < 1e-12)
    #expect(golden.deviation(of: layer.runningMean.value, from: "mean") < 1e-12)
    #expect(golden.deviation(of: layer.runningVariance.value, from: "variance") < 1e-12)
    #expect(golden.deviation(of: layer(golden.input("x3")), from: "y3") < 1e-12)
  }

  @Test func convolutions() throws {
    let line = try Golden.load("convolution1D")
    let line1D = try loaded(
      Convolution1D(4, 6, kernel: 3, stride: 2, padding: 2, dilation: 2, groups: 2, generator: generator), line)
    #expect(line.deviation(of: line1D(line.input("x")), from: "y") < 1e-12)
    let picture = try Golden.load("convolution2D")
    let picture2D = try loaded(Convolution2D(2, 3, kernel: 3, stride: 2, padding: 1, generator: generator), picture)
    #expect(picture.deviation(of: picture2D(picture.input("x")), from: "y") < 1e-12)
  }

  @Test func recurrent() throws {
    try check(LSTM(3, 4, layers: 2, bidirectional: true, generator: generator), Golden.load("lstm"))
    try check(GRU(3, 4, layers: 2, bidirectional: true, generator: generator), Golden.load("gru"))
  }

  private func check<Cell>(_ layer: Recurrent<Cell>, _ golden: Golden) throws {
    let layer = try loaded(layer, golden)
    let ragged = layer(golden.input("x"), lengths: golden.input("lengths").to(.int64))
    #expect(golden.deviation(of: ragged.states, from: "states") < 1e-12)
    #expect(golden.deviation(of: ragged.last, from: "last") < 1e-12)
    let full = layer(golden.input("x"))
    #expect(golden.deviation(of: full.states, from: "fullStates") < 1e-12)
    #expect(golden.deviation(of: full.last, from: "fullLast") < 1e-12)
  }

  @Test func attention() throws {
    let golden = try Golden.load("attention")
    let layer = try loaded(MultiHeadAttention(6, heads: 2, generator: generator), golden)
    let x = golden.input("x")
    #expect(golden.deviation(of: layer(x), from: "self") < 1e-12)
    let mask = golden.input("mask").to(.bool)
    #expect(golden.deviation(of: layer(x, context: golden.input("context"), mask: mask), from: "cross") < 1e-12)
  }

  @Test func transformerEncoder() throws {
    let golden = try Golden.load("transformerEncoder")
    let encoder = try loaded(
      TransformerEncoder(width: 6, heads: 2, layers: 2, feedForward: 8, generator: generator), golden)
    let (x, mask) = (golden.input("x"), golden.input("mask"))
    #expect(golden.deviation(of: encoder(x), from: "y") < 1e-12)
    #expect(golden.deviation(of: encoder(x, mask: mask.to(.bool)) * mask.unsqueezed(-1), from: "masked") < 1e-12)
  }

  @Test(arguments: Activation.allCases) func activation(_ activation: Activation) throws {
    let golden = try Golden.load(activation.rawValue)
    #expect(golden.deviation(of: activation(golden.input("x")), from: "y") < 1e-12)
  }
}
