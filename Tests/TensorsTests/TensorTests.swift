import Foundation
import Tensors
import Testing

@Suite struct TensorTests {
  @Test func keepsValuesShapeAndType() {
    let x = Tensor([1, 2, 3, 4, 5, 6] as [Float], shape: [2, 3])
    #expect(x.shape == [2, 3] && x.rank == 2 && x.count == 6 && x.dtype == .float32 && x.device == .cpu)
    #expect(x.transposed().floats == [1, 4, 2, 5, 3, 6])
    #expect(Tensor([1, 2, 3] as [Int]).dtype == .int64)
    #expect(Tensor(2.5, dtype: .float64).item() == 2.5)
    #expect(Tensor([true, false]).array(of: Bool.self) == [true, false])
  }

  @Test func broadcastsLikeNumPy() {
    let a = Tensor([1, 2, 3] as [Double], shape: [3, 1])
    let b = Tensor([10, 20] as [Double])
    #expect((a + b).doubles == [11, 21, 12, 22, 13, 23])
    #expect((1 - a).doubles == [0, -1, -2])
    #expect((6 / a).doubles == [6, 3, 2])
    #expect((a .> 1.5).array(of: Bool.self) == [false, true, true])
    #expect((Tensor([7, 8] as [Int]) * 2).dtype == .int64)
  }

  @Test func subscriptsAreViews() {
    let x = Tensor.arange(0, 24, dtype: .float64).reshaped([2, 3, 4])
    #expect(x[1, 2, 3].item() == 23)
    #expect(x[0, 1..<3].shape == [2, 4])
    #expect(x[.all, 1, ..<2].doubles == [4, 5, 16, 17])
    #expect(x[-1, -1, -1].item() == 23)
    x[0].fill_(9)
    #expect(x[0, 0, 0].item() == 9)
  }

  @Test func gathersAndScatters() {
    let x = Tensor([1, 2, 3, 4, 5, 6] as [Double], shape: [2, 3])
    let indices = Tensor([2, 0] as [Int], shape: [2, 1])
    #expect(x.gather(axis: 1, indices).doubles == [3, 4])
    #expect(x.scatterAdd(axis: 1, indices, Tensor.ones([2, 1], dtype: .float64)).doubles == [1, 2, 4, 5, 5, 6])
    #expect(x.indexSelect(axis: 1, Tensor([1, 1] as [Int])).doubles == [2, 2, 5, 5])
    #expect(x.maskedSelect(x .> 4).doubles == [5, 6])
    #expect(
      x.replacingRows(Tensor([1] as [Int]), with: Tensor.zeros([1, 3], dtype: .float64)).doubles == [1, 2, 3, 0, 0, 0])
  }

  @Test func splitsJoinAgain() {
    let x = Tensor.arange(0, 10)
    #expect(x.split(4).map(\.count) == [4, 4, 2])
    #expect(Tensor.concatenated(x.split([1, 9])).floats == x.floats)
    #expect(Tensor.stacked(x.reshaped([5, 2]).unbind(axis: 1), axis: 1).floats == x.floats)
  }

  @Test func reducesOverAxes() {
    let x = Tensor([1, 2, 3, 4, 5, 6] as [Double], shape: [2, 3])
    #expect(x.sum(axes: [0]).doubles == [5, 7, 9])
    #expect(x.mean(axes: [1], keepingDimensions: true).shape == [2, 1])
    #expect(x.variance(axes: [1], unbiased: false).doubles.allSatisfy { abs($0 - 2.0 / 3) < 1e-12 })
    #expect(x.max(axis: 1).indices.integers == [2, 2])
    #expect(x.argmin(axis: 0).integers == [0, 0, 0])
    #expect(x.sorted(axis: 1, descending: true).values.doubles == [3, 2, 1, 6, 5, 4])
    #expect(abs(x.logSumExp(axes: [0, 1]).item() - log((1...6).reduce(0.0) { $0 + exp(Double($1)) })) < 1e-12)
    #expect(x.norm().item() == 91.0.squareRoot())
  }

  @Test func saysWhatItHolds() {
    let text = Tensor([1, 2, 3, 4] as [Float], shape: [2, 2]).description
    #expect(text == "Tensor(shape: [2, 2], float32, cpu)\n[[1.0000, 2.0000],\n [3.0000, 4.0000]]")
    #expect("\(Tensor.zeros([100]))".contains("…"))
    #expect("\(Tensor.zeros([0, 3]))" == "Tensor(shape: [0, 3], float32, cpu) []")
    #expect("\(Tensor([true]))".hasSuffix("[true]"))
  }

  @Test func wrongShapesTrapWithBothShapes() async {
    await #expect(processExitsWith: .failure) {
      _ = Tensor.zeros([2, 3]).matmul(Tensor.zeros([2, 3]))
    }
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor.zeros([2, 3]) + Tensor.zeros([4, 5])
    }
    let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(message.contains("[2, 3]") && message.contains("[4, 5]"), "\(message)")
  }

  @Test func measuresMemoryOfThisThread() {
    let (_, peak) = Engine.measuringMemory { Tensor.zeros([1000, 1000]) + 1 }
    #expect(peak >= 8_000_000 && peak < 9_000_000)
  }
}

