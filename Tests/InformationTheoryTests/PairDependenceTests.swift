import Foundation
import InformationTheory
import Testing

@Suite struct PairDependenceTests {
  /// x = sin i, y = cos i + sin² i, i = 1 … 20.
  private func waves() throws -> (Points, Points) {
    let angles = (1...20).map(Double.init)
    return try (Points(angles.map { sin($0) }), Points(angles.map { cos($0) + sin($0) * sin($0) }))
  }

  @Test(arguments: [
    (PairDependence.Convention.squaredSamples, 0.0029049105), (.squaredDegrees, 0.0032187374),
    (.unbiased, -0.0017163969),
  ]) func hsic(_ convention: PairDependence.Convention, _ expected: Double) throws {
    let (x, y) = try waves()
    let (k, l) = (PairMatrix.gaussian(x, sigma: 1), PairMatrix.gaussian(y, sigma: 1))
    let found = try PairDependence.hsic(k, l, convention: convention)
    #expect(abs(found - expected) < 1e-10, "\(found)")
    #expect(abs(try PairDependence.hsic(l, k, convention: convention) - found) < 1e-15)
  }

  @Test func alignment() throws {
    let (x, y) = try waves()
    let (k, l) = (PairMatrix.gaussian(x, sigma: 1), PairMatrix.gaussian(y, sigma: 1))
    #expect(abs(try PairDependence.centredKernelAlignment(k, l) - 0.0369427405) < 1e-10)
    for convention in PairDependence.Convention.allCases {
      #expect(abs(try PairDependence.centredKernelAlignment(k, k, convention: convention) - 1) < 1e-12)
    }
    // Of linear kernels of one column it is the squared correlation.
    let (a, b) = (x.standardised().values, y.standardised().values)
    let r = zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } / 20
    #expect(abs(try PairDependence.centredKernelAlignment(.linear(x), .linear(y)) - r * r) < 1e-12)
  }

  /// tr(KHLH) and the sums of Song et al. written out.
  @Test func naive() throws {
    let (x, y) = try waves()
    let (k, l) = (PairMatrix.gaussian(x, sigma: 0.7).values, PairMatrix.gaussian(y, sigma: 2).values)
    let n = 20
    func product(_ a: [Double], _ b: [Double]) -> [Double] {
      (0..<n * n).map { cell in (0..<n).reduce(0) { $0 + a[cell / n * n + $1] * b[$1 * n + cell % n] } }
    }
    func trace(_ a: [Double]) -> Double { (0..<n).reduce(0) { $0 + a[$1 * n + $1] } }
    let h = (0..<n * n).map { ($0 / n == $0 % n ? 1.0 : 0) - 1 / Double(n) }
    let expected = trace(product(product(k, h), product(l, h)))
    let (one, two) = (PairMatrix(k, count: n), PairMatrix(l, count: n))
    #expect(abs(try PairDependence.hsic(one, two, convention: .squaredSamples) - expected / 400) < 1e-14)
    #expect(abs(try PairDependence.hsic(one, two, convention: .squaredDegrees) - expected / 361) < 1e-14)
    let (a, b) = (
      k.enumerated().map { $0.offset / n == $0.offset % n ? 0 : $0.element },
      l.enumerated().map { $0.offset / n == $0.offset % n ? 0 : $0.element }
    )
    let ab = product(a, b)
    let sums = a.reduce(0, +) * b.reduce(0, +) / Double((n - 1) * (n - 2))
    let unbiased = (trace(ab) + sums - 2 * ab.reduce(0, +) / Double(n - 2)) / Double(n * (n - 3))
    #expect(abs(try PairDependence.hsic(one, two, convention: .unbiased) - unbiased) < 1e-14)
  }

  @Test func dcor() throws {
    let golden = try ContinuousGoldens.load()
    let (x, y) = try (PairMatrix.distances(Points(golden.x)), PairMatrix.distances(Points(golden.y)))
    let z = try PairMatrix.distances(Points(golden.z, width: 2))
    #expect(abs(try PairDependence.distanceCorrelation(x, y) - golden.distanceCorrelation) < 1e-12)
    #expect(abs(try PairDependence.squaredDistanceCovariance(z, x) - golden.distanceCovarianceSquared) < 1e-12)
    #expect(
      abs(
        try PairDependence.unbiasedSquaredDistanceCorrelation(x, z) - golden.unbiasedDistanceCorrelationSquared)
        < 1e-12)
    let (line, constant) = try (Points((0..<9).map(Double.init)), Points([Double](repeating: 2, count: 9)))
    let reversed = try Points((0..<9).map { -3 * Double($0) })
    #expect(abs(try PairDependence.distanceCorrelation(.distances(line), .distances(reversed)) - 1) < 1e-12)
    #expect(try PairDependence.distanceCorrelation(.distances(line), .distances(constant)) == 0)
  }

  /// Under independence p-values are uniform; a dependence without correlation is found; the same seed gives the same.
  @Test func permutations() throws {
    var generator = TestGenerator(seed: 8)
    var below = 0
    for _ in 0..<200 {
      let (x, y) = try (
        Points((0..<20).map { _ in generator.normal() }), Points((0..<20).map { _ in generator.normal() })
      )
      let test = try PairDependence.test(
        .gaussian(x, sigma: 1), .gaussian(y, sigma: 1), permutations: 39, using: &generator)
      if test.pValue <= 0.2 { below += 1 }
    }
    // 40 expected, 5.7 the deviation.
    #expect((18...62).contains(below), "\(below)")
    let x = (0..<60).map { _ in generator.normal() }
    let (points, squares) = try (Points(x), Points(x.map { $0 * $0 }))
    for (k, l) in [
      (PairMatrix.gaussian(points, sigma: 1), PairMatrix.gaussian(squares, sigma: 1)),
      (.distances(points), .distances(squares)),
    ] {
      var again = generator
      let test = try PairDependence.test(k, l, permutations: 199, using: &generator)
      #expect(test.pValue == 1.0 / 200)
      #expect(abs(test.statistic - (try PairDependence.hsic(k, l, convention: .squaredSamples))) < 1e-15)
      #expect(test.nullMean < test.statistic / 2)
      #expect(try PairDependence.test(k, l, permutations: 199, using: &again) == test)
    }
  }

  /// Of three samples only the identity and orders that keep a statistic reach it: p is a share of the six orders.
  @Test func permutationTestCountsTies() {
    var generator = TestGenerator(seed: 2)
    let test = PermutationTest(samples: 3, permutations: 6000, using: &generator) { order in
      Double(order[0] == 0 ? 1 : 0)
    }
    #expect(test.statistic == 1)
    #expect(abs(test.pValue - 1.0 / 3) < 0.03 && abs(test.nullMean - 1.0 / 3) < 0.03)
  }

  @Test func hostile() throws {
    let (x, constant) = try (Points([1, 2, 3, 5]), Points([4, 4, 4, 4]))
    #expect(throws: SampleError("a variable is constant; its alignment with another is not defined")) {
      try PairDependence.centredKernelAlignment(.gaussian(x, sigma: 1), .gaussian(constant, sigma: 1))
    }
    #expect(throws: SampleError("there are 3 samples; expected at least 4")) {
      let few = try PairMatrix.linear(Points([1, 2, 3]))
      return try PairDependence.hsic(few, few, convention: .unbiased)
    }
    #expect(throws: SampleError("variables have 4 and 2 samples; expected equally many")) {
      try PairDependence.hsic(.linear(x), .linear(Points([1, 2])), convention: .squaredSamples)
    }
    #expect(PairMatrix.medianDistance(constant) == nil)
    #expect(PairMatrix.medianDistance(x) == 2)
    #expect(abs(try PairDependence.hsic(.linear(x), .linear(constant), convention: .unbiased)) < 1e-12)
  }
}
