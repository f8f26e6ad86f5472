import Encoders
import Layers
import Modalities
import Tensors
import Testing

@testable import Fusion

@Suite struct ModalityShiftingFusionTests {
  /// The gate stands where it was put: before it, a step says nothing of other steps' companions unless attention follows.
  @Test(arguments: 0...2) func theGateStandsAfterTheChosenLayer(insertion: Int) {
    let fusion = ModalityShiftingFusion(
      widths: [3, 2], layers: 2, insertion: insertion, heads: 2, output: 4, generator: Generator(seed: 1))
    fusion.convert(to: .float64)
    let generator = Generator(seed: 2)
    let main = Steps(Tensor.randn([1, 5, 3], dtype: .float64, generator: generator))
    let other = Steps(Tensor.randn([1, 5, 2], dtype: .float64, generator: generator))
    // The network written out with its own parts.
    var x = fusion.embedding(main.values) + sinusoidalPositions(5, width: 4, like: main.values)
    func gate() { x = fusion.shiftNorm(fusion.shift(x, [other.values], main: Tensor([true], shape: [1, 1, 1]))) }
    for layer in 0..<2 {
      if layer == insertion { gate() }
      x = fusion.layers[layer](x, mask: nil)
    }
    if insertion == 2 { gate() }
    expectClose(fusion([main, other]), fusion.norm(x).mean(axes: [1]), tolerance: 1e-10)
  }

  /// A sample says the same alone and padded in a batch.
  @Test(arguments: [true, false]) func paddingDoesNotMatter(mainIsLonger: Bool) {
    let fusion = ModalityShiftingFusion(widths: [3, 2], heads: 2, output: 4, generator: Generator(seed: 1))
    fusion.convert(to: .float64)
    let generator = Generator(seed: 2)
    let (long, short) = mainIsLonger ? (6, 2) : (2, 6)
    let main = Tensor.randn([1, long, 3], dtype: .float64, generator: generator)
    let other = Tensor.randn([1, short, 2], dtype: .float64, generator: generator)
    func padded(_ x: Tensor, by extra: Int) -> Steps {
      let real = (0..<x.shape[1] + extra).map { $0 < x.shape[1] }
      let garbage = Tensor.full([1, extra, x.shape[2]], .nan, dtype: .float64)
      return Steps(Tensor.concatenated([x, garbage], axis: 1), mask: Tensor(real, shape: [1, real.count]))
    }
    expectClose(fusion([padded(main, by: 3), padded(other, by: 1)]), fusion([Steps(main), Steps(other)]))
  }

  /// Positions as the formula has them.
  @Test func positions() {
    let found = sinusoidalPositions(3, width: 4, like: Tensor.zeros([1], dtype: .float64))
    let expected = (0..<3).flatMap { (position: Int) -> [Tensor] in
      let slow = Tensor(Double(position) / 100, dtype: .float64)
      let fast = Tensor(Double(position), dtype: .float64)
      return [fast.sin(), fast.cos(), slow.sin(), slow.cos()]
    }
    expectClose(found, Tensor.stacked(expected).reshaped([3, 4]), tolerance: 1e-12)
  }

  /// The main modality shows the class three times out of four; the other, named `m1`, is noise.
  private func noisy(_ count: Int, seed: UInt64) -> Batch {
    let generator = Generator(seed: seed)
    let target = Tensor.randint(0, 2, [count], generator: generator)
    let shown = (target.to(.float32) * 2 - 1) * (Tensor.rand([count], generator: generator) .< 0.85).to(.float32)
    let main = shown.unsqueezed(1).padded([0, 3]) + Tensor.randn([count, 4], generator: generator) * 0.3
    let noise = Tensor.randn([count, 4], generator: generator)
    return Batch(
      inputs: ["m0": ModalityInput(values: main), "m1": ModalityInput(values: noise)], target: target,
      ids: (0..<count).map(String.init))
  }

  /// With noise beside it, the main modality predicts as well as alone, and other noise leaves its predictions alone.
  @Test func aModalityOfNoiseIsIgnored() throws {
    let (train, validation, test) = (noisy(768, seed: 1), noisy(256, seed: 2), noisy(2000, seed: 3))
    let model = try learnt("mag", on: train, validation: validation, epochs: 15)
    let alone = try learnt("unimodal", on: train.keeping(["m0"]), validation: validation.keeping(["m0"]), epochs: 15)
    let (accuracy, baseline) = (scores(model, test).accuracy, scores(alone, test.keeping(["m0"])).accuracy)
    #expect(baseline > 0.9)
    #expect(accuracy > baseline - 0.01, "\(accuracy) with noise beside it, \(baseline) alone")
    var other = test
    other.inputs["m1"] = ModalityInput(values: Tensor.randn([2000, 4], generator: Generator(seed: 9)))
    let same = withoutGradients { model(test).argmax(axis: 1) .== model(other).argmax(axis: 1) }
    #expect(same.to(.float64).mean().item() > 0.95)
  }
}
