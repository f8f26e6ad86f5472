import InformationTheory
import Modalities
import Tensors

/// How far two modalities depend on each other: samples recombined from both, which an additive projection is made of, leave
/// the data where they do.
public struct DependenceFinding: Codable, Sendable, Equatable {
  /// The two, sorted.
  public var modalities: [String]
  /// Centred kernel alignment of inner products of the standardised features, from the unbiased estimate of HSIC (Kornblith
  /// et al., 2019; Song et al., 2012): 1 where they agree up to a rotation, around 0 where they are independent.
  public var alignment: Double
  /// By permutations of the samples, corrected for all pairs (Holm, 1979).
  public var pValue: Double

  /// Alignment from which on dependence is told of.
  static let least = 0.1
  /// Most samples that are taken.
  static let mostSamples = 1000

  /// Whether the pair is told of.
  var isTold: Bool { alignment >= Self.least && pValue < 0.05 }

  /// - Parameters:
  ///   - dataset: normalised.
  ///   - names: of the modalities whose pairs are asked.
  ///   - rows: samples; for each pair, the first that have both count.
  ///   - isCancelled: asked between pairs; what is left is then not measured.
  /// - Returns: every pair that has samples enough and varies.
  static func pairs(
    of dataset: Dataset, _ names: [String], rows: [Int], isCancelled: () -> Bool = { false }
  ) throws -> [DependenceFinding] {
    var found: [DependenceFinding] = []
    for (place, first) in names.enumerated() {
      for second in names[(place + 1)...] where !isCancelled() {
        let data = [dataset.modalities[first]!, dataset.modalities[second]!]
        let both = rows.filter { row in data.allSatisfy { $0.present?[row] ?? true } }.prefix(mostSamples)
        guard both.count >= 4 else { continue }
        let kernels = data.map { kernel($0.values.indexSelect(axis: 0, Tensor(Array(both)))) }
        guard let alignment = try? PairDependence.centredKernelAlignment(kernels[0], kernels[1], convention: .unbiased)
        else { continue }
        var generator = SplitMix64(seed: UInt64(found.count))
        let test = try PairDependence.test(kernels[0], kernels[1], convention: .unbiased, using: &generator)
        found.append(DependenceFinding(modalities: [first, second], alignment: alignment, pValue: test.pValue))
      }
    }
    for (place, pValue) in PermutationTest.holm(found.map(\.pValue)).enumerated() { found[place].pValue = pValue }
    return found
  }

  /// Inner products of samples `[N, …]`, flattened and centred.
  private static func kernel(_ values: Tensor) -> PairMatrix {
    let count = values.shape[0]
    let wide = values.reshaped([count, -1]).to(.float64)
    let centred = wide - wide.mean(axes: [0], keepingDimensions: true)
    return PairMatrix(centred.matmul(centred.transposed(0, 1)).doubles, count: count)
  }
}