@Suite struct LargePageTests {
  /// A copy of its own, of any size, type and layout.
  @Test(arguments: [[], [0, 3], [3, 5], [700, 1100]]) func holdTheSameNumbers(_ shape: [Int]) {
    let count = shape.reduce(1, *)
    let x = Tensor((0..<count).map { Double($0 % 1013) }, shape: shape)
    for original in [x, x.to(.float32), x.to(.int64), shape.count == 2 ? x.transposed() : x] {
      let copy = original.inLargePages()
      #expect(copy.shape == original.shape && copy.dtype == original.dtype && copy.isContiguous)
      #expect(copy.doubles == original.doubles)
      copy.fill_(-1)
      #expect(original.doubles.allSatisfy { $0 >= 0 } && copy.doubles.allSatisfy { $0 == -1 })
    }
  }
}

@Suite struct GeneratorTests {
  @Test func sameSeedSameNumbers() {
    let a = Generator(seed: 3)
    let b = Generator(seed: 3)
    #expect(Tensor.randn([5], generator: a).floats == Tensor.randn([5], generator: b).floats)
    #expect(Tensor.randn([5], generator: a).floats != Tensor.randn([5], generator: Generator(seed: 4)).floats)
  }

  @Test func stateGoesOnWhereItWas() {
    let g = Generator(seed: 1)
    _ = Tensor.rand([7], generator: g)
    let state = g.state
    let expected = Tensor.randn([100], generator: g).floats
    let h = Generator(seed: 99)
    h.state = state
    #expect(Tensor.randn([100], generator: h).floats == expected)
  }

  @Test func momentsOfDistributions() {
    let g = Generator(seed: 5)
    let n = Tensor.randn([200_000], generator: g)
    #expect(abs(n.mean().item()) < 0.01 && abs(n.variance().item() - 1) < 0.02)
    #expect(abs(Tensor.bernoulli([200_000], p: 0.3, generator: g).mean().item() - 0.3) < 0.01)
    #expect(Tensor.permutation(50, generator: g).sorted().values.integers == Array(0..<50))
    let dropped = Tensor.ones([100_000]).dropout(0.25, generator: g)
    #expect(abs(dropped.mean().item() - 1) < 0.01)
    #expect(Set(dropped.floats) == [0, Float(1 / 0.75)])
  }

  @Test func derivedSeedsDiffer() {
    let seeds = (0..<100).flatMap { a in (0..<10).map { Generator.seed(UInt64(a), UInt64($0)) } }
    #expect(Set(seeds).count == 1000)
    #expect(Generator.seed(1, 2, 3) != Generator.seed(1, 3, 2))
  }
}
