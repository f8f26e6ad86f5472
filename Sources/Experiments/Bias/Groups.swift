import Modalities
import Quantification
import Tensors

/// The samples of a split by the value of a column.
struct Groups {
  /// Sorted; those of the whole data set.
  let names: [String]
  /// Of each group, positions within the split.
  let members: [[Int]]
  let withoutGroup: Int
  private let split: Split
  /// Of every sample of the data set; nil where the cell is empty.
  private let group: [Int?]

  /// - Throws: `UsageError` for a column that is not there, has one value, or more than could be groups.
  init(_ dataset: Dataset, _ column: String, _ split: Split) throws {
    guard let cells = dataset.attributes[column] else {
      let known = dataset.attributes.keys.sorted()
      throw UsageError(
        "samples.csv has no column \"\(column)\" to group by; "
          + (known.isEmpty
            ? "it has none besides id, split, target and files" : "expected \(known.joined(separator: ", "))"))
    }
    names = Set(cells).subtracting([""]).sorted()
    guard names.count > 1 else {
      throw UsageError(
        "column \"\(column)\" has \(names.isEmpty ? "no value" : "one value, \"\(names[0])\""); groups need two")
    }
    guard names.count <= BiasAnalysis.most else {
      throw UsageError("column \"\(column)\" has \(names.count) values; expected at most \(BiasAnalysis.most) groups")
    }
    guard !dataset[split].isEmpty else { throw InputError("the split \(split.rawValue) has no samples") }
    let index = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
    group = cells.map { index[$0] }
    let rows = dataset[split]
    let own = rows.map { [group] in group[$0] }
    members = names.indices.map { number in own.indices.filter { own[$0] == number } }
    withoutGroup = own.count { $0 == nil }
    self.split = split
  }

  // MARK: Swaps

  /// Whose modality a sample may get.
  struct Donors {
    var across: [Int] = []
    var within: [Int] = []
  }

  /// For each sample of the split, others of the same class that have the modality, as positions within the split. Of
  /// regression and several labels, others of any target.
  func donors(for modality: String, on dataset: Dataset) -> [Donors] {
    let rows = dataset[split]
    var classes = rows.map { _ in 0 }
    if case .classes(let all) = dataset.targets { classes = rows.map { all[$0] } }
    let has = rows.map { dataset.modalities[modality]?.present?[$0] ?? true }
    return rows.indices.map { own in
      guard has[own], let home = group[rows[own]] else { return Donors() }
      return rows.indices.reduce(into: Donors()) { donors, other in
        guard other != own, has[other], classes[other] == classes[own], let there = group[rows[other]] else { return }
        if there == home { donors.within.append(other) } else { donors.across.append(other) }
      }
    }
  }

  // MARK: Amplification

  /// Both measures with intervals over the samples of the split; nil unless classes are predicted.
  func amplification(
    _ predictions: [Predictions], _ dataset: Dataset, resamples: Int, seed: UInt64
  ) -> (zhao: Estimate?, directional: Estimate?)? {
    guard dataset.manifest.task == .classification, case .classes(let classes) = dataset.targets else { return nil }
    let rows = dataset[split]
    func counts(_ pairs: [(Int, Int)]) -> GroupCounts {
      GroupCounts(
        classes: pairs.map(\.0), groups: pairs.map(\.1), classCount: dataset.classes.count, groupCount: names.count)
    }
    let train = counts(dataset[.train].compactMap { row in group[row].map { (classes[row], $0) } })
    let grouped = rows.indices.filter { group[rows[$0]] != nil }
    guard !grouped.isEmpty else { return nil }
    func measures(_ positions: [Int]) -> (Double?, Double?) {
      let labels = counts(positions.map { (classes[rows[$0]], group[rows[$0]]!) })
      var (zhao, directional) = ([Double](), [Double]())
      for own in predictions {
        let predicted = counts(positions.map { (own.classes[$0], group[rows[$0]]!) })
        if let value = SocialBias.amplification(of: predicted, over: train) { zhao.append(value) }
        if let value = SocialBias.directional(of: predicted, over: labels) { directional.append(value) }
      }
      func mean(_ values: [Double]) -> Double? {
        values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
      }
      return (mean(zhao), mean(directional))
    }
    let whole = measures(grouped)
    var drawn: [(Double?, Double?)] = []
    Bootstrap(samples: grouped.count, resamples: resamples, seed: seed).forEachResample { indices in
      drawn.append(measures(indices.map { grouped[$0] }))
    }
    func estimate(_ mean: Double?, _ distribution: [Double?]) -> Estimate? {
      mean.map { Estimate(mean: $0, ci95: Bootstrap.interval(distribution) ?? Interval($0, $0)) }
    }
    return (estimate(whole.0, drawn.map(\.0)), estimate(whole.1, drawn.map(\.1)))
  }
}
