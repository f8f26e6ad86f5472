public import Foundation
import Tensors

/// Wikipedia's featured articles as pairs of a picture and a text (Rasiwasia et al., 2010): 128 visual words, 10 topics and
/// one of ten categories.
///
/// The published test split stays; validation is taken from train, the same share of every category.
public enum WikipediaImporter: Importer {
  public static let name = "wikipedia"
  public static let summary =
    "2866 picture–text pairs of Wikipedia: 128 visual words, 10 topics, ten categories (raw_features.mat)"
  public static let options = [
    ImportOption(
      name: "validation", defaultValue: "0.1", help: "share of every category of train taken for validation"),
    ImportOption(name: "seed", defaultValue: "0", help: "which pairs these are"),
  ]

  private struct Pair {
    let text: String
    let image: String
    let category: Int
  }

  public static func convert(_ source: ImportSource, into folder: URL, options: ImportOptions) throws {
    let seed = try options.seed()
    guard let share = Double(options.string("validation")), share > 0, share < 1 else {
      throw options.wrong("validation", "a share between 0 and 1")
    }
    let categories = try lines(source, "categories.list")
    guard categories.count > 1 else {
      throw InputError(file: "categories.list", "names \(categories.count) categories; at least 2 expected")
    }
    let features = "raw_features.mat"
    let archive = try MATFile(readBytes(source.file(features), name: features), file: features)
    var pairs: [Pair] = []
    var splits: [Split] = []
    var images: [[Double]] = []
    var texts: [[Double]] = []
    for (part, list) in [("tr", "trainset_txt_img_cat.list"), ("te", "testset_txt_img_cat.list")] {
      let these = try read(source, list, categories: categories.count)
      let image = try archive.rows("I_\(part)", columns: 128)
      let text = try archive.rows("T_\(part)", columns: 10)
      guard image.count == these.count, text.count == these.count else {
        throw InputError(
          file: features, "\(image.count) pictures and \(text.count) texts, but \(list) names \(these.count) pairs")
      }
      splits +=
        part == "te"
        ? these.map { _ in .test } : carve(these.map(\.category), share: share, seed: seed)
      pairs += these
      images += image
      texts += text
    }
    try NPY.write(images.tensor, to: folder.appendingPathComponent("image.npy"))
    try NPY.write(texts.tensor, to: folder.appendingPathComponent("text.npy"))
    let rows = pairs.enumerated().map { row, pair in
      [pair.image, splits[row].rawValue, categories[pair.category], pair.text]
    }
    try SampleTable(header: ["id", "split", "category", "text_id"], rows: rows)
      .write(to: folder.appendingPathComponent("samples.csv"))
    try Manifest(
      name: name, licence: "features of the UCSD SVCL, citation asked",
      citation: "N. Rasiwasia et al., A New Approach to Cross-Modal Multimedia Retrieval, ACM Multimedia, 2010",
      task: .classification, target: "category", classes: categories,
      modalities: [
        "image": ModalitySpecification(kind: .vector, file: "image.npy"),
        "text": ModalitySpecification(kind: .vector, file: "text.npy"),
      ], metric: "accuracy"
    ).write(to: folder.appendingPathComponent(Manifest.fileName))
  }

  private static func lines(_ source: ImportSource, _ file: String) throws -> [String] {
    try readText(source.file(file), name: file, limit: 1 << 24).split(whereSeparator: \.isNewline).map(String.init)
  }

  private static func read(_ source: ImportSource, _ file: String, categories: Int) throws -> [Pair] {
    try lines(source, file).enumerated().map { row, line in
      let cells = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      guard cells.count == 3 else {
        throw InputError(
          file: file, at: "row \(row + 1)", "\(cells.count) columns; text, picture and category expected")
      }
      guard let category = Int(cells[2]), (1...categories).contains(category) else {
        throw InputError(
          file: file, at: "row \(row + 1)", "the category \"\(cells[2])\" is not a number from 1 to \(categories)")
      }
      return Pair(text: cells[0], image: cells[1], category: category - 1)
    }
  }

  private static func carve(_ categories: [Int], share: Double, seed: UInt64) -> [Split] {
    var splits = [Split](repeating: .train, count: categories.count)
    for category in Set(categories).sorted() {
      var generator = SplitMix64(seed: seed, stream: UInt64(category))
      let rows = generator.shuffled(categories.indices.filter { categories[$0] == category })
      for row in rows.prefix(max(1, Int((Double(rows.count) * share).rounded()))) { splits[row] = .validation }
    }
    return splits
  }
}
