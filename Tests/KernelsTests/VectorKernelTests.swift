import Foundation
import Kernels
import Tensors
import Testing

@Suite struct VectorKernelTests {
  static let golden: [(name: String, kernel: VectorKernel, histograms: Bool)] = [
    ("linear", .linear, false),
    ("polynomial", .polynomial(degree: 3, scale: 0.4, offset: 1.5), false),
    ("laplacian", .laplacian(gamma: 0.3), false),
    ("exponential", .laplacian(gamma: 0.3, distance: .euclidean), false),
    ("exponential-dot", .exponentialDot(gamma: 0.2), false),
    ("gaussian", .gaussian(gamma: 0.07), false),
    ("cosine", .cosine, false),
    ("chi-squared", .chiSquared(.exponential(gamma: 0.8)), true),
    ("chi-squared-negative", .chiSquared(.negative), true),
  ]

  @Test(arguments: golden.indices) func equalsScikitLearn(index: Int) throws {
    let (name, kernel, histograms) = Self.golden[index]
    let samples = try Golden.load("samples")
    let (x, y) = histograms ? (samples["p"]!, samples["q"]!) : (samples["x"]!, samples["y"]!)
    let expected = try Golden.load(name)
    expectClose(try kernel.gram(x), expected["train"]!)
    expectClose(try kernel.gram(x, x), expected["train"]!, tolerance: 1e-7)
    expectClose(try kernel.gram(y, x), expected["test"]!)
    expectClose(try kernel.diagonal(x), expected["train"]!.diagonal())
  }

  static let all: [VectorKernel] = golden.map(\.kernel) + [.chiSquared(.additive), .intersection]

  /// Every kernel against its formula written out, on sizes that do not divide into blocks.
  @Test(arguments: all) func equalsTheFormula(kernel: VectorKernel) throws {
    let x = samples(70, 9).abs()
    let y = samples(41, 9, seed: 4).abs()
    let (a, b) = (x.doubles, y.doubles)
    var values: [Double] = []
    for i in 0..<70 {
      for j in 0..<41 { values.append(formula(kernel, Array(a[i * 9..<i * 9 + 9]), Array(b[j * 9..<j * 9 + 9]))) }
    }
    let expected = Tensor(values, shape: [70, 41])
    expectClose(try kernel.gram(x, y) / expected.abs().max(), expected / expected.abs().max(), tolerance: 1e-13)
    let gram = try kernel.gram(x)
    expectClose(gram, gram.transposed(0, 1), tolerance: 0)
    expectClose(gram.diagonal(), try kernel.diagonal(x), tolerance: 1e-12 * gram.abs().max().item())
    guard kernel != .chiSquared(.negative) else { return }
    #expect(smallestEigenvalue(gram) > -1e-10 * gram.trace().item())
  }

  private func formula(_ kernel: VectorKernel, _ x: [Double], _ y: [Double]) -> Double {
    let pairs = Array(zip(x, y))
    func sum(_ term: ((Double, Double)) -> Double) -> Double { pairs.map(term).reduce(0, +) }
    let dot = sum { $0.0 * $0.1 }
    let square = sum { ($0.0 - $0.1) * ($0.0 - $0.1) }
    let chi = sum { ($0.0 - $0.1) * ($0.0 - $0.1) / ($0.0 + $0.1) }
    switch kernel {
    case .linear: return dot
    case .polynomial(let degree, let scale, let offset): return pow(scale * dot + offset, Double(degree))
    case .laplacian(let gamma, .manhattan): return exp(-gamma * sum { abs($0.0 - $0.1) })
    case .laplacian(let gamma, .euclidean): return exp(-gamma * square.squareRoot())
    case .exponentialDot(let gamma): return exp(gamma * dot)
    case .gaussian(let gamma): return exp(-gamma * square)
    case .cosine: return dot / (sum { $0.0 * $0.0 } * sum { $0.1 * $0.1 }).squareRoot()
    case .chiSquared(.exponential(let gamma)): return exp(-gamma * chi)
    case .chiSquared(.additive): return sum { 2 * $0.0 * $0.1 / ($0.0 + $0.1) }
    case .chiSquared(.negative): return -chi
    case .intersection: return sum { min($0.0, $0.1) }
    }
  }

