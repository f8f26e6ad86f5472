import Encoders
import Layers
import Modalities
import Tensors
import Testing

@testable import Fusion

@Suite struct MidFusionTransformerTests {
  private let generator = Generator(seed: 5)

  /// Random steps, of which the real ones differ from sample to sample.
  private func steps(_ count: Int, _ width: Int, lengths: [Int]) -> Steps {
    let real = lengths.flatMap { length in (0..<count).map { $0 < length } }
    return Steps(
      Tensor.randn([lengths.count, count, width], dtype: .float64, generator: generator),
      mask: Tensor(real, shape: [lengths.count, count]))
  }

  private func fusion(fuse: Int, layers: Int = 2) -> MidFusionTransformer {
    let fusion = MidFusionTransformer(
      widths: [3, 2], areSequences: [true, false], layers: layers, fusionLayer: fuse, heads: 2, output: 4,
      generator: Generator(seed: 1))
    fusion.convert(to: .float64)
    return fusion
  }

  /// With the weights of one modality in the other's blocks, fusion from the first layer is a plain transformer over all
  /// tokens side by side.
  @Test func earlyFusionWithTiedWeightsIsOneTransformer() throws {
    let fusion = fusion(fuse: 0)
    var state = fusion.state()
    for layer in 0..<2 {
      for (key, value) in state where key.hasPrefix("transformers.layers.\(layer).0.") {
        state["transformers.layers.\(layer).1." + key.dropFirst("transformers.layers.0.0.".count)] = value
      }
    }
    try fusion.load(state)
    let plain = TransformerEncoder(width: 4, heads: 2, layers: 2, generator: Generator(seed: 2))
    plain.convert(to: .float64)
    var weights = plain.state()
    for layer in 0..<2 {
      for (key, value) in state where key.hasPrefix("transformers.layers.\(layer).0.") {
        weights["layers.\(layer)." + key.dropFirst("transformers.layers.0.0.".count)] = value
      }
    }
    try plain.load(weights)
    let inputs = [steps(5, 3, lengths: [5, 2, 3]), steps(2, 2, lengths: [1, 2, 2])]
    let tokens = Tokens.joined(fusion.transformers.tokens(of: inputs))
    let encoded = plain(tokens.values, mask: tokens.mask)
    // Class tokens stand first and behind the six tokens of the first modality; initial norms are alike.
    expectClose(fusion(inputs), (encoded[.all, 0] + encoded[.all, 6]) / 2)
  }

  /// Whether modalities interact: the mixed difference f(a, b) − f(a′, b) − f(a, b′) + f(a′, b′).
  private func interaction(_ fusion: MidFusionTransformer) -> Double {
    let a = (0..<2).map { _ in steps(4, 3, lengths: [4, 2]) }
    let b = (0..<2).map { _ in steps(3, 2, lengths: [3, 3]) }
    let mixed =
      fusion([a[0], b[0]]) - fusion([a[1], b[0]]) - fusion([a[0], b[1]]) + fusion([a[1], b[1]])
    return mixed.abs().max().item()
  }

  @Test func modalitiesMeetFromTheFusionLayerOn() {
    for fuse in 0...1 { #expect(interaction(fusion(fuse: fuse)) > 1e-3) }
    #expect(interaction(fusion(fuse: 2)) < 1e-12)
  }

  /// A sample without a modality is as if the model had been asked with the other alone.
  @Test(arguments: 0...2) func absentModalitiesAreNotAttendedTo(fuse: Int) {
    let fusion = fusion(fuse: fuse)
    let inputs = [steps(5, 3, lengths: [3]), steps(2, 2, lengths: [0])]
    let alone = fusion.transformers.tokens(of: inputs)[0]
    var x = alone.values
    for layer in fusion.transformers.layers { x = layer[0](x, mask: alone.mask.map { AttentionMask(keys: $0) }) }
    expectClose(fusion(inputs), fusion.transformers.norms[0](x[.all, 0]))
  }

  /// A sample says the same alone and padded in a batch, whatever stands in the padding.
  @Test(arguments: 0...2) func paddingIsNotAttendedTo(fuse: Int) {
    let fusion = fusion(fuse: fuse)
    let inputs = [steps(3, 3, lengths: [3]).values, steps(2, 2, lengths: [2]).values]
    let padded = zip(inputs, [4, 1]).map { x, extra in
      Steps(
        Tensor.concatenated([x, Tensor.full([1, extra, x.shape[2]], .nan, dtype: .float64)], axis: 1),
        mask: Tensor((0..<x.shape[1] + extra).map { $0 < x.shape[1] }, shape: [1, x.shape[1] + extra]))
    }
    expectClose(fusion(padded), fusion(inputs.map { Steps($0) }))
  }

  @Test func multiplications() {
    // Two tokens and three, w = 4: per layer 2·n·w² + 2·s·w² + 2·n·s·w + 8·n·w² for n queries and s keys. In the last layer
    // only the class token asks.
    func cost(_ queries: Int, _ keys: Int) -> Int { 10 * queries * 16 + 2 * keys * 16 + 2 * queries * keys * 4 }
    let (late, met) = (cost(2, 2) + cost(3, 3), cost(2, 5) + cost(3, 5))
    let (lastLate, lastMet) = (cost(1, 2) + cost(1, 3), 2 * cost(1, 5))
    #expect(fusion(fuse: 2).multiplications(steps: [1, 2]) == late + lastLate)
    #expect(fusion(fuse: 1).multiplications(steps: [1, 2]) == late + lastMet)
    #expect(fusion(fuse: 0).multiplications(steps: [1, 2]) == met + lastMet)
  }

  @Test func lateFusionCannotLearnAnInteraction() throws {
    let data = FoundBits()
    let options = ["fuse": "1", "depth": "1", "output": "16", "heads": "2", "sequence-encoder": "raw", "dropout": "0"]
    let model = try learnt("mid-transformer", options, on: data.train, validation: data.validation, epochs: 8)
    #expect(scores(model, data.test).loss > 0.67)
  }
}

/// Two sequences of ten steps; in each, one marked step at a random place shows a bit, and all others a bit at random.
/// The class is whether the two marked bits differ.
struct FoundBits {
  let train = made(1024, seed: 1)
  let validation = made(256, seed: 2)
  let test = made(1000, seed: 3)

  private static func made(_ count: Int, seed: UInt64) -> Batch {
    let generator = Generator(seed: seed)
    var inputs: [String: ModalityInput] = [:]
    var target = Tensor.zeros([count], dtype: .int64)
    for name in ["m0", "m1"] {
      let bits = Tensor.randint(0, 2, [count, 10], generator: generator)
      let place = Tensor.randint(0, 10, [count, 1], generator: generator)
      let marked = (Tensor.arange(10).unsqueezed(0) .== place).to(.int64)
      target = (target + (bits * marked).sum(axes: [1])).remainder(2)
      let values = Tensor.stacked([bits * 2 - 1, marked * 2 - 1], axis: 2).to(.float32)
      inputs[name] = ModalityInput(
        values: values + Tensor.randn([count, 10, 2], generator: generator) * 0.1,
        lengths: Tensor(Array(repeating: 10, count: count)))
    }
    return Batch(inputs: inputs, target: target, ids: (0..<count).map(String.init))
  }
}
