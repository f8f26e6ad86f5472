import Foundation
import Modalities
import Tensors
import Testing

/// Data sets that break the contract: one line that says where, exit status 65, at once, and nothing left behind.
@Suite struct HostileDataTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// What the line begins with.
    let line: String
    let spoil: @Sendable (Folder) throws -> Void

    init(_ description: String, _ line: String, _ spoil: @escaping @Sendable (Folder) throws -> Void) {
      testDescription = description
      self.line = line
      self.spoil = spoil
    }
  }

  static let cases = [
    Case("truncated npy", "text.npy: ") { try $0.cut("text.npy", to: 150) },
    Case("a header that claims 2⁶⁰ elements", "text.npy: ") {
      try $0.replace("(8, 3)", "(1152921504606846976,)", in: "text.npy")
    },
    Case("NaN row", "text.npy: row 3 (id \"c\"): NaN at column 2") { folder in
      try NPY.write(Tensor((0..<24).map { $0 == 7 ? .nan : Float($0) }, shape: [8, 3]), to: folder.url("text.npy"))
    },
    Case("fewer rows than samples", "text.npy: has 7 rows, but samples.csv has 8 samples") { folder in
      try NPY.write(Tensor((0..<21).map(Float.init), shape: [7, 3]), to: folder.url("text.npy"))
    },
    Case("duplicate id", "samples.csv: row 3: duplicate id \"a\", first in row 2") {
      try $0.replace("\nb,", "\na,", in: "samples.csv")
    },
    Case("an id in two splits", "samples.csv: row 6: id \"a\" is in validation and, in row 2, in train") {
      try $0.replace("\ne,", "\na,", in: "samples.csv")
    },
    Case("a group in two splits", "samples.csv: row 8: group \"ann\" of column \"speaker\" is in test") {
      try $0.replace("test,no,dan", "test,no,ann", in: "samples.csv")
    },
    Case("a path out of the folder", "samples.csv: row 2: ../../etc/passwd: leaves the folder of the data set") {
      try $0.replace("media/a.png", "../../etc/passwd", in: "samples.csv")
    },
    Case("an absolute path", "samples.csv: row 2: /etc/passwd: is an absolute path") {
      try $0.replace("media/a.png", "/etc/passwd", in: "samples.csv")
    },
    Case("a link out of the folder", "samples.csv: row 2: media/a.png: leaves the folder of the data set") {
      try FileManager.default.removeItem(at: $0.url("media/a.png"))
      try FileManager.default.createSymbolicLink(atPath: $0.url("media/a.png").path, withDestinationPath: "/etc/passwd")
    },
    Case("a missing file", "samples.csv: row 4: media/c.png: no such file") {
      try FileManager.default.removeItem(at: $0.url("media/c.png"))
    },
    Case("zero-length WAV", "samples.csv: row 3: media/b.wav: ") { try $0.cut("media/b.wav", to: 0) },
    Case("WAV without samples", "samples.csv: row 3: media/b.wav: ") { try $0.cut("media/b.wav", to: 44) },
    Case("corrupt PNG", "samples.csv: row 5: media/d.png: ") {
      try Data("\u{89}PNG\r\n\u{1A}\nnothing of the kind".utf8).write(to: $0.url("media/d.png"))
    },
    Case("truncated PNG", "samples.csv: row 5: media/d.png: ") { try $0.cut("media/d.png", to: 50) },
    Case("a column too few", "samples.csv: row 4: 5 columns, expected 6 as in the header") {
      try $0.replace("media/c.png,", "", in: "samples.csv")
    },
    Case("no column of that name", "dataset.yaml: target: no column \"label\" in samples.csv") {
      try $0.replace("split,label", "split,class", in: "samples.csv")
    },
    Case("unknown key", "dataset.yaml: ") { try $0.replace("task:", "colour: red\ntask:", in: "dataset.yaml") },
    Case("unknown key of a modality", "dataset.yaml: ") {
      try $0.replace("kind: vector", "kind: vector, scale: 2", in: "dataset.yaml")
    },
    Case("a manifest that is not YAML", "dataset.yaml: ") {
      try Data("modalities: {text: [kind\n\t}".utf8).write(to: $0.url("dataset.yaml"))
    },
    Case("a manifest that is not text", "dataset.yaml: ") {
      try Data([0xFF, 0xFE, 0x00, 0x80]).write(to: $0.url("dataset.yaml"))
    },
    Case("no manifest", "dataset.yaml: no such file") {
      try FileManager.default.removeItem(at: $0.url("dataset.yaml"))
    },
    Case("empty split", "samples.csv: no sample in split validation") {
      try $0.replace("validation", "train", in: "samples.csv")
    },
    Case("one class only", "samples.csv: the train split has one class only, \"no\"") {
      try $0.replace("train,yes", "train,no", in: "samples.csv")
    },
    Case("one sample", "samples.csv: one sample only") {
      let lines = try $0.text("samples.csv").split(separator: "\n").prefix(2)
      try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: $0.url("samples.csv"))
    },
    Case("no sample", "samples.csv: no samples below the header") {
      try $0.cut("samples.csv", to: Folder.header.utf8.count)
    },
    Case("a label out of range", "samples.csv: row 7: the target \"maybe\" in column \"label\" is outside") {
      try $0.replace("validation,yes", "validation,maybe", in: "samples.csv")
    },
    Case("labels written differently", "samples.csv: rows 8 and 9: the target \"No\" in column \"label\" is outside") {
      try $0.replace("test,no", "test,No", in: "samples.csv")
      try $0.replace("test,yes", "test,No", in: "samples.csv")
    },
    Case("no train split and no classes", "samples.csv: no sample in split train") {
      try $0.replace("classes: [no, yes]\n", "", in: "dataset.yaml")
      try $0.replace(",train,", ",test,", in: "samples.csv")
    },
    Case("aliases of aliases as a key", "dataset.yaml: line 7: aliases") {
      var bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n"
      for (level, name) in zip("abcdefgh", "bcdefghi") {
        bomb += "\(name): &\(name) [\([String](repeating: "*\(level)", count: 9).joined(separator: ","))]\n"
      }
      try Data((bomb + "? *i\n: 1\n").utf8).write(to: $0.url("dataset.yaml"))
    },
    Case("a table of numbers without names", "text.csv: row 1: all numbers, where names of the columns were expected") {
      try $0.replace("text.npy", "text.csv", in: "dataset.yaml")
      try Data("1.5,2\n3,4\n5,6\n7,8\n9,8\n7,6\n5,4\n3,2\n".utf8).write(to: $0.url("text.csv"))
    },
    Case("another format", "text.parquet: is a Parquet file, which is not supported; expected .npy") {
      try $0.replace("text.npy", "text.parquet", in: "dataset.yaml")
      try Data("PAR1".utf8).write(to: $0.url("text.parquet"))
    },
    Case("a folder in place of a file", "text.npy: is a folder") {
      try FileManager.default.removeItem(at: $0.url("text.npy"))
      try FileManager.default.createDirectory(at: $0.url("text.npy"), withIntermediateDirectories: false)
    },
  ]

  @Test(arguments: cases) func isRefused(_ hostile: Case) throws {
    let place = try Workplace()
    let folder = try Folder(at: place.url("data"))
    try hostile.spoil(folder)
    let before = try place.contents()
    let outcome = try place.chiasm(["compare", "data"])
    outcome.expectRefusal(65, "chiasm: " + hostile.line)
    #expect(outcome.output.isEmpty)
    // What was decoded before the breach was met may stay in the cache; there is no run and no part of a file.
    let left = try place.contents().subtracting(before).filter { !$0.hasPrefix("runs/cache") && $0 != "runs" }
    #expect(left.isEmpty)
    #expect(try !place.contents().contains { $0.contains("partial") })
  }

  @Test(arguments: [["train", "data"], ["data", "inspect", "data", "--quiet"], ["predict", "run", "data"]])
  func otherCommandsRefuseThemToo(_ command: [String]) throws {
    let place = try Workplace(copying: Workplace.trained.get().folder)
    let table = try place.text("data/samples.csv").replacingOccurrences(of: "\n002,", with: "\n001,")
    try Data(table.utf8).write(to: place.url("data/samples.csv"))
    try place.chiasm(command).expectRefusal(65, "chiasm: samples.csv: row 3: duplicate id \"001\"")
  }

  @Test func theGoodFolderIsAccepted() throws {
    let place = try Workplace()
    _ = try Folder(at: place.url("data"))
    let outcome = try place.chiasm(["data", "inspect", "data"])
    outcome.expectSuccess()
    #expect(outcome.output.contains("is valid") && outcome.errors.isEmpty)
  }

  @Test(.enabled(if: geteuid() != 0, "root may read every file")) func aFileWithoutPermission() throws {
    let place = try Workplace()
    let folder = try Folder(at: place.url("data"))
    try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: folder.url("text.npy").path)
    try place.chiasm(["compare", "data"]).expectRefusal(65, "chiasm: text.npy: ", "permission")
  }

  /// A good data set of eight samples with numbers, pictures and sounds, to be spoilt.
  struct Folder {
    let root: URL
    static let header = "id,split,label,speaker,picture,sound\n"

    init(at root: URL) throws {
      self.root = root
      try FileManager.default.createDirectory(at: url("media"), withIntermediateDirectories: true)
      let manifest = """
        name: small
        task: classification
        target: label
        classes: [no, yes]
        group: speaker
        modalities:
          text: {kind: vector, file: text.npy}
          image: {kind: image, column: picture, size: [4, 5], channels: 1}
          audio: {kind: audio, column: sound, rate: 8000, features: logmel, bands: 8}

        """
      var table = Self.header
      for (index, id) in "abcdefgh".enumerated() {
        let split = index < 4 ? "train" : index < 6 ? "validation" : "test"
        let speaker = index < 4 ? "ann" : index < 6 ? "bob" : "dan"
        table += "\(id),\(split),\(index % 2 == 0 ? "no" : "yes"),\(speaker),media/\(id).png,media/\(id).wav\n"
        let pixels = (0..<20).map { UInt8((index * 31 + $0 * 12) % 256) }
        try MediaFile.writePNG(pixels, height: 4, width: 5, to: url("media/\(id).png"))
        let samples = (0..<800).map { Float(sin(Double($0 * (index + 1)) / 9)) }
        try MediaFile.writeWAV(samples, rate: 8000, to: url("media/\(id).wav"))
      }
      try NPY.write(Tensor((0..<24).map(Float.init), shape: [8, 3]), to: url("text.npy"))
      try Data(manifest.utf8).write(to: url("dataset.yaml"))
      try Data(table.utf8).write(to: url("samples.csv"))
    }

    func url(_ path: String) -> URL { root.appending(path: path) }
    func text(_ path: String) throws -> String { try String(contentsOf: url(path), encoding: .utf8) }

    func cut(_ path: String, to count: Int) throws {
      let data = try Data(contentsOf: url(path))
      try #require(data.count > count)
      try data.prefix(count).write(to: url(path))
    }

    /// Replaces bytes that must be there.
    func replace(_ old: String, _ new: String, in path: String) throws {
      let text = try String(contentsOf: url(path), encoding: .isoLatin1)
      try #require(text.contains(old))
      let changed = text.replacingOccurrences(of: old, with: new)
      try #require(changed.data(using: .isoLatin1)).write(to: url(path))
    }
  }
}
