public import Foundation
import Tensors

extension Dataset {
  /// Loads the folder of a data set and refuses every breach of the contract.
  ///
  /// - Parameters:
  ///   - folder: that holds `dataset.yaml`.
  ///   - cache: A folder where decoded pictures and sounds are kept for the next time; made when missing, left out where
  ///     it cannot be written.
  ///   - followsLinks: Whether symbolic links in the folder may lead outside of it, as those of data versioning tools do.
  ///   - progress: told from this thread how far the decoding of pictures and sounds is.
  /// - Throws: `InputError` naming file, row or key.
  public static func load(
    _ folder: URL, cache: URL? = nil, followsLinks: Bool = false, progress: DecodingProgress? = nil
  ) throws -> Dataset {
    try DatasetLoader(
      folder: folder, cache: cache, followsLinks: followsLinks, stopsAtFirst: true, progress: progress
    ).dataset()
  }
}

/// Reads the folder of a data set step by step and notes every breach of the contract.
struct DatasetLoader {
  private(set) var manifest: Manifest?
  private(set) var samples: SampleReader?
  /// Those that could be read.
  private(set) var modalities: [String: ModalityData] = [:]
  let violations = Violations()
  private let stopsAtFirst: Bool
  private let progress: DecodingProgress?

  /// Reads what can be read. With `stopsAtFirst` the first breach ends it; otherwise they are kept in `violations`.
  init(
    folder url: URL, cache: URL?, followsLinks: Bool = false, stopsAtFirst: Bool, progress: DecodingProgress? = nil
  ) throws {
    self.stopsAtFirst = stopsAtFirst
    self.progress = progress
    let folder = try DataFolder(url, followsLinks: followsLinks)
    try read(folder, cache: cache)
    if stopsAtFirst { try violations.throwFirst() }
  }

  /// The data set.
  /// - Throws: The first breach.
  func dataset() throws -> Dataset {
    try violations.throwFirst()
    guard let manifest, let samples else { preconditionFailure("a data set was refused without a reason") }
    return Dataset(
      manifest: manifest, ids: samples.ids, splits: samples.splits.compactMap { $0 }, targets: samples.targets,
      classes: samples.classes, attributes: samples.attributes, modalities: modalities,
      notes: violations.warnings.map(\.description))
  }

  private mutating func read(_ folder: DataFolder, cache: URL?) throws {
    let text = try violations.collect {
      try readText(folder.file(Manifest.fileName), name: Manifest.fileName, limit: Manifest.maximumBytes)
    }
    if let text { manifest = Manifest.parse(text, file: Manifest.fileName, violations: violations) }
    let table = try violations.collect { try SampleTable.read(folder.file("samples.csv"), name: "samples.csv") }
    table?.notes.forEach { violations.warn(InputError($0)) }
    guard let manifest, let table else { return }
    let samples = SampleReader(manifest, table, violations: violations)
    self.samples = samples
    if stopsAtFirst { try violations.throwFirst() }
    guard samples.ids.count == table.rows.count else { return }
    for name in manifest.modalityNames {
      guard let specification = manifest.modalities[name] else { continue }
      if specification.file != nil {
        modalities[name] = try ArrayModalityReader(
          name: name, specification: specification, folder: folder, ids: samples.ids, violations: violations
        ).read()
      } else {
        modalities[name] = try FileModalityReader(
          name: name, specification: specification, folder: folder, table: table, cache: cache,
          violations: violations, progress: progress
        ).read()
      }
      if stopsAtFirst { try violations.throwFirst() }
    }
    checkPresence(samples, table: table)
  }

  private func checkPresence(_ samples: SampleReader, table: SampleTable) {
    guard let manifest else { return }
    for name in manifest.modalityNames {
      guard let present = modalities[name]?.present else { continue }
      if !zip(present, samples.splits).contains(where: { $0 && $1 == .train }) {
        violations.add(file: table.file, "no sample of the train split has modality \"\(name)\"")
      }
    }
    guard modalities.count == manifest.modalities.count, modalities.values.allSatisfy({ $0.present != nil }) else {
      return
    }
    for row in samples.ids.indices where modalities.values.allSatisfy({ $0.present?[row] == false }) {
      violations.add(file: table.file, at: table.place(row), "every modality is absent")
    }
  }
}
