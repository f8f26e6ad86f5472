import Coordination
import Kernels
import Tensors
import Testing

@Suite struct KernelCCATests {
  @Test(arguments: KernelCCASolver.allCases) func waves(solver: KernelCCASolver) throws {
    let kernel = VectorKernel.gaussian(gamma: 0.5)
    let analysis = try KernelCCA(
      fitting: kernel.gram(Golden.waves[0]), kernel.gram(Golden.waves[1]), components: 3,
      regularisation: .shrinkage(0.1), solver: solver)
    expectClose(analysis.correlations, [0.978587602, 0.735137026, 0.585676634], tolerance: 5e-10)
    expectClose(
      analysis.transform(try kernel.gram(Golden.waves[0]), .first).mean(axes: [0]), .zeros([3], dtype: .float64),
      tolerance: 1e-12)
  }

  /// Linear kernels: shrinkage of the kernel is shrinkage of the covariance.
  @Test func linearKernelsAreCanonicalCorrelation() throws {
    let views = related(50, [5, 4])
    let linear = try CanonicalCorrelationAnalysis(
      fitting: views[0], views[1], .init(components: 3, regularisation: .shrinkage(0.15)))
    let grams = try views.map { try VectorKernel.linear.gram($0) }
    let kernel = try KernelCCA(fitting: grams[0], grams[1], components: 3, regularisation: .shrinkage(0.15))
    expectClose(kernel.singularValues, linear.singularValues, tolerance: 1e-11)
    expectClose(kernel.correlations, linear.correlations, tolerance: 1e-11)
    let new = samples(7, 5, seed: 99)
    let (a, b) = (
      kernel.transform(try VectorKernel.linear.gram(new, views[0]), .first), linear.transform(new, .first)
    )
    expectClose(a * (a * b).sum(axes: [0]).sign(), b, tolerance: 1e-9)
    // Next to no regularisation is plain canonical correlation.
    let bare = try KernelCCA(fitting: grams[0], grams[1], components: 3, regularisation: .shrinkage(1e-9))
    expectClose(
      bare.correlations, Array(try CanonicalCorrelationAnalysis(fitting: views[0], views[1]).correlations.prefix(3)),
      tolerance: 1e-6)
  }

  /// Every form of regularisation against the generalised eigenproblem solved with explicit inverses.
  @Test(arguments: [KernelCCA.Regularisation.shrinkage(0.3), .shrinkage(1), .ridge(0.5), .square(0.05)])
  func solvesTheEigenproblem(regularisation: KernelCCA.Regularisation) throws {
    let count = 30
    let views = related(count, [3, 2])
    let grams = try views.map { KernelCentring.centred(try VectorKernel.polynomial(degree: 2, scale: 0.1).gram($0)) }
    let scale: Double
    func metric(_ k: Tensor) -> Tensor {
      switch regularisation {
      case .shrinkage(let part): k.matmul(k) * ((1 - part) / Double(count - 1)) + k * part
      case .ridge(let ridge): k.matmul(k) + k * ridge
      case .square(let ridge):
        (k + Tensor.eye(count, dtype: .float64) * (Double(count) * ridge / 2)).matmul(
          k + Tensor.eye(count, dtype: .float64) * (Double(count) * ridge / 2))
      }
    }
    if case .shrinkage = regularisation { scale = Double(count - 1) } else { scale = 1 }
    func inverseRoot(_ matrix: Tensor) -> Tensor {
      let (values, vectors) = matrix.eigh()
      let limit = values.max().item() * 1e-11
      let inverse = Tensor.where(values .> limit, values.rsqrt(), values.zerosLike())
      return (vectors * inverse).matmul(vectors.transposed(0, 1))
    }
    let halves = grams.map { inverseRoot(metric($0)).matmul($0) }
    let product = halves[0].matmul(halves[1].transposed(0, 1))
    let expected = product.svd().s.doubles.prefix(4).map { $0 / scale }
    for solver in [KernelCCASolver.dense, .iterative] {
      let analysis = try KernelCCA(
        fitting: grams[0], grams[1], components: 4, regularisation: regularisation, solver: solver)
      expectClose(analysis.singularValues, expected, tolerance: 1e-8)
      for (coefficients, gram) in zip(analysis.coefficients, grams) {
        expectClose(
          (coefficients * metric(gram).matmul(coefficients)).sum(axes: [0]), .ones([4], dtype: .float64),
          tolerance: 1e-7)
      }
    }
  }

  @Test func iterativeEqualsDense() throws {
    let views = related(300, [4, 5])
    let grams = try views.map { try VectorKernel.gaussian(gamma: 0.1).gram($0) }
    let all = try [KernelCCASolver.dense, .iterative].map {
      try KernelCCA(fitting: grams[0], grams[1], components: 5, regularisation: .shrinkage(0.05), solver: $0)
    }
    expectClose(all[0].singularValues, all[1].singularValues, tolerance: 1e-10)
    expectClose(all[0].correlations, all[1].correlations, tolerance: 1e-9)
    expectClose(all[0].coefficients[0], all[1].coefficients[0], tolerance: 1e-5)
  }

