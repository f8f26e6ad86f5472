import Foundation
import Tensors

extension Dataset {
  /// What is no breach of the contract, but should be known before one trains on the data, one line each: how files were
  /// read, labels that a person would take for one, samples that stand in two splits, a modality that never changes, an
  /// outlier in a target, classes of which one has almost every sample.
  ///
  /// - Complexity: reads every number once.
  public func warnings() -> [String] {
    notes + alikeClasses() + imbalance() + outlier() + constants() + duplicates()
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

  /// A target that is far from all others, measured by their spread without it.
  private func outlier() -> [String] {
    guard case .values(let values) = targets, values.count > 4 else { return [] }
    var worst: (row: Int, distance: Double)?
    for row in [values.indices.max { values[$0] < values[$1] }, values.indices.min { values[$0] < values[$1] }] {
      guard let row else { continue }
      var others = values
      others.remove(at: row)
      // Scaled, so that squares of very large targets stay finite.
      let unit = others.map(abs).max() ?? 0
      guard unit > 0 else { continue }
      let mean = others.reduce(0) { $0 + $1 / unit } / Double(others.count)
      let variance = others.reduce(0) { $0 + ($1 / unit - mean) * ($1 / unit - mean) } / Double(others.count)
      let distance = abs(values[row] / unit - mean) / variance.squareRoot()
      if variance > 0, distance > (worst?.distance ?? Self.outlierDistance) { worst = (row, distance) }
    }
    return worst.map {
      [
        "\(Self.table): \(place($0.row)): the target \(values[$0.row]) lies "
          + String(format: "%.3g", $0.distance)
          + " standard deviations from the mean of all others; one such number can decide a training"
      ]
    } ?? []
  }

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
