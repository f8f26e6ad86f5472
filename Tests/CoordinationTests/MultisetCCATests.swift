import Coordination
import Tensors
import Testing

@Suite struct MultisetCCATests {
  static func views() throws -> [Tensor] {
    let golden = try Golden.load("views")
    return (0..<3).map { golden["v\($0)"]! }
  }

  @Test(arguments: [
    ("multiset", 0.0, MultisetCCA.Numerator.allPairs), ("multiset-shrunk", 0.2, .allPairs),
    ("multiset-others", 0.2, .otherViews),
  ])
  func solvesTheEigenproblem(name: String, shrinkage: Double, numerator: MultisetCCA.Numerator) throws {
    let expected = try Golden.load(name)
    let analysis = try MultisetCCA(
      fitting: Self.views(), .init(components: 3, regularisation: .shrinkage(shrinkage), numerator: numerator))
    expectClose(analysis.eigenvalues, expected["values"]!.doubles, tolerance: 1e-11)
    expectClose(Tensor.concatenated(analysis.weights, axis: 0), expected["w"]!, tolerance: 1e-10)
  }

  @Test func twoViewsAreCanonicalCorrelation() throws {
    let views = related(60, [5, 4])
    let multiset = try MultisetCCA(fitting: views)
    let canonical = try CanonicalCorrelationAnalysis(fitting: views[0], views[1])
    expectClose(multiset.eigenvalues.map { $0 - 1 }, canonical.correlations, tolerance: 1e-12)
    expectClose(multiset.correlations, canonical.correlations, tolerance: 1e-12)
    expectClose(multiset.weights[0], canonical.weights[0], tolerance: 1e-9)
    expectClose(multiset.weights[1], canonical.weights[1], tolerance: 1e-9)
    expectClose(multiset.transform(views[1], view: 1), canonical.transform(views[1], .second), tolerance: 1e-9)
  }

  @Test func streamsAndRefuses() throws {
    let views = try Self.views()
    var moments = ViewMoments(widths: views.map { $0.shape[1] })
    for start in [0, 25] {
      try moments.add(views.map { $0.narrow(axis: 0, start: start, length: start == 0 ? 25 : 35) })
    }
    expectClose(
      try MultisetCCA(fitting: moments).eigenvalues, try MultisetCCA(fitting: views).eigenvalues, tolerance: 1e-11)
    #expect(throws: InputError.self) { try MultisetCCA(fitting: [views[0]]) }
    #expect(throws: UsageError.self) { try MultisetCCA(fitting: views, .init(components: 4)) }
    #expect(throws: InputError.self) { try MultisetCCA(fitting: views + [views[0].zerosLike()]) }
  }
}

@Suite struct GeneralizedCCATests {
  @Test(arguments: [("generalized", [1.0, 1, 1], 0.0), ("generalized-ridge", [1.0, 2, 0.5], 0.7)])
  func sharesTheLeadingEigenvectors(name: String, strengths: [Double], ridge: Double) throws {
    let expected = try Golden.load(name)
    let views = try MultisetCCATests.views()
    let analysis = try GeneralizedCCA(
      fitting: views, .init(components: 3, regularisation: .ridge(ridge), strengths: strengths))
    expectClose(analysis.eigenvalues, expected["values"]!.doubles, tolerance: 1e-11)
    let shared = analysis.shared(views)
    let signs = (shared * expected["shared"]!).sum(axes: [0]).sign()
    expectClose(shared, expected["shared"]! * signs, tolerance: 1e-9)
  }

  /// The weights are the least-squares predictions of the shared representation.
  @Test func predictsTheSharedRepresentation() throws {
    let views = try MultisetCCATests.views()
    let analysis = try GeneralizedCCA(fitting: views)
    let shared = analysis.shared(views)
    for (number, view) in views.enumerated() {
      let centred = view - view.mean(axes: [0])
      expectClose(analysis.weights[number], centred.leastSquares(shared), tolerance: 1e-9)
    }
    expectClose(
      shared.transposed(0, 1).matmul(shared) * (1.0 / 59), .eye(3, dtype: .float64), tolerance: 1e-10)
  }

  /// Two views: the eigenvalues of both are 1 + r, the directions those of canonical correlation.
  @Test func equalsMultisetCCAOnTwoViews() throws {
    let views = related(60, [5, 4])
    let generalized = try GeneralizedCCA(fitting: views)
    let multiset = try MultisetCCA(fitting: views)
    expectClose(generalized.eigenvalues, multiset.eigenvalues, tolerance: 1e-12)
    for view in 0..<2 {
      let (a, b) = (generalized.transform(views[view], view: view), multiset.transform(views[view], view: view))
      for component in 0..<4 {
        let found = correlation(a.select(axis: 1, index: component), b.select(axis: 1, index: component))
        #expect(abs(found - 1) < 1e-10)
      }
    }
  }

  @Test func survivesDefects() throws {
    let views = related(20, [30, 4, 6])
    let odd = [views[0], Tensor.concatenated([views[1], views[1]], axis: 1), views[2]]
    let analysis = try GeneralizedCCA(fitting: odd, .init(components: 2))
    #expect(analysis.ranks == [19, 4, 6])
    #expect(analysis.weights.allSatisfy { $0.isFinite().all().item() == 1 })
    #expect(analysis.eigenvalues.allSatisfy { $0 <= 3 + 1e-10 })
    #expect(throws: UsageError.self) { try GeneralizedCCA(fitting: views, .init(strengths: [1, 0, 1])) }
  }
}
