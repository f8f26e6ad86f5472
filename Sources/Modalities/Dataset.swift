/// A data set in memory: one tensor per modality; nothing changes after loading.
///
/// ```swift
/// let dataset = try Dataset.load(folder)
/// let normalised = dataset.normalised(with: Normalisation(fitting: dataset))
/// let batch = normalised.batch(Array(dataset[.train].prefix(32)))
/// ```
public struct Dataset: Sendable {
  public let manifest: Manifest
  /// One id per sample, in the order of `samples.csv`.
  public let ids: [String]
  public let splits: [Split]
  public let targets: Targets
  /// Names of the classes in the order of the outputs; empty for regression.
  public let classes: [String]
  /// The columns of `samples.csv` that are none of id, split, target and file.
  public let attributes: [String: [String]]
  public let modalities: [String: ModalityData]
  /// What should be known of how the files were read, such as an unusual separator; see also `warnings()`.
  public let notes: [String]
  private let indices: [Split: [Int]]

  public init(
    manifest: Manifest, ids: [String], splits: [Split], targets: Targets, classes: [String] = [],
    attributes: [String: [String]] = [:], modalities: [String: ModalityData], notes: [String] = []
  ) {
    precondition(splits.count == ids.count, "\(splits.count) splits for \(ids.count) samples")
    precondition(
      modalities.keys.sorted() == manifest.modalityNames,
      "modalities \(modalities.keys.sorted()); the manifest has \(manifest.modalityNames)")
    for (name, data) in modalities {
      precondition(data.count == ids.count, "\(name): \(data.count) rows for \(ids.count) samples")
    }
    self.manifest = manifest
    self.ids = ids
    self.splits = splits
    self.targets = targets
    self.classes = classes
    self.attributes = attributes
    self.modalities = modalities
    self.notes = notes
    indices = Dictionary(grouping: splits.indices) { splits[$0] }
  }

  /// How many samples.
  public var count: Int { ids.count }
  /// Names of the modalities in the order used everywhere.
  public var names: [String] { manifest.modalityNames }
  /// How many numbers a model predicts: classes, or 1.
  public var outputs: Int { classes.isEmpty ? 1 : classes.count }
  /// What one sample, or one frame of a sequence, of each modality looks like: `[D]` or `[C, H, W]`.
  public var featureShapes: [String: [Int]] { modalities.mapValues(\.featureShape) }

  /// The samples of a split, as indices in the order of `samples.csv`.
  public subscript(split: Split) -> [Int] { indices[split] ?? [] }

  /// Some samples; one gather per modality. Sequences are cut to the longest of them, or to `frames`.
  public func batch(_ indices: [Int], frames: [String: Int] = [:]) -> Batch {
    var inputs: [String: ModalityInput] = [:]
    for (name, data) in modalities { inputs[name] = data.gather(indices, frames: frames[name]) }
    return Batch(inputs: inputs, target: targets.tensor(indices), ids: indices.map { ids[$0] })
  }

  /// The same samples with some of the modalities only.
  public func keeping(_ names: some Sequence<String>) -> Dataset {
    let names = Set(names)
    var manifest = manifest
    manifest.modalities = manifest.modalities.filter { names.contains($0.key) }
    // What is stated is stated of all modalities together.
    if manifest.modalities.count < modalities.count { manifest.information = nil }
    return replacing(modalities: modalities.filter { names.contains($0.key) }, manifest: manifest)
  }

  /// The same data set with normalised values; absent samples and padding stay zero.
  public func normalised(with normalisation: Normalisation) -> Dataset {
    var changed: [String: ModalityData] = [:]
    for (name, data) in modalities { changed[name] = normalisation.apply(to: data, named: name) }
    return replacing(modalities: changed, manifest: manifest)
  }

  private func replacing(modalities: [String: ModalityData], manifest: Manifest) -> Dataset {
    Dataset(
      manifest: manifest, ids: ids, splits: splits, targets: targets, classes: classes, attributes: attributes,
      modalities: modalities, notes: notes)
  }
}
