import Kernels
import Tensors
import Testing

@Suite struct KernelCentringTests {
  @Test func equalsScikitLearn() throws {
    let given = try Golden.load("samples")
    let expected = try Golden.load("centred")
    let kernel = VectorKernel.gaussian(gamma: 0.07)
    let train = try kernel.gram(given["x"]!)
    let centring = KernelCentring(fitting: train)
    expectClose(centring.apply(train), expected["train"]!)
    expectClose(KernelCentring.centred(train), expected["train"]!)
    expectClose(centring.apply(try kernel.gram(given["y"]!, given["x"]!)), expected["test"]!)
  }

  /// Linear kernels of centred samples are centred linear kernels.
  @Test func equalsCentredSamples() throws {
    let (x, y) = (samples(9, 4) + 3, samples(5, 4, seed: 8))
    let mean = x.mean(axes: [0])
    let centring = KernelCentring(fitting: try VectorKernel.linear.gram(x))
    expectClose(
      centring.apply(try VectorKernel.linear.gram(y, x)), try VectorKernel.linear.gram(y - mean, x - mean))
    expectClose(
      centring.apply(diagonal: try VectorKernel.linear.diagonal(y), kernels: try VectorKernel.linear.gram(y, x)),
      try VectorKernel.linear.diagonal(y - mean))
  }
}

@Suite struct KernelNormalisationTests {
  @Test func cosineEqualsTheCosineKernel() throws {
    let (x, y) = (samples(8, 4), samples(3, 4, seed: 8))
    let train = try VectorKernel.linear.gram(x)
    expectClose(try KernelNormalisation.cosine.apply(train), try VectorKernel.cosine.gram(x))
    expectClose(
      try KernelNormalisation.cosine.apply(
        VectorKernel.linear.gram(y, x), rows: VectorKernel.linear.diagonal(y), fitted: train),
      try VectorKernel.cosine.gram(y, x))
  }

  @Test func traceAndVarianceAreOne() throws {
    let train = try VectorKernel.polynomial(degree: 2).gram(samples(8, 4))
    #expect(abs(try KernelNormalisation.trace.apply(train).trace().item() - 8) < 1e-12)
    let scaled = try KernelNormalisation.variance.apply(train)
    #expect(abs(KernelCentring.centred(scaled).trace().item() / 8 - 1) < 1e-12)
    expectClose(try KernelNormalisation.none.apply(train), train, tolerance: 0)
  }

  @Test func refusesNothingToScale() {
    #expect(throws: InputError.self) { try KernelNormalisation.trace.apply(.zeros([3, 3])) }
    #expect(throws: InputError.self) { try KernelNormalisation.variance.apply(.ones([3, 3])) }
  }
}

@Suite struct KernelAlignmentTests {
  /// The formulas of both papers written out over elements.
  @Test func equalsTheDefinition() throws {
    let k = try VectorKernel.gaussian(gamma: 0.2).gram(samples(9, 3))
    let labels = [0, 0, 1, 1, 2, 2, 0, 1, 2]
    let target = targetKernel(labels)
    func angle(_ a: [Double], _ b: [Double]) -> Double {
      func dot(_ x: [Double], _ y: [Double]) -> Double { zip(x, y).map(*).reduce(0, +) }
      return dot(a, b) / (dot(a, a) * dot(b, b)).squareRoot()
    }
    #expect(abs(try kernelAlignment(k, target, centred: false) - angle(k.doubles, target.doubles)) < 1e-14)
    let centring = Tensor.eye(9, dtype: .float64) - 1.0 / 9
    func centred(_ x: Tensor) -> [Double] { centring.matmul(x).matmul(centring).doubles }
    #expect(abs(try kernelAlignment(k, target, centred: true) - angle(centred(k), centred(target))) < 1e-13)
    #expect(abs(try kernelAlignment(k, k * 3, centred: true) - 1) < 1e-14)
  }

  @Test func weightsAreNeverNegative() throws {
    let labels = [1, 1, 1, -1, -1, -1].map { $0 > 0 ? 1 : 0 }
    let target = targetKernel(labels, otherwise: -1)
    let against = Tensor([1.0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1], shape: [3, 6])
    let opposed = against.transposed(0, 1).matmul(against)
    let weights = try alignmentWeights([target, opposed, target], target: target)
    #expect(try kernelAlignment(opposed, target, centred: true) < 1e-15)
    #expect(weights.allSatisfy { $0 >= 0 })
    #expect(abs(weights.reduce(0, +) - 1) < 1e-15)
    #expect(abs(weights[0] - 0.5) < 1e-12)
    #expect(throws: InputError.self) { try kernelAlignment(.ones([3, 3]), .eye(3), centred: true) }
  }
}

@Suite struct CompositeKernelTests {
  @Test func sumsAndMultiplies() throws {
    let views = [samples(6, 3), samples(6, 5, seed: 9)]
    let kernels: [VectorKernel] = [.gaussian(gamma: 0.2), .polynomial(degree: 2)]
    let parts = try zip(kernels, views).map { try $0.gram($1) }
    expectClose(
      try CompositeKernel(kernels, combination: .sum(weights: [0.25, 2])).gram(views), parts[0] * 0.25 + parts[1] * 2)
    expectClose(try CompositeKernel(kernels, combination: .product).gram(views), parts[0] * parts[1])
    expectClose(
      try CompositeKernel(averaging: kernels).gram(views, views), (parts[0] + parts[1]) * 0.5, tolerance: 1e-10)
    expectClose(
      try CompositeKernel(kernels, combination: .product).diagonal(views), (parts[0] * parts[1]).diagonal(),
      tolerance: 1e-10)
  }

  /// The sum of linear kernels is the linear kernel of features side by side.
  @Test func linearSumIsConcatenation() throws {
    let views = [samples(6, 3), samples(6, 5, seed: 9)]
    let sum = try CompositeKernel([.linear, .linear], combination: .sum(weights: [1, 1])).gram(views)
    expectClose(sum, try VectorKernel.linear.gram(Tensor.concatenated(views, axis: 1)))
  }

  @Test func refusesNegativeWeights() {
    let kernel = CompositeKernel([.linear, .linear], combination: .sum(weights: [1, -0.1]))
    #expect(throws: UsageError.self) { try kernel.gram([samples(3, 2), samples(3, 2)]) }
    #expect(throws: UsageError.self) { try CompositeKernel.product([]) }
  }
}
