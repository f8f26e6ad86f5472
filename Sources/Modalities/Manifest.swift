public import Foundation
import Tensors
import Yams

/// What is known about the information that the modalities of a made data set carry about its target.
public struct InformationContent: Codable, Sendable, Equatable {
  /// What every modality says.
  public var redundancy: Double
  /// What only the named modality says.
  public var unique: [String: Double]
  /// What only all modalities together say.
  public var synergy: Double
  /// "bits" or "nats".
  public var unit: String

  public init(redundancy: Double, unique: [String: Double], synergy: Double, unit: String = "bits") {
    self.redundancy = redundancy
    self.unique = unique
    self.synergy = synergy
    self.unit = unit
  }
}

/// `dataset.yaml`: what a data set is, what is to be predicted, and how each modality is read.
///
/// Reading is strict: a key that is not known, at any level, is an error that names the line and the known keys.
///
/// ```yaml
/// name: films
/// task: multilabel         # classification, regression, multilabel, retrieval or none
/// target: genres           # a column of samples.csv; of several labels also a list of columns of 0 and 1
/// separator: ";"           # between the labels of a cell; "|" by default. Blanks around a label are not part of it
/// classes: [comedy, drama] # by default the targets of the train split, sorted
/// group: director          # a column whose values must stay in one split
/// metric: microF1
/// modalities:
///   poster: {kind: image, column: path, size: [64, 64], channels: 3}
///   plot: {kind: vector, file: plot.npz, array: X}
///   cast: {kind: vector, file: cast.csv, header: none}
/// ```
///
/// A table of features begins with a row of names; `header: none` says that it begins with numbers, `header: row` that
/// its names are numbers.
public struct Manifest: Codable, Sendable, Equatable {
  /// The name of the file inside the folder of a data set.
  public static let fileName = "dataset.yaml"
  /// Longer ones are refused: a manifest is written by a person.
  static let maximumBytes = 1 << 20

  public var name: String
  public var licence: String?
  public var citation: String?
  public var task: TaskKind
  /// The column of `samples.csv` that is to be predicted.
  public var target: String?
  /// The classes in the order of the outputs; when left out, the targets of the train split, sorted.
  public var classes: [String]?
  /// The column of `samples.csv` whose values must not appear in two splits, such as the speaker.
  public var group: String?
  public var modalities: [String: ModalitySpecification]
  /// The measure by which methods are ranked.
  public var metric: String?
  public var information: InformationContent?
  /// What stands between the labels of a cell of a multilabel target; nil for "|".
  public var separator: String?
  /// Columns of 0 and 1, one per label, where a multilabel target is not one column; their names are the classes.
  public var targetColumns: [String]?

  public init(
    name: String, licence: String? = nil, citation: String? = nil, task: TaskKind, target: String? = nil,
    classes: [String]? = nil, group: String? = nil, modalities: [String: ModalitySpecification],
    metric: String? = nil, information: InformationContent? = nil, separator: String? = nil,
    targetColumns: [String]? = nil
  ) {
    self.name = name
    self.licence = licence
    self.citation = citation
    self.task = task
    self.target = target
    self.classes = classes
    self.group = group
    self.modalities = modalities
    self.metric = metric
    self.information = information
    self.separator = separator
    self.targetColumns = targetColumns
  }

  /// Names of the modalities in the order used everywhere.
  public var modalityNames: [String] { modalities.keys.sorted() }

  /// Reads `dataset.yaml`.
  /// - Throws: `InputError` naming the line and key.
  public static func read(_ url: URL) throws -> Manifest {
    let file = url.lastPathComponent
    return try parse(readText(url, name: file, limit: maximumBytes), file: file)
  }

  /// Reads the text of a manifest; `file` is the name used in errors.
  /// - Throws: `InputError` naming the line and key.
  public static func parse(_ yaml: String, file: String = Manifest.fileName) throws -> Manifest {
    let violations = Violations()
    let manifest = parse(yaml, file: file, violations: violations)
    try violations.throwFirst()
    guard let manifest else { preconditionFailure("a manifest was refused without a reason") }
    return manifest
  }

  /// The manifest as YAML; `Manifest.parse` of it gives the same manifest.
  public func yaml() throws -> String { try ManifestWriter(manifest: self).yaml() }

  /// Writes `dataset.yaml` under a temporary name, then renames it.
  public func write(to url: URL) throws {
    try AtomicFile.write(Data(yaml().utf8), to: url)
  }
}

/// The text of a file that must be UTF-8 and not longer than `limit` bytes; `name` is how errors call it.
func readText(_ url: URL, name: String, limit: Int) throws -> String {
  let data = try readBytes(url, name: name)
  guard data.count <= limit else { throw InputError(file: name, "\(data.count) bytes; at most \(limit) expected") }
  let (bytes, _) = try TextEncoding.utf8(data, file: name)
  guard let text = String(validating: bytes, as: UTF8.self) else { throw InputError(file: name, TextEncoding.problem) }
  return text
}

/// The bytes of a file that errors call `name`.
func readBytes(_ url: URL, name: String) throws -> Data {
  do {
    return try InputFile.contents(of: url)
  } catch var error as InputError {
    error.file = name
    throw error
  }
}
