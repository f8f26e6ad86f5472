import Encoders
import Layers
import Modalities
import Tensors
import Testing

@testable import Fusion

@Suite struct BottleneckTransformerTests {
  private let generator = Generator(seed: 5)

  private func steps(_ count: Int, _ width: Int, length: Int) -> Steps {
    Steps(
      Tensor.randn([1, count, width], dtype: .float64, generator: generator),
      mask: Tensor((0..<count).map { $0 < length }, shape: [1, count]))
  }

  private func fusion(fuse: Int, bottlenecks: Int = 2) -> BottleneckTransformer {
    let fusion = BottleneckTransformer(
      widths: [3, 2, 2], areSequences: [true, true, false], bottlenecks: bottlenecks, layers: 3, fusionLayer: fuse,
      heads: 2, output: 4, generator: Generator(seed: 1))
    fusion.convert(to: .float64)
    return fusion
  }

  /// The recursion of the paper on the real tokens of the modalities present, with the fusion's own blocks.
  @Test(arguments: [0, 1], [[4, 3, 1], [2, 0, 1], [0, 0, 1]]) func followsThePaper(fuse: Int, lengths: [Int]) {
    let fusion = fusion(fuse: fuse)
    let inputs = zip([4, 3, 1], zip([3, 2, 2], lengths)).map { steps($0, $1.0, length: $1.1) }
    let started = fusion.transformers.tokens(of: inputs)
    let present = lengths.indices.filter { lengths[$0] > 0 }
    var tokens = present.map { started[$0].values[.all, 0..<1 + lengths[$0]] }
    var shared = fusion.bottleneck.value
    for layer in 0..<3 {
      guard layer >= fuse else {
        tokens = zip(present, tokens).map { fusion.transformers.layers[layer][$0]($1, mask: nil) }
        continue
      }
      let joined = zip(present, tokens).map {
        fusion.transformers.layers[layer][$0](Tensor.concatenated([$1, shared], axis: 1), mask: nil)
      }
      let parts = zip(joined, tokens).map { $0.split([$1.shape[1], 2], axis: 1) }
      tokens = parts.map { $0[0] }
      shared = parts.map { $0[1] }.dropFirst().reduce(parts[0][1], +) / Double(parts.count)
    }
    let classes = zip(present, tokens).map { fusion.transformers.norms[$0]($1[.all, 0]) }
    let expected = classes.dropFirst().reduce(classes[0], +) / Double(classes.count)
    expectClose(fusion(inputs), expected)
  }

  /// Modalities hear of each other only through the bottleneck: two layers of it are needed.
  @Test(arguments: [0, 1]) func modalitiesInteract(fuse: Int) {
    let fusion = fusion(fuse: fuse)
    let (a, b, c) = (
      (0..<2).map { _ in steps(4, 3, length: 4) }, (0..<2).map { _ in steps(3, 2, length: 3) }, steps(1, 2, length: 1)
    )
    let mixed =
      fusion([a[0], b[0], c]) - fusion([a[1], b[0], c]) - fusion([a[0], b[1], c]) + fusion([a[1], b[1], c])
    #expect(mixed.abs().max().item() > 1e-3)
  }

  /// B = 4 comes within two points of full attention between all tokens, and costs less the more tokens there are.
  @Test func comesCloseToFullAttentionForLess() throws {
    let data = FoundBits()
    let shared = ["output": "32", "heads": "2", "sequence-encoder": "raw", "dropout": "0", "depth": "3", "fuse": "1"]
    func trained(_ method: String) throws -> (FusionModel, Double) {
      let model = try learnt(method, shared, on: data.train, validation: data.validation, epochs: 14)
      return (model, scores(model, data.test).accuracy)
    }
    let (narrow, bottleneck) = try trained("mbt")
    let (full, attention) = try trained("mid-transformer")
    #expect(attention > 0.95 && bottleneck > attention - 0.02, "\(bottleneck) through 4 tokens, \(attention) without")
    let mbt = try #require(narrow.fusion as? BottleneckTransformer)
    let mid = try #require(full.fusion as? MidFusionTransformer)
    for steps in [20, 50, 196] {
      #expect(mbt.multiplications(steps: [steps, steps]) < mid.multiplications(steps: [steps, steps]))
    }
  }
}
