import Evaluation
import InformationTheory
package import Modalities
import Tensors

/// How far two modalities depend on each other: samples recombined from both, which an additive projection is made of, leave
/// the data where they do.
public struct DependenceFinding: Codable, Sendable, Equatable {
  /// The two, sorted.
  public var modalities: [String]
  /// Centred kernel alignment of inner products of the standardised features, from the unbiased estimate of HSIC (Kornblith
  /// et al., 2019; Song et al., 2012): 1 where they agree up to a rotation, around 0 where they are independent.
  public var alignment: Double
  /// By permutations of the samples, or of the groups' means where samples come in groups, corrected for all pairs (Holm,
  /// 1979).
  public var pValue: Double

  /// Alignment from which on dependence is told of.
  static let least = 0.1
  /// Most samples that are taken.
  static let mostSamples = 1000

  /// Whether the pair is told of.
  package var isTold: Bool { alignment >= Self.least && pValue < 0.05 }

  /// - Parameters:
  ///   - dataset: normalised.
  ///   - names: of the modalities whose pairs are asked.
  ///   - rows: samples; for each pair, the first that have both count.
  ///   - isCancelled: asked between pairs; what is left is then not measured.
  /// - Returns: every pair that has four samples, or groups, and varies.
  package static func pairs(
    of dataset: Dataset, _ names: [String], rows: [Int], isCancelled: () -> Bool = { false }
  ) throws -> [DependenceFinding] {
    var found: [DependenceFinding] = []
    for (place, first) in names.enumerated() {
      for second in names[(place + 1)...] where !isCancelled() {
        let data = [dataset.modalities[first]!, dataset.modalities[second]!]
        let both = rows.filter { row in data.allSatisfy { $0.present?[row] ?? true } }.prefix(mostSamples)
        guard both.count >= 4 else { continue }
        let values = data.map { wide($0.values.indexSelect(axis: 0, Tensor(Array(both)))) }
        let groups = dataset.groupNumbers.map { numbers in both.map { numbers[$0] } }
        let kernels = values.map(kernel)
        let units = groups.map { groups in values.map { kernel(means($0, of: groups)) } } ?? kernels
        guard units[0].count >= 4,
          let alignment = try? PairDependence.centredKernelAlignment(kernels[0], kernels[1], convention: .unbiased)
        else { continue }
        var generator = SplitMix64(seed: UInt64(found.count))
        let test = try PairDependence.test(units[0], units[1], convention: .unbiased, using: &generator)
        found.append(DependenceFinding(modalities: [first, second], alignment: alignment, pValue: test.pValue))
      }
    }
    for (place, pValue) in PermutationTest.holm(found.map(\.pValue)).enumerated() { found[place].pValue = pValue }
    return found
  }

  /// Samples `[N, …]` as rows of doubles.
  private static func wide(_ values: Tensor) -> Tensor { values.reshaped([values.shape[0], -1]).to(.float64) }

  /// The mean row of each group, `[groups, D]`: what of the samples is independent of each other.
  private static func means(_ values: Tensor, of groups: [Int]) -> Tensor {
    let members = Dictionary(grouping: groups.indices) { groups[$0] }.sorted { $0.key < $1.key }
    return Tensor.concatenated(
      members.map { values.indexSelect(axis: 0, Tensor($0.value)).mean(axes: [0], keepingDimensions: true) }, axis: 0)
  }

  /// Inner products of centred rows.
  private static func kernel(_ rows: Tensor) -> PairMatrix {
    let centred = rows - rows.mean(axes: [0], keepingDimensions: true)
    return PairMatrix(centred.matmul(centred.transposed(0, 1)).doubles, count: rows.shape[0])
  }
}
