import Foundation
import Tensors
import Testing

@testable import Modalities

@Suite struct EmojiImporterTests {
  static let isThere = SharedData.has("emoji")

  /// Ten faces and ten flags, two of which fly the same colours; a hand with a tone, and a name that comes twice.
  private func source() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    var records: [String] = []
    func add(_ code: String, _ name: String, group: String, tone: String = "\"\"") {
      records.append(
        """
        {"hexcode": "\(code)", "annotation": "\(name)", "group": "\(group)", "subgroups": "sub", "tags": "\(group), x1",
         "openmoji_tags": "", "skintone": \(tone)}
        """)
    }
    func draw(_ file: String, _ value: Int) throws {
      for (style, channels) in [("color", 3), ("line", 1)] {
        let place = folder.file("\(style)/\(file).png")
        try FileManager.default.createDirectory(
          at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
        try MediaFile.writePNG(
          [UInt8](repeating: UInt8(value), count: 1024 * channels), height: 32, width: 32, channels: channels,
          to: place)
      }
    }
    for number in 0..<10 {
      add("1F60\(number)", "face: n\(number)", group: "smileys")
      try draw("face, n\(number)", number)
      add("1F1E\(number)", "flag: St. É\(number) & co", group: "flags")
      // Flags 8 and 9 look the same.
      try draw("flag, St E\(number) and co", 100 + min(number, 8))
    }
    add("270B-1", "hand: light skin tone", group: "people", tone: "1")
    add("E001", "face: n3", group: "extras")
    try folder.write("[" + records.joined(separator: ",\n") + "]", to: "openmoji.json")
    return folder
  }

