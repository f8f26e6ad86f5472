import Foundation
import Tensors

extension Dataset {
  /// What is no breach of the contract, but should be known before one trains on the data, one line each: how files were
  /// read, labels that a person would take for one, samples that stand in two splits, a modality that never changes, an
  /// outlier in a target, classes of which one has almost every sample.
  ///
  /// - Complexity: reads every number once.
  public func warnings() -> [String] {
    notes + alikeClasses() + imbalance() + outliers() + constants() + duplicates()
  }

  private static let table = "samples.csv"

  private func place(_ row: Int) -> String { "row \(row + 2)" }

  private func alikeClasses() -> [String] {
    Spelling.alike(classes).prefix(5).map { labels in
      let difference = Spelling.difference(labels[0], labels[1])
      return "\(Self.table): the classes \(labels.quotedList) differ only in \(difference)".oneLine
    }
  }

  /// One class has more than four fifths of the train split.
  private func imbalance() -> [String] {
    guard case .classes(let targets) = targets, manifest.task == .classification else { return [] }
    let counts = self[.train].reduce(into: [Int: Int]()) { $0[targets[$1], default: 0] += 1 }
    guard let most = counts.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }),
      Double(most.value) > 0.8 * Double(self[.train].count),
      manifest.metric == nil || manifest.metric == "accuracy" || manifest.metric == "weightedF1"
    else { return [] }
    let share = String(format: "%.0f %%", 100 * Double(most.value) / Double(self[.train].count))
    let name = classes[most.key].oneLine
    return [
      "\(Self.table): class \"\(name)\" has \(share) of the train split: always answering it is right that often; "
        + "\(classes.count == 2 ? "metric: auroc or averagePrecision" : "metric: balancedAccuracy or macroF1") "
        + "and --balanced help"
    ]
  }

  /// Targets that are far from all others, measured by their spread without them: one number, which may be wrong, or one that
  /// stands several times, as -999 and 9999 do for missing ones.
  private func outliers() -> [String] {
    guard case .values(let all) = targets else { return [] }
    var values = all
    var lines: [String] = []
    while values.count > 4, lines.count < Self.shownOutliers {
      let worst = [values.max(), values.min()].compactMap { $0 }.compactMap { value in
        Self.distance(of: value, from: values).map { (value: value, distance: $0) }
      }.max { $0.distance < $1.distance }
      guard let worst, worst.distance > Self.outlierDistance else { break }
      lines.append(outlier(worst.value, worst.distance, rows: all.indices.filter { all[$0] == worst.value }))
      values.removeAll { $0 == worst.value }
    }
    return lines
  }

  private func outlier(_ value: Double, _ distance: Double, rows: [Int]) -> String {
    let far = String(format: "%.3g", distance) + " standard deviations from the mean of all others"
    guard rows.count > 1 else {
      return "\(Self.table): \(place(rows[0])): the target \(value) lies \(far); one such number can decide a training"
    }
    let shown = rows.prefix(3).map { "\($0 + 2)" }.joined(separator: ", ")
    let more = rows.count > 3 ? " and \(rows.count - 3) more" : ""
    return "\(Self.table): rows \(shown)\(more): the target \(value) stands \(rows.count) times and lies \(far); "
      + "such a number often means a missing one, but it is learned as it stands"
  }

  /// In standard deviations of the others from their mean; nil where they do not vary, or are fewer than half.
  private static func distance(of value: Double, from values: [Double]) -> Double? {
    let others = values.filter { $0 != value }
    // Scaled, so that squares of very large targets stay finite.
    let unit = others.lazy.map(abs).max() ?? 0
    guard others.count > 3, others.count * 2 > values.count, unit > 0 else { return nil }
    let mean = others.reduce(0) { $0 + $1 / unit } / Double(others.count)
    let variance = others.reduce(0) { $0 + ($1 / unit - mean) * ($1 / unit - mean) } / Double(others.count)
    return variance > 0 ? abs(value / unit - mean) / variance.squareRoot() : nil
  }

  /// Outliers that are shown.
  private static let shownOutliers = 3

  /// Of a normal distribution no sample ever lies so far out.
  private static let outlierDistance = 15.0

  private func constants() -> [String] {
    names.compactMap { name in
      guard let data = modalities[name] else { return nil }
      let moments = FeatureMoments(data, rows: self[.train])
      // What `Normalisation` takes for constant.
      let varies = zip(moments.mean, moments.deviation).contains { $1 > 1e-6 * abs($0) && $1 > 1e-30 }
      guard self[.train].count > 1, !varies else { return nil }
      return "\(constant(name)); nothing can be learned from it"
    }
  }

  private func constant(_ name: String) -> String {
    "\(source(of: name)): modality \"\(name)\" is the same in every sample of the train split"
  }

  /// The file that holds a modality, or the table whose column names its files: what an error about it names.
  public func source(of name: String) -> String { manifest.modalities[name]?.file ?? Self.table }

  private func duplicates() -> [String] {
    var first: [ContentHash: Int] = [:]
    let hashes = contentHashes()
    for row in self[.train] where first[hashes[row]] == nil { first[hashes[row]] = row }
    return [Split.validation, .test].compactMap { split in
      let again = self[split].compactMap { row in first[hashes[row]].map { (row, $0) } }
      guard let example = again.first else { return nil }
      return
        "\(Self.table): \(again.count) of \(self[split].count) samples of \(split.rawValue) hold the same as samples "
        + "of train (\(place(example.0)) as \(place(example.1))): what is measured on them is memory"
    }
  }

  /// Of everything that the modalities say of each sample.
  private func contentHashes() -> [ContentHash] {
    var hashes = [ContentHash](repeating: ContentHash(), count: count)
    for name in names {
      guard let data = modalities[name] else { continue }
      data.values.withBytes { bytes in
        let width = bytes.count / max(1, count)
        for row in hashes.indices {
          hashes[row].add(UnsafeRawBufferPointer(rebasing: bytes[(row * width)..<((row + 1) * width)]))
          hashes[row].add(UInt64(data.lengths?[row] ?? 0))
          hashes[row].add(data.present?[row] ?? true ? 1 : 0)
        }
      }
    }
    return hashes
  }
}
