public import Foundation
import Tensors

/// OpenMoji: every emoji in colour, as a line drawing and as the words of its name and tags; twelve groups.
///
/// Skin tones are left out, for they differ in a colour only, and so is a name that comes a second time: there is one
/// picture to a name. Emoji with the same colour picture (a flag that two countries fly) count as one, which stands in
/// one split; splits take 60, 20 and 20 % of every group. Words are weighted (tf–idf), fitted on train, where at least
/// two emoji must have them.
public enum EmojiImporter: Importer {
  public static let name = "emoji"
  public static let summary =
    "2351 emoji of OpenMoji: colour picture, line drawing, words of name and tags; twelve groups (openmoji.json)"
  public static let options = [
    ImportOption(
      name: "seed", defaultValue: "0",
      help: "which 60 % of every group are train, which 20 % validation and which 20 % test")
  ]

  private static let list = "openmoji.json"
  private static let styles = ["color", "line"]

  private struct Emoji {
    let code: String
    let name: String
    let group: String
    let subgroup: String
    let words: String
    var file: String { "\(EmojiImporter.fileName(name)).png" }
  }

  public static func convert(_ source: ImportSource, into folder: URL, options: ImportOptions) throws {
    let seed = try options.seed()
    let emoji = try read(source)
    for style in styles {
      try FileManager.default.createDirectory(
        at: folder.appendingPathComponent(style), withIntermediateDirectories: true)
    }
    var firstWith: [Data: Int] = [:]
    let same = try emoji.indices.map { row in
      var colour = Data()
      for style in styles {
        let path = "\(style)/\(emoji[row].file)"
        let data = try readBytes(source.file(path), name: path)
        if style == styles[0] { colour = data }
        try PlainFile.write(data, to: folder.appendingPathComponent("\(style)/\(emoji[row].code).png"))
      }
      if let first = firstWith[colour] { return first }
      firstWith[colour] = row
      return row
    }
    let firsts = Set(same).sorted()
    let splits = Dictionary(
      uniqueKeysWithValues: zip(firsts, stratifiedSplits(firsts.map { emoji[$0].group }, seed: seed)))
    let rows = emoji.indices.map { row in
      let this = emoji[row]
      return [
        this.code, (splits[same[row]] ?? .train).rawValue, this.group, this.subgroup, emoji[same[row]].code, this.name,
      ] + styles.map { "\($0)/\(this.code).png" }
    }
    let train = emoji.indices.filter { splits[same[$0]] == .train }
    let weights = TermWeights(fittedTo: train.map { emoji[$0].words }, minimumTexts: 2)
    guard !weights.words.isEmpty else { throw InputError(file: list, "no word stands with two emoji of train") }
    try NPY.write(emoji.map { weights.vector($0.words) }.tensor, to: folder.appendingPathComponent("text.npy"))
    try SampleTable(
      header: ["id", "split", "group", "subgroup", "picture", "name"] + styles.map { "\($0)_path" }, rows: rows
    ).write(to: folder.appendingPathComponent("samples.csv"))
    try Manifest(
      name: name, licence: "CC BY-SA 4.0", citation: "OpenMoji, the open-source emoji project, openmoji.org",
      task: .classification, target: "group", classes: Set(emoji.map(\.group)).sorted(), group: "picture",
      modalities: [
        "color": ModalitySpecification(kind: .image, column: "color_path", size: [32, 32], channels: 3),
        "line": ModalitySpecification(kind: .image, column: "line_path", size: [32, 32], channels: 1),
        "text": ModalitySpecification(kind: .vector, file: "text.npy"),
      ], metric: "accuracy"
    ).write(to: folder.appendingPathComponent(Manifest.fileName))
  }

  /// The records without a skin tone, each name once.
  private static func read(_ source: ImportSource) throws -> [Emoji] {
    let data = try readBytes(source.file(list), name: list)
    guard let records = try? JSONSerialization.jsonObject(with: data) as? [[String: Any]] else {
      throw InputError(file: list, "is not a JSON array of records")
    }
    var names: Set<String> = []
    var codes: [String: Int] = [:]
    var emoji: [Emoji] = []
    for (index, record) in records.enumerated() {
      func text(_ key: String, isEmpty: Bool = false) throws -> String {
        guard let text = record[key] as? String, isEmpty || !text.isEmpty else {
          throw InputError(file: list, at: "record \(index + 1), \(key)", record[key] == nil ? "missing" : "no text")
        }
        return text
      }
      // A tone is a number or text; what is neither there nor empty must not pass for "no tone".
      guard let tone = record["skintone"] else {
        throw InputError(file: list, at: "record \(index + 1), skintone", "missing")
      }
      guard tone as? String == "" else { continue }
      let (code, name) = (try text("hexcode"), try text("annotation"))
      guard code.allSatisfy({ $0.isHexDigit || $0 == "-" }), !name.contains("/"), !name.contains("\0") else {
        throw InputError(file: list, at: "record \(index + 1)", "\"\(code)\", \"\(name)\" cannot name a file")
      }
      if let earlier = codes.updateValue(index, forKey: code) {
        throw InputError(
          file: list, at: "record \(index + 1), hexcode", "\(code), as in record \(earlier + 1) already")
      }
      let words = [name, try text("tags", isEmpty: true), try text("openmoji_tags", isEmpty: true)]
      let (group, subgroup) = (try text("group"), try text("subgroups"))
      guard names.insert(fileName(name)).inserted else { continue }
      emoji.append(
        Emoji(code: code, name: name, group: group, subgroup: subgroup, words: words.joined(separator: " ")))
    }
    guard !emoji.isEmpty else { throw InputError(file: list, "holds no emoji without a skin tone") }
    return emoji
  }

  /// How the files of pictures spell a name: in ASCII, with commas for colons and without full stops.
  static func fileName(_ name: String) -> String {
    var plain = name.folding(options: .diacriticInsensitive, locale: nil)
    for (sign, other) in [(":", ","), (".", ""), ("“", "'"), ("”", "'"), ("’", "'"), ("&", "and")] {
      plain = plain.replacingOccurrences(of: sign, with: other)
    }
    return plain
  }
}
