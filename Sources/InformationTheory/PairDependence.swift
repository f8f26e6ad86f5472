/// Measures of dependence between two variables of any kind, from a kernel or a distance on each: the Hilbert–Schmidt
/// independence criterion, centred kernel alignment, distance covariance and distance correlation.
///
/// All are N⁻² Σ_ij of products of two centred tables, or that with the bias taken out.
///
/// ```swift
/// let (k, l) = (PairMatrix.gaussian(x, sigma: 1), PairMatrix.gaussian(y, sigma: 1))
/// try PairDependence.hsic(k, l, convention: .unbiased)
/// try PairDependence.test(k, l, permutations: 999, using: &generator).pValue
/// ```
public enum PairDependence {
  /// The estimates that the literature calls HSIC.
  public enum Convention: String, Sendable, Codable, CaseIterable {
    /// tr(KHLH) / n²: Gretton et al., 2008.
    case squaredSamples
    /// tr(KHLH) / (n − 1)²: Gretton et al., 2005.
    case squaredDegrees
    /// The U-statistic: Song et al., 2012, equation 5. It may be negative.
    case unbiased

    fileprivate func factor(_ count: Int) -> Double {
      let n = Double(count)
      return switch self {
      case .squaredSamples: 1 / (n * n)
      case .squaredDegrees: 1 / ((n - 1) * (n - 1))
      case .unbiased: 1 / (n * (n - 3))
      }
    }
  }

  /// The Hilbert–Schmidt independence criterion of two kernels.
  ///
  /// - Throws: `SampleError` where the numbers of samples differ or are below 2, below 4 for the unbiased estimate.
  public static func hsic(_ k: PairMatrix, _ l: PairMatrix, convention: Convention) throws -> Double {
    try check(k, l, convention)
    return centred(k, convention).product(l) * convention.factor(k.count)
  }

  /// HSIC(K, L) / √(HSIC(K, K) HSIC(L, L)) (Kornblith et al., 2019): 1 for kernels that agree, near 0 for independence.
  ///
  /// - Throws: `SampleError` as `hsic`, and where a variable is constant.
  public static func centredKernelAlignment(
    _ k: PairMatrix, _ l: PairMatrix, convention: Convention = .squaredSamples
  ) throws -> Double {
    try check(k, l, convention)
    let (one, two) = (centred(k, convention), centred(l, convention))
    let scale = one.product(one).squareRoot() * two.product(two).squareRoot()
    // Centring leaves rounding where there was nothing but a mean.
    guard scale > 1e-14 * Double(k.count) * Double(k.count) * largest(k) * largest(l) else {
      throw SampleError("a variable is constant; its alignment with another is not defined")
    }
    return one.product(two) / scale
  }

  /// Squared distance covariance of two tables of distances (Székely, Rizzo and Bakirov, 2007), or its unbiased estimate
  /// (Székely and Rizzo, 2014).
  public static func squaredDistanceCovariance(
    _ x: PairMatrix, _ y: PairMatrix, isUnbiased: Bool = false
  ) throws -> Double {
    try hsic(x, y, convention: isUnbiased ? .unbiased : .squaredSamples)
  }

  /// Distance correlation, from 0 for independence to 1; 0 where a variable is constant.
  ///
  /// - Throws: `SampleError` as `hsic`.
  public static func distanceCorrelation(_ x: PairMatrix, _ y: PairMatrix) throws -> Double {
    max(0, try squaredCorrelation(x, y, .squaredSamples)).squareRoot()
  }

  /// The bias-corrected squared distance correlation, around 0 for independence, which may be negative (Székely and
  /// Rizzo, 2014, equation 3.7).
  public static func unbiasedSquaredDistanceCorrelation(_ x: PairMatrix, _ y: PairMatrix) throws -> Double {
    try squaredCorrelation(x, y, .unbiased)
  }

  private static func squaredCorrelation(_ x: PairMatrix, _ y: PairMatrix, _ convention: Convention) throws -> Double {
    try check(x, y, convention)
    let (one, two) = (centred(x, convention), centred(y, convention))
    let scale = one.product(one).squareRoot() * two.product(two).squareRoot()
    return scale > 0 ? one.product(two) / scale : 0
  }

  /// Whether two variables depend on each other: HSIC of kernels, or distance covariance of distances, against its values
  /// when the samples of one are put in random order.
  public static func test(
    _ k: PairMatrix, _ l: PairMatrix, convention: Convention = .squaredSamples, permutations: Int = 999,
    using generator: inout some RandomNumberGenerator
  ) throws -> PermutationTest {
    try check(k, l, convention)
    let fixed = centred(k, convention)
    let factor = convention.factor(k.count)
    return PermutationTest(samples: k.count, permutations: permutations, using: &generator) { order in
      fixed.product(l, order: order) * factor
    }
  }

  private static func centred(_ table: PairMatrix, _ convention: Convention) -> PairMatrix {
    convention == .unbiased ? table.unbiasedlyCentred() : table.centred()
  }

  private static func largest(_ table: PairMatrix) -> Double { table.values.reduce(0) { max($0, abs($1)) } }

  private static func check(_ k: PairMatrix, _ l: PairMatrix, _ convention: Convention) throws {
    guard k.count == l.count else {
      throw SampleError("variables have \(k.count) and \(l.count) samples; expected equally many")
    }
    let least = convention == .unbiased ? 4 : 2
    guard k.count >= least else { throw SampleError("there are \(k.count) samples; expected at least \(least)") }
  }
}