  @Test func pairsPicturesWithWords() throws {
    let source = try source()
    try EmojiImporter.run(source: source.url, destination: source.file("made"))
    let dataset = try Dataset.load(source.file("made"))
    #expect(dataset.count == 20 && dataset.classes == ["flags", "smileys"])
    #expect(dataset.ids.prefix(2) == ["1F600", "1F1E0"])
    #expect(dataset.attributes["name"]?[1] == "flag: St. É0 & co")
    // "face", "smileys", "flag", "flags", "st", "co" and "x1" stand with two or more; n0, é0 and so on with one.
    #expect(dataset.featureShapes == ["color": [3, 32, 32], "line": [1, 32, 32], "text": [7]])
    let table = try SampleTable.read(source.file("made/samples.csv"))
    let row = try #require(table.cells("id")?.firstIndex(of: "1F1E7"))
    let picture = try MediaFile.image(source.file("made/color/1F1E7.png"), height: 32, width: 32, channels: 3)
    #expect(
      picture.allSatisfy { abs($0 * 255 - 107) < 0.01 }
        && table.rows[row].suffix(2) == [
          "color/1F1E7.png", "line/1F1E7.png",
        ])
  }

  @Test func onePictureStandsInOneSplit() throws {
    let source = try source()
    var together: Set<String> = []
    var orders: Set<[String]> = []
    for seed in 0..<8 {
      let made = source.file("made\(seed)")
      try EmojiImporter.run(source: source.url, destination: made, options: ["seed": "\(seed)"])
      let table = try SampleTable.read(made.appendingPathComponent("samples.csv"))
      let (ids, splits) = (try #require(table.cells("id")), try #require(table.cells("split")))
      let of = Dictionary(uniqueKeysWithValues: zip(ids, splits))
      #expect(of["1F1E8"] == of["1F1E9"])
      #expect(table.cells("picture")?.last == "1F1E8" && ids.last == "1F1E9")
      together.insert(try #require(of["1F1E8"]))
      // 60, 20 and 20 % of ten faces, and of nine flags.
      let faces = ids.filter { $0.hasPrefix("1F60") }.compactMap { of[$0] }
      #expect(Split.allCases.map { split in faces.count { $0 == split.rawValue } } == [6, 2, 2])
      orders.insert(splits)
    }
    #expect(together.count > 1 && orders.count > 1)
    let again = source.file("again")
    try EmojiImporter.run(source: source.url, destination: again, options: ["seed": "3"])
    #expect(
      try Data(contentsOf: again.appendingPathComponent("samples.csv"))
        == Data(contentsOf: source.file("made3/samples.csv")))
  }

  @Test func wordsOfTestAreNotFitted() throws {
    let source = try source()
    try EmojiImporter.run(source: source.url, destination: source.file("plain"))
    let table = try SampleTable.read(source.file("plain/samples.csv"))
    let hidden = zip(table.cells("id") ?? [], table.cells("split") ?? []).filter { $1 != "train" }.map(\.0)
    // The same word with every emoji outside train: no column, no weight changes.
    var text = try String(contentsOf: source.file("openmoji.json"), encoding: .utf8)
    for id in hidden {
      let start = try #require(text.range(of: "\"hexcode\": \"\(id)\""))
      let tags = try #require(text.range(of: "\"openmoji_tags\": \"\"", range: start.upperBound..<text.endIndex))
      text.replaceSubrange(tags, with: "\"openmoji_tags\": \"secret\"")
    }
    try source.write(text, to: "openmoji.json")
    try EmojiImporter.run(source: source.url, destination: source.file("other"))
    #expect(
      try Data(contentsOf: source.file("plain/text.npy")) == Data(contentsOf: source.file("other/text.npy")))
  }

  @Test(arguments: [
    ("\"group\": \"smileys\", \"subgroups\"", "\"subgroups\"", "openmoji.json: record 1, group: missing"),
    ("\"tags\": \"smileys, x1\"", "\"tags\": 3", "openmoji.json: record 1, tags: no text"),
    ("\"skintone\": \"\"", "\"tone\": \"\"", "openmoji.json: record 1, skintone: missing"),
    ("\"1F1E0\"", "\"1F600\"", "openmoji.json: record 2, hexcode: 1F600, as in record 1 already"),
    ("\"1F600\"", "\"../1F600\"", "openmoji.json: record 1: \"../1F600\", \"face: n0\" cannot name a file"),
    ("[{", "{", "openmoji.json: is not a JSON array of records"),
  ]) func refuses(old: String, new: String, message: String) throws {
    let source = try source()
    var text = try String(contentsOf: source.file("openmoji.json"), encoding: .utf8)
    text.replaceSubrange(try #require(text.range(of: old)), with: new)
    try source.write(text, to: "openmoji.json")
    let error = #expect(throws: InputError.self) {
      try EmojiImporter.run(source: source.url, destination: source.file("made"))
    }
    #expect(error?.description == message)
  }

  @Test func refusesAMissingPicture() throws {
    let source = try source()
    try FileManager.default.removeItem(at: source.file("line/face, n4.png"))
    #expect(throws: InputError(file: "line/face, n4.png", "no such file in \(source.url.path)")) {
      try EmojiImporter.run(source: source.url, destination: source.file("made"))
    }
  }

  @Test(arguments: [
    ("flag: Côte d’Ivoire", "flag, Cote d'Ivoire"), ("Mrs. Claus", "Mrs Claus"),
    ("Japanese “here” button", "Japanese 'here' button"), ("flag: Åland Islands", "flag, Aland Islands"),
    ("flag: St. Kitts & Nevis", "flag, St Kitts and Nevis"),
  ]) func spellsFileNames(name: String, file: String) { #expect(EmojiImporter.fileName(name) == file) }

  @Test(.enabled(if: isThere, "needs ../shared/data/emoji")) func importsTheResearchCopy() throws {
    let folder = try TemporaryFolder()
    try EmojiImporter.run(source: SharedData.folder("emoji"), destination: folder.file("made"))
    let dataset = try Dataset.load(folder.file("made"))
    // 2362 records without a tone, of which eleven have the name of an earlier one.
    #expect(dataset.count == 2351 && dataset.classes.count == 12)
    #expect((1395...1425).contains(dataset[.train].count))
    #expect((455...485).contains(dataset[.validation].count))
    // Five pairs share a colour picture, among them the flags of Indonesia and Monaco.
    let (names, pictures) = (try #require(dataset.attributes["name"]), try #require(dataset.attributes["picture"]))
    #expect(Set(pictures).count == 2346)
    let (indonesia, monaco) = (
      names.firstIndex(of: "flag: Indonesia"), names.firstIndex(of: "flag: Monaco")
    )
    #expect(try pictures[#require(indonesia)] == pictures[#require(monaco)])
    // A line drawing is dark on white.
    let line = try MediaFile.image(folder.file("made/line/1F600.png"), height: 32, width: 32, channels: 1)
    #expect((0.5..<0.95).contains(line.reduce(0, +) / 1024) && (line.min() ?? 1) < 0.3)
  }
}
