public import Foundation
import Tensors

/// One setting of an importer.
public struct ImportOption: Sendable, Equatable {
  public let name: String
  public let defaultValue: String
  public let help: String
}

/// Turns a data set in the layout of its publishers into the contract.
public protocol Importer: SendableMetatype {
  /// What the command line calls it.
  static var name: String { get }
  /// One line: what it reads.
  static var summary: String { get }
  static var options: [ImportOption] { get }

  /// Reads the source and fills a temporary folder, which then becomes the destination.
  static func convert(_ source: ImportSource, into folder: URL, options: ImportOptions) throws
}

extension Importer {
  /// Imports; the destination appears complete or not at all.
  ///
  /// - Parameters:
  ///   - source: the folder as its publishers lay it out.
  ///   - destination: the folder to make.
  ///   - options: Values for some of `Self.options`.
  /// - Throws: `InputError` naming a file that is missing or not as expected, or a destination that is not empty;
  ///   `UsageError` for an unknown option or a value out of range.
  public static func run(source: URL, destination: URL, options: [String: String] = [:]) throws {
    let values = try ImportOptions(options, of: Self.self)
    let source = try ImportSource(source)
    try FolderReplacement.create(destination) { try convert(source, into: $0, options: values) }
  }
}

/// Every importer.
public enum Importers {
  public static let all: [any Importer.Type] = [
    EmojiImporter.self, GroceryImporter.self, MfeatImporter.self, MosiImporter.self, SpokenDigitsImporter.self,
    UTDMHADImporter.self, WikipediaImporter.self,
  ]

  /// - Throws: `UsageError` listing the names when there is no such importer.
  public static func named(_ name: String) throws -> any Importer.Type {
    guard let importer = all.first(where: { $0.name == name }) else {
      throw UsageError("unknown data set \"\(name)\"; expected one of \(all.map { $0.name }.joined(separator: ", "))")
    }
    return importer
  }
}

/// The settings of one import, with defaults filled in.
public struct ImportOptions: Sendable {
  private let importer: String
  private var values: [String: String]

  init(_ given: [String: String], of importer: any Importer.Type) throws {
    self.importer = importer.name
    values = Dictionary(uniqueKeysWithValues: importer.options.map { ($0.name, $0.defaultValue) })
    for (name, value) in given.sorted(by: { $0.key < $1.key }) {
      guard values.updateValue(value, forKey: name) != nil else {
        let known = importer.options.map(\.name).joined(separator: ", ")
        throw UsageError("import \(importer.name): unknown option \"\(name)\"; expected one of \(known)")
      }
    }
  }

  func string(_ name: String) -> String { values[name] ?? "" }

  func seed() throws -> UInt64 {
    guard let seed = UInt64(string("seed")) else { throw wrong("seed", "a whole number of at least 0") }
    return seed
  }

  func wrong(_ name: String, _ expected: String) -> UsageError {
    UsageError("import \(importer): option \(name) is \"\(string(name))\"; expected \(expected)")
  }
}

/// The folder that is imported.
public struct ImportSource: Sendable {
  public let folder: URL

  init(_ folder: URL) throws {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: folder.path, isDirectory: &isFolder), isFolder.boolValue else {
      throw InputError(file: folder.path, "no such folder")
    }
    self.folder = folder
  }

  /// A file that must be there.
  func file(_ path: String) throws -> URL {
    let url = folder.appendingPathComponent(path)
    guard FileManager.default.fileExists(atPath: url.path) else {
      throw InputError(file: path, "no such file in \(folder.path)")
    }
    return url
  }

  /// Rows of numbers, of which the last column is a label: features `[rows, columns]` and labels.
  func labelled(_ path: String, columns: Int, header: Bool) throws -> (features: [[Double]], labels: [String]) {
    var rows = try SampleTable.readRows(file(path), name: path)
    if header && !rows.isEmpty { rows.removeFirst() }
    guard let first = rows.first else { throw InputError(file: path, "has no rows") }
    guard first.count == columns + 1 else {
      throw InputError(file: path, "\(first.count) columns; \(columns) features and a label expected")
    }
    let skipped = header ? 2 : 1
    let features = try rows.enumerated().map { row, cells in
      try Self.numbers(cells.dropLast(), file: path, row: row + skipped)
    }
    return (features, rows.map { $0[columns] })
  }

  /// Cells of a row, which people count as `row`, as numbers.
  static func numbers(_ cells: some Collection<String>, file: String, row: Int) throws -> [Double] {
    try cells.enumerated().map { column, cell in
      guard let value = Double(cell), value.isFinite else {
        throw InputError(file: file, at: "row \(row)", "\"\(cell)\" in column \(column + 1) is not a finite number")
      }
      return value
    }
  }
}

extension [[Double]] {
  /// Rows of numbers as `[rows, columns]` float32.
  var tensor: Tensor { Tensor(flatMap { $0.map(Float.init) }, shape: [count, first?.count ?? 0]) }
}
