import Evaluation
import Modalities
import Models
import Quantification
import Tensors

/// The samples of a split by the value of a column.
struct Groups {
  /// Sorted; those of the whole data set.
  let names: [String]
  /// Of each group, positions within the split.
  let members: [[Int]]
  let withoutGroup: Int
  /// Of each sample of the split, which samples belong together; nil where each stands for itself.
  let units: [Int]?
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
    units = Self.units(dataset, column, rows)
    self.split = split
  }

  /// By the manifest's `group:`; nil where there is none, or where it is what is compared: of speakers against each other
  /// nothing is known but about these.
  private static func units(_ dataset: Dataset, _ column: String, _ rows: [Int]) -> [Int]? {
    guard let name = dataset.manifest.group, name != column, let cells = dataset.attributes[name] else { return nil }
    var numbers: [String: Int] = [:]
    for row in rows where numbers[cells[row]] == nil { numbers[cells[row]] = numbers.count }
    return rows.map { numbers[cells[$0]]! }
  }

  // MARK: Swaps

  /// Whose modality a sample may get: another of the same class that has it; of regression and several labels, another of
  /// any target.
  struct Donors {
    /// `[class][group]`, positions within the split.
    fileprivate var pools: [[[Int]]]
    /// Class and group of each sample of the split; nil for one that has no group or lacks the modality.
    fileprivate var homes: [(kind: Int, group: Int)?]

    /// Samples with a donor in another group and one in their own.
    var rows: [Int] {
      homes.indices.filter { row in
        guard let home = homes[row] else { return false }
        return foreign(home) > 0 && pools[home.kind][home.group].count > 1
      }
    }

    private func foreign(_ home: (kind: Int, group: Int)) -> Int {
      pools[home.kind].enumerated().reduce(0) { $1.offset == home.group ? $0 : $0 + $1.element.count }
    }

    /// A donor for one of `rows`, each equally likely.
    func draw(for row: Int, across: Bool, using random: inout SplitMix64) -> Int {
      let home = homes[row]!
      let own = pools[home.kind][home.group]
      guard across else {
        // The sample itself is stepped over.
        let place = random.next(below: own.count - 1)
        return own[place] == row ? own[own.count - 1] : own[place]
      }
      var place = random.next(below: foreign(home))
      for (group, pool) in pools[home.kind].enumerated() where group != home.group {
        if place < pool.count { return pool[place] }
        place -= pool.count
      }
      preconditionFailure("drew donor \(place) of none")
    }
  }

  func donors(for modality: String, on dataset: Dataset) -> Donors {
    let rows = dataset[split]
    let classes = dataset.targets.selecting(rows).classIndices ?? rows.map { _ in 0 }
    let present = dataset.modalities[modality]?.present
    var pools = [[[Int]]](
      repeating: [[Int]](repeating: [], count: names.count), count: (classes.max() ?? 0) + 1)
    let homes = rows.indices.map { position -> (kind: Int, group: Int)? in
      guard present?[rows[position]] ?? true, let own = group[rows[position]] else { return nil }
      pools[classes[position]][own].append(position)
      return (classes[position], own)
    }
    return Donors(pools: pools, homes: homes)
  }

  // MARK: Amplification

  /// Both measures with intervals over the samples of the split; nil unless classes are predicted.
  func amplification(
    _ predictions: [Predictions], _ dataset: Dataset, resamples: Int, seed: UInt64
  ) -> (zhao: Estimate?, directional: Estimate?)? {
    guard let classes = dataset.targets.classIndices else { return nil }
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
