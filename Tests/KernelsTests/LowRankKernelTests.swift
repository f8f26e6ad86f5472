import Kernels
import Tensors
import Testing

@Suite struct IncompleteCholeskyTests {
  @Test(arguments: [VectorKernel.gaussian(gamma: 0.3), .linear, .laplacian(gamma: 0.1)])
  func completeFactorIsTheMatrix(kernel: VectorKernel) throws {
    let x = samples(30, 4)
    let gram = try kernel.gram(x)
    let low = try IncompleteCholesky(kernel, x, rank: 30, tolerance: 0)
    expectClose(low.factor.matmul(low.factor.transposed(0, 1)), gram, tolerance: 1e-10)
    #expect(low.residual <= 1e-10 * low.trace)
    if kernel == .linear { #expect(low.pivots.count == 4) }
    expectClose(try IncompleteCholesky(gram: gram, rank: 30, tolerance: 0).factor, low.factor, tolerance: 1e-6)
  }

  @Test func residualIsWhatIsMissing() throws {
    let x = samples(40, 3)
    let kernel = VectorKernel.gaussian(gamma: 0.1)
    let gram = try kernel.gram(x)
    for rank in [1, 5, 12] {
      let low = try IncompleteCholesky(kernel, x, rank: rank, tolerance: 0)
      let missing = gram - low.factor.matmul(low.factor.transposed(0, 1))
      #expect(low.pivots.count == rank)
      #expect(abs(missing.trace().item() - low.residual) < 1e-10)
      #expect(smallestEigenvalue(missing) > -1e-12)
      // The columns of the pivots are exact.
      expectClose(missing.indexSelect(Tensor(low.pivots)), .zeros([rank, 40], dtype: .float64), tolerance: 1e-12)
    }
    let loose = try IncompleteCholesky(kernel, x, rank: 40, tolerance: 0.01)
    #expect(loose.residual <= 0.01 * loose.trace && loose.pivots.count < 40)
  }

  @Test func newSamplesHaveTheFeaturesOfOldOnes() throws {
    let x = samples(40, 3)
    let kernel = VectorKernel.gaussian(gamma: 0.1)
    let low = try IncompleteCholesky(kernel, x, rank: 10)
    expectClose(try low.features(kernel.gram(x, low.pivotSamples(x))), low.factor, tolerance: 1e-9)
  }

  @Test func zeroKernelHasRankZero() throws {
    let low = try IncompleteCholesky(.linear, .zeros([5, 2]), rank: 3)
    #expect(low.pivots.isEmpty && low.factor.shape == [5, 0] && low.residual == 0)
    #expect(low.features(.zeros([2, 0])).shape == [2, 0])
    #expect(throws: UsageError.self) { try IncompleteCholesky(.linear, .zeros([5, 2]), rank: 0) }
    #expect(throws: InputError.self) { try IncompleteCholesky(gram: Tensor.eye(2) * -1, rank: 1) }
  }
}

@Suite struct NystromTests {
  @Test func exactOnItsLandmarks() throws {
    let x = samples(50, 3)
    let kernel = VectorKernel.gaussian(gamma: 0.1)
    let map = try Nystrom(kernel, landmarks: Nystrom.drawn(x, count: 12, seed: 2))
    let features = try map.features(x)
    let gram = try kernel.gram(x)
    let missing = gram - features.matmul(features.transposed(0, 1))
    #expect(smallestEigenvalue(missing) > -1e-8)
    let known = try map.features(map.landmarks)
    expectClose(known.matmul(known.transposed(0, 1)), try kernel.gram(map.landmarks), tolerance: 1e-8)
    #expect(throws: InputError.self) { try Nystrom(.linear, landmarks: .zeros([3, 2])) }
  }

  /// The same subspace as an incomplete Cholesky factor with the same pivots.
  @Test func equalsIncompleteCholeskyOnItsPivots() throws {
    let x = samples(50, 3)
    let kernel = VectorKernel.gaussian(gamma: 0.5)
    let low = try IncompleteCholesky(kernel, x, rank: 8)
    let features = try Nystrom(kernel, landmarks: low.pivotSamples(x)).features(x)
    expectClose(
      features.matmul(features.transposed(0, 1)), low.factor.matmul(low.factor.transposed(0, 1)), tolerance: 1e-8)
  }
}