  /// Distances far from the origin, where the binomial formula loses every digit.
  @Test func keepsDigitsFarFromTheOrigin() throws {
    let x = samples(20, 12)
    let kernel = VectorKernel.gaussian(gamma: 0.05)
    expectClose(try kernel.gram(x + 1e6), try kernel.gram(x), tolerance: 1e-8)
  }

  @Test func emptySamplesGiveEmptyMatrices() throws {
    let x = samples(3, 4).abs()
    let none = Tensor.zeros([0, 4], dtype: .float64)
    for kernel in Self.all {
      #expect(try kernel.gram(none, x).shape == [0, 3])
      #expect(try kernel.gram(x, none).shape == [3, 0])
      #expect(try kernel.gram(none).shape == [0, 0])
    }
  }

  @Test func zeroRowsOfCosineAreZero() throws {
    let x = Tensor([0.0, 0, 3, 4, 1e200, 1e200], shape: [3, 2])
    let gram = try VectorKernel.cosine.gram(x)
    expectClose(gram[0], Tensor.zeros([3], dtype: .float64), tolerance: 0)
    expectClose(gram[1], Tensor([0, 1, 7 / (5 * 2.0.squareRoot())]), tolerance: 1e-15)
  }

  @Test func refusesWhatHasNoAnswer() throws {
    let x = samples(4, 3)
    #expect(throws: InputError.self) { try VectorKernel.intersection.gram(x) }
    #expect(throws: InputError.self) { try VectorKernel.chiSquared(.additive).gram(x.abs(), x) }
    #expect(throws: UsageError.self) { try VectorKernel.gaussian(gamma: 0).gram(x) }
    #expect(throws: UsageError.self) { try VectorKernel.polynomial(degree: 0).gram(x) }
    #expect(throws: InputError.self) { try VectorKernel.exponentialDot(gamma: 1e6).gram(x) }
    let broken = Tensor([1, 2, .nan, 4], shape: [2, 2])
    let error = #expect(throws: InputError.self) { try VectorKernel.linear.gram(broken) }
    #expect(error?.place == "row 2")
  }
}

@Suite struct MedianHeuristicTests {
  /// The distances of 0, 3, 4, 9 are 3, 4, 9, 1, 6, 5: their median is 4.5, the mean of their middle two.
  @Test func followsTheDistances() throws {
    let x = Tensor([0.0, 3, 4, 9], shape: [4, 1])
    #expect(abs(try VectorKernel.medianGamma(x) - 1 / (2 * 4.5 * 4.5)) < 1e-15)
    #expect(abs(try VectorKernel.medianGamma(x, heuristic: .squaredDistance) - 1 / (4.5 * 4.5)) < 1e-15)
    #expect(abs(try VectorKernel.medianGamma(x[0..<3]) - 1 / (2 * 3.0 * 3)) < 1e-15)
  }

  @Test func drawsFromManySamples() throws {
    let x = samples(3000, 2)
    let drawn = try VectorKernel.medianGamma(x, limit: 1000, seed: 1)
    #expect(drawn == (try VectorKernel.medianGamma(x, limit: 1000, seed: 1)))
    let whole = try VectorKernel.medianGamma(x, limit: 3000)
    #expect(abs(drawn / whole - 1) < 0.1)
  }

  @Test func refusesEqualSamples() {
    #expect(throws: InputError.self) { try VectorKernel.medianGamma(Tensor.ones([5, 2])) }
    #expect(throws: InputError.self) { try VectorKernel.medianGamma(Tensor.ones([1, 2])) }
  }
}
