import Foundation
import Kernels
import Tensors
import Testing

@Suite struct SpectrumKernelTests {
  static let texts = ["the cat sat on the mat", "a cat on a mat sat", "résumé: the mat", "no"]

  @Test func equalsCounting() throws {
    let expected = try Golden.load("spectrum")
    let kernels = [
      ("character", SpectrumKernel(length: 3)), ("word", SpectrumKernel(length: 2, symbol: .word)),
    ]
    for (name, kernel) in kernels {
      expectClose(kernel.gram(Self.texts), expected[name]!, tolerance: 0)
      expectClose(kernel.gram(Array(Self.texts[1...]), Self.texts), expected[name]![1..<4], tolerance: 0)
      expectClose(kernel.diagonal(Self.texts), expected[name]!.diagonal(), tolerance: 0)
    }
  }

  @Test func presenceCountsOnce() {
    let kernel = SpectrumKernel(length: 1, counting: .presence)
    #expect(kernel.gram(["aab", "abb"]).doubles == [2, 2, 2, 2])
    #expect(SpectrumKernel(length: 1).gram(["aab", "abb"]).doubles == [5, 4, 4, 5])
    #expect(kernel.gram(["", "a"]).doubles == [0, 0, 0, 1])
  }
}

@Suite struct SetKernelTests {
  @Test func measuresOverlap() {
    let sets = ["a b c", "b c d e", ""].map(SetKernel.words)
    #expect(SetKernel(.intersection).gram(sets).doubles == [3, 2, 0, 2, 4, 0, 0, 0, 0])
    #expect(SetKernel(.jaccard).gram(sets).doubles == [1, 0.4, 0, 0.4, 1, 0, 0, 0, 1])
    expectClose(
      SetKernel(.cosine).gram(sets),
      Tensor([1, 2 / 12.0.squareRoot(), 0, 2 / 12.0.squareRoot(), 1, 0, 0, 0, 0], shape: [3, 3]), tolerance: 1e-15)
    for overlap in SetKernel.Overlap.allCases {
      expectClose(SetKernel(overlap).diagonal(sets), SetKernel(overlap).gram(sets).diagonal(), tolerance: 1e-15)
    }
  }
}

@Suite struct GlobalAlignmentKernelTests {
  @Test func equalsTslearn() throws {
    let series = try Golden.load("series")
    let all = ["a", "b", "c"].map { series[$0]! }
    let kernel = GlobalAlignmentKernel(sigma: 1.7)
    expectClose(try kernel.gram(all), try Golden.load("global-alignment")["gram"]!, tolerance: 1e-10)
  }

  /// Every alignment of two short series, one by one.
  @Test func sumsOverAlignments() throws {
    let (x, y) = (samples(4, 2), samples(3, 2, seed: 5))
    func local(_ i: Int, _ j: Int) -> Double {
      let g = exp(-(x[i] - y[j]).square().sum().item() / (2 * 0.9 * 0.9))
      return g / (2 - g)
    }
    func paths(_ i: Int, _ j: Int) -> Double {
      if i == 0 && j == 0 { return local(0, 0) }
      var sum = 0.0
      if i > 0 { sum += paths(i - 1, j) }
      if j > 0 { sum += paths(i, j - 1) }
      if i > 0 && j > 0 { sum += paths(i - 1, j - 1) }
      return sum * local(i, j)
    }
    let kernel = GlobalAlignmentKernel(sigma: 0.9, isNormalised: false)
    #expect(abs(try kernel.gram([x], [y]).item() / paths(3, 2) - 1) < 1e-12)
  }

  @Test func longSeriesStayFinite() throws {
    let series = [samples(700, 2), samples(650, 2, seed: 6)]
    #expect(try GlobalAlignmentKernel(sigma: 2).gram(series).isFinite().all().item() == 1)
    #expect(throws: InputError.self) {
      try GlobalAlignmentKernel(sigma: 2, isNormalised: false).gram([samples(700, 2) * 0.001])
    }
    #expect(throws: InputError.self) { try GlobalAlignmentKernel(sigma: 2).gram([Tensor.zeros([0, 2])]) }
  }

  @Test func widthGrowsWithLength() throws {
    let x = samples(100, 3)
    let once = try GlobalAlignmentKernel.medianSigma([x])
    let cut = try GlobalAlignmentKernel.medianSigma([x[0..<25], x[25..<50], x[50..<75], x[75..<100]])
    #expect(abs(once / cut - 2) < 1e-12)
  }
}
