/// Mutual information of a continuous and a discrete variable from nearest neighbours (Ross, 2014, equation 2).
///
/// Each sample looks for its k-th neighbour among samples of its own label, then counts all samples that are nearer. A
/// label with fewer than k + 1 samples uses all of its own; samples whose label occurs once are left out. Where more than
/// k samples are equal they are counted as a discrete value is (Gao et al., 2017, algorithm 1). Not clipped.
public struct RossInformation: Sendable, Equatable {
  /// k.
  public let neighbours: Int

  public init(neighbours: Int = 3) {
    precondition(neighbours > 0, "\(neighbours) neighbours")
    self.neighbours = neighbours
  }

  /// I(X; Y) for continuous X and labels Y.
  ///
  /// - Throws: `SampleError` unless there are as many labels as samples, and a label that occurs twice.
  public func mutualInformation<Label: Hashable>(
    _ x: Points, labels: [Label], unit: InformationUnit
  ) throws -> Double {
    guard labels.count == x.count else {
      throw SampleError("there are \(labels.count) labels for \(x.count) samples; expected equally many")
    }
    var groups: [Label: [Int]] = [:]
    for (row, label) in labels.enumerated() { groups[label, default: []].append(row) }
    let kept = labels.indices.filter { groups[labels[$0]]!.count > 1 }
    guard !kept.isEmpty else { throw SampleError("no label occurs twice; expected one that does") }
    let digamma = Digamma(upTo: x.count + 1)
    var radii = [Double](repeating: 0, count: x.count)
    var sum = 0.0
    for group in groups.values where group.count > 1 {
      let k = min(neighbours, group.count - 1)
      let tree = KDTree(x.rows(group))
      var own = [Double](repeating: 0, count: group.count)
      tree.forEachNeighbourhood(k) { row, _, distances in own[row] = distances[k - 1] }
      sum += Double(group.count) * (digamma[k] - digamma[group.count])
      for (row, count) in tree.equalCounts(radii: own) {
        sum += digamma[count + 1] - digamma[k]
        own[row] = .leastNonzeroMagnitude
      }
      for (row, radius) in zip(group, own) { radii[row] = radius }
    }
    let counts = NeighbourCounts(x.rows(kept)).counts(within: kept.map { radii[$0] }, isStrict: true)
    for count in counts { sum -= digamma[count + 1] }
    return unit.value(ofNats: digamma[kept.count] + sum / Double(kept.count))
  }
}
