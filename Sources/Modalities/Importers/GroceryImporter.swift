public import Foundation
import Tensors

/// Photos of groceries in shops with one description of every class (Klasson et al., 2019); the published splits.
///
/// A description is a vector of word counts (tf–idf), fitted on the descriptions of the classes that have photos in
/// train: each once, however many photos it has. It belongs to a class and not to a photo, so where every photo has one
/// the text alone names the class; `text=train` leaves it out of validation and test, as when photos are recognised with
/// descriptions that only helped to learn.
public enum GroceryImporter: Importer {
  public static let name = "grocery"
  public static let summary = "5421 photos of 81 groceries, with one description per class (classes.csv)"
  public static let options = [
    ImportOption(
      name: "text", defaultValue: "every",
      help: "photos that have the description of their class: every, or train (it names the class)"),
    ImportOption(name: "target", defaultValue: "class", help: "class (81 of them) or coarse (43)"),
  ]

  private static let parts: [(file: String, split: Split)] = [
    ("train.txt", .train), ("val.txt", .validation), ("test.txt", .test),
  ]

  private struct Grocery {
    let name: String
    let coarse: String
    let coarseNumber: Int
    let description: String
  }

  private struct Photo {
    let path: String
    let split: Split
    let grocery: Int
  }

  public static func convert(_ source: ImportSource, into folder: URL, options: ImportOptions) throws {
    guard ["every", "train"].contains(options.string("text")) else { throw options.wrong("text", "every or train") }
    guard ["class", "coarse"].contains(options.string("target")) else {
      throw options.wrong("target", "class or coarse")
    }
    let groceries = try groceries(source)
    let photos = try parts.flatMap { try Self.photos(source, list: $0.file, split: $0.split, groceries: groceries) }
    var seen: Set<String> = []
    for photo in photos where !seen.insert(photo.path).inserted {
      throw InputError(file: photo.path, "is named twice in \(parts.map(\.file).joined(separator: ", "))")
    }
    let learnt = Set(photos.filter { $0.split == .train }.map(\.grocery)).sorted()
    let weights = TermWeights(fittedTo: learnt.map { groceries[$0].description })
    guard !weights.words.isEmpty else { throw InputError(file: "classes.csv", "no description in train has a word") }
    let vectors = groceries.map { weights.vector($0.description) }
    try NPY.write(photos.map { vectors[$0.grocery] }.tensor, to: folder.appendingPathComponent("text.npy"))
    if options.string("text") == "train" {
      let present = photos.map { $0.split == .train ? 1 : 0 }
      try NPY.write(Tensor(present), to: folder.appendingPathComponent("text.present.npy"))
    }
    let rows = try photos.map { photo in
      try copy(photo.path, from: source, into: folder)
      let grocery = groceries[photo.grocery]
      return [String(photo.path.dropLast(4)), photo.split.rawValue, grocery.name, grocery.coarse, photo.path]
    }
    try SampleTable(header: ["id", "split", "class", "coarse", "image_path"], rows: rows)
      .write(to: folder.appendingPathComponent("samples.csv"))
    try Manifest(
      name: name, licence: "MIT",
      citation: "M. Klasson, C. Zhang, H. Kjellström, A hierarchical grocery store image dataset with visual and "
        + "semantic labels, WACV 2019",
      task: .classification, target: options.string("target"),
      classes: options.string("target") == "class" ? groceries.map(\.name) : coarseNames(groceries),
      modalities: [
        "image": ModalitySpecification(kind: .image, column: "image_path", size: [96, 96], channels: 3),
        "text": ModalitySpecification(kind: .vector, file: "text.npy"),
      ], metric: "accuracy"
    ).write(to: folder.appendingPathComponent(Manifest.fileName))
  }

  private static func coarseNames(_ groceries: [Grocery]) -> [String] {
    let names = Dictionary(groceries.map { ($0.coarseNumber, $0.coarse) }, uniquingKeysWith: { first, _ in first })
    return names.sorted { $0.key < $1.key }.map(\.value)
  }

  /// The classes in the order of their numbers.
  private static func groceries(_ source: ImportSource) throws -> [Grocery] {
    let file = "classes.csv"
    let table = try SampleTable.read(source.file(file), name: file)
    var coarse: [Int: String] = [:]
    var names: Set<String> = []
    guard !table.rows.isEmpty else { throw InputError(file: file, "has no classes") }
    return try table.rows.enumerated().map { row, cells in
      func wrong(_ problem: String) -> InputError { InputError(file: file, at: table.place(row), problem) }
      guard cells.count == 6 else { throw wrong("\(cells.count) columns; 6 expected") }
      guard Int(cells[1]) == row else { throw wrong("the class number is \"\(cells[1])\"; \(row) expected") }
      guard let number = Int(cells[3]), number >= 0 else {
        throw wrong("the coarse class \"\(cells[3])\" is not a number of at least 0")
      }
      if let known = coarse.updateValue(cells[2], forKey: number), known != cells[2] {
        throw wrong("coarse class \(number) is \"\(cells[2])\", but \"\(known)\" above")
      }
      guard !cells[0].isEmpty, names.insert(cells[0]).inserted else {
        throw wrong("the class name \"\(cells[0])\" is empty or there already")
      }
      let path = String(cells[5].drop { $0 == "/" })
      guard isInside(path) else { throw wrong("\"\(cells[5])\" is not a path inside the folder") }
      let text = try readText(source.file(path), name: path, limit: 1 << 20)
      guard !TermWeights.words(of: text).isEmpty else { throw InputError(file: path, "has no words") }
      return Grocery(name: cells[0], coarse: cells[2], coarseNumber: number, description: text)
    }
  }

  /// The photos of one list: path, number of the class, number of the coarse class.
  private static func photos(
    _ source: ImportSource, list: String, split: Split, groceries: [Grocery]
  ) throws -> [Photo] {
    let rows = try SampleTable.readRows(source.file(list), name: list)
    guard !rows.isEmpty else { throw InputError(file: list, "names no photo") }
    return try rows.enumerated().map { row, cells in
      func wrong(_ problem: String) -> InputError { InputError(file: list, at: "row \(row + 1)", problem) }
      guard cells.count == 3 else { throw wrong("\(cells.count) columns; path, class and coarse class expected") }
      let numbers = cells[1...].map { Int($0.trimmingCharacters(in: .whitespaces)) }
      guard let grocery = numbers[0], groceries.indices.contains(grocery) else {
        throw wrong("the class \"\(cells[1])\" is not a number from 0 to \(groceries.count - 1)")
      }
      guard numbers[1] == groceries[grocery].coarseNumber else {
        throw wrong(
          "the coarse class is \"\(cells[2])\", but \(groceries[grocery].coarseNumber) in classes.csv for "
            + groceries[grocery].name)
      }
      guard isInside(cells[0]), cells[0].hasSuffix(".jpg") else {
        throw wrong("\"\(cells[0])\" is not the path of a .jpg inside the folder")
      }
      return Photo(path: cells[0], split: split, grocery: grocery)
    }
  }

  private static func isInside(_ path: String) -> Bool {
    path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { !["", ".", ".."].contains($0) }
  }

  private static func copy(_ path: String, from source: ImportSource, into folder: URL) throws {
    let place = folder.appendingPathComponent(path)
    let data = try readBytes(source.file(path), name: path)
    try FileManager.default.createDirectory(at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
    try PlainFile.write(data, to: place)
  }
}