  @Test func duplicatedSamplesAndRanksAreNoTrouble() throws {
    let views = related(20, [2, 3]).map { Tensor.concatenated([$0, $0, $0], axis: 0) }
    let grams = try views.map { try VectorKernel.linear.gram($0) }
    let analysis = try KernelCCA(fitting: grams[0], grams[1], components: 5, regularisation: .shrinkage(0.1))
    #expect(analysis.coefficients.allSatisfy { $0.isFinite().all().item() == 1 })
    #expect(analysis.correlations.allSatisfy { $0.isFinite && abs($0) <= 1 })
    // Two dimensions correlate; what lies beyond them is no component.
    #expect(analysis.singularValues.count == 2 && analysis.coefficients[0].shape == [60, 2])
  }

  /// Of kernels that span three dimensions both solvers find three components, however many are asked for.
  @Test(arguments: KernelCCASolver.allCases) func noComponentsBeyondTheRank(solver: KernelCCASolver) throws {
    let views = related(400, [3, 4])
    let grams = try views.map { try VectorKernel.linear.gram($0) }
    let linear = try CanonicalCorrelationAnalysis(
      fitting: views[0], views[1], .init(regularisation: .shrinkage(0.1)))
    let analysis = try KernelCCA(
      fitting: grams[0], grams[1], components: 10, regularisation: .shrinkage(0.1), solver: solver)
    expectClose(analysis.singularValues, linear.singularValues, tolerance: 1e-9)
    #expect(analysis.transform(grams[0], .first).shape == [400, 3])
  }

  @Test func refusesWhatHasNoAnswer() throws {
    let gram = try VectorKernel.linear.gram(samples(8, 2, seed: 1))
    func fit(_ x: Tensor, _ y: Tensor, _ regularisation: KernelCCA.Regularisation, components: Int = 1) throws {
      _ = try KernelCCA(fitting: x, y, components: components, regularisation: regularisation)
    }
    #expect(throws: UsageError.self) { try fit(gram, gram, .shrinkage(0)) }
    #expect(throws: UsageError.self) { try fit(gram, gram, .ridge(-1)) }
    #expect(throws: UsageError.self) { try fit(gram, gram, .shrinkage(0.1), components: 8) }
    #expect(throws: InputError.self) { try fit(gram, .ones([8, 8], dtype: .float64), .shrinkage(0.1)) }
    #expect(throws: InputError.self) { try fit(gram, gram * -100, .shrinkage(0.1)) }
    #expect(throws: InputError.self) { try fit(gram, .full([8, 8], .nan, dtype: .float64), .shrinkage(0.1)) }
  }
}

@Suite struct LowRankKernelCCATests {
  @Test func completeFactorsAreExact() throws {
    let views = related(60, [3, 2])
    let kernel = VectorKernel.gaussian(gamma: 0.2)
    let exact = try KernelCCA(
      fitting: kernel.gram(views[0]), kernel.gram(views[1]), components: 3, regularisation: .shrinkage(0.1))
    let low = try LowRankKernelCCA(
      fitting: views[0], kernel, views[1], kernel, components: 3, shrinkage: 0.1, rank: 60, tolerance: 0)
    expectClose(low.singularValues, exact.singularValues, tolerance: 1e-9)
    expectClose(low.correlations, exact.correlations, tolerance: 1e-8)
    let new = samples(6, 3, seed: 40)
    let (a, b) = (try low.transform(new, .first), exact.transform(try kernel.gram(new, views[0]), .first))
    expectClose(a * (a * b).sum(axes: [0]).sign(), b, tolerance: 1e-5)
  }

  @Test func noComponentsBeyondTheFactors() throws {
    let views = related(90, [3, 2])
    let low = try LowRankKernelCCA(
      fitting: views[0], .linear, views[1], .linear, components: 10, shrinkage: 0.1, rank: 50)
    let linear = try CanonicalCorrelationAnalysis(
      fitting: views[0], views[1], .init(regularisation: .shrinkage(0.1)))
    expectClose(low.singularValues, linear.singularValues, tolerance: 1e-9)
  }

  @Test func lowRankIsNear() throws {
    let views = related(400, [3, 2])
    let kernel = VectorKernel.gaussian(gamma: 0.05)
    let exact = try KernelCCA(
      fitting: kernel.gram(views[0]), kernel.gram(views[1]), components: 2, regularisation: .shrinkage(0.1))
    let low = try LowRankKernelCCA(
      fitting: views[0], kernel, views[1], kernel, components: 2, shrinkage: 0.1, rank: 80, tolerance: 1e-4)
    #expect(low.missing.allSatisfy { $0 < 0.01 })
    expectClose(low.correlations, exact.correlations, tolerance: 1e-3)
    #expect(throws: UsageError.self) {
      try LowRankKernelCCA(fitting: views[0], kernel, views[1], kernel, components: 2, shrinkage: 0, rank: 80)
    }
    #expect(throws: InputError.self) {
      try LowRankKernelCCA(
        fitting: views[0].zerosLike(), .linear, views[1], kernel, components: 1, shrinkage: 0.1, rank: 8)
    }
  }
}
