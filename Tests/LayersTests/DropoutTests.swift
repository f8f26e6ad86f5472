import Layers
import Tensors
import Testing

@Suite struct DropoutTests {
  @Test func keepsTheMeanAndTheShare() {
    let x = Tensor.ones([200, 500])
    let y = training(with: Generator(seed: 1)) { Dropout(0.3)(x) }
    // 10⁵ draws: five standard deviations of the share are .0072, of the mean .0104.
    #expect(abs((y .== 0).to(.float32).mean().item() - 0.3) < 0.0072)
    #expect(abs(y.mean().item() - 1) < 0.0104)
    #expect(Set(y.floats) == [0, 1 / 0.7])
  }

  @Test func passesOnWhenEvaluating() {
    let x = Tensor([1, 2, 3] as [Float])
    #expect(Dropout(0.9)(x).floats == [1, 2, 3])
    #expect(training(with: Generator(seed: 1)) { evaluating { Dropout(0.9)(x).floats } } == [1, 2, 3])
    #expect(training(with: Generator(seed: 1)) { Dropout(0)(x).floats } == [1, 2, 3])
  }

  @Test func sameSeedSameMask() {
    func mask(_ seed: UInt64) -> [Float] {
      training(with: Generator(seed: seed)) { Dropout(0.5)(Tensor.ones([64])).floats }
    }
    #expect(mask(7) == mask(7))
    #expect(mask(7) != mask(8))
  }

  @Test func alikeInAllSteps() {
    let x = Tensor.ones([40, 5, 6])
    let dropout = Dropout(0.25)
    #expect(dropout.alikeInAllSteps(x).floats == x.floats)
    func dropped(_ x: Tensor) -> Tensor { training(with: Generator(seed: 3)) { dropout.alikeInAllSteps(x) } }
    let found = dropped(x)
    #expect(Set(found.floats) == [0, Float(1 / 0.75)])
    for step in 1..<5 { #expect(found[.all, step].floats == found[.all, 0].floats) }
    #expect(dropped(x[.all, 0..<2]).floats == found[.all, 0..<2].floats)
  }
}
