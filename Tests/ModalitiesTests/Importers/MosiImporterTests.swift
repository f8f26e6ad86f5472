import Foundation
import Tensors
import Testing

@testable import Modalities

@Suite struct MosiImporterTests {
  @Test(.enabled(if: SharedData.has("mosi"), "needs ../shared/data/mosi"))
  func importsTheResearchCopy() throws {
    let folder = try TemporaryFolder()
    try MosiImporter.run(source: SharedData.folder("mosi"), destination: folder.file("mosi"))
    let dataset = try Dataset.load(folder.file("mosi"))
    #expect(dataset.count == 2199)
    #expect(dataset[.test].count == 752)
    #expect(dataset[.train].count + dataset[.validation].count == 1447)
    #expect((0.15...0.25).contains(Double(dataset[.validation].count) / 1447))
    #expect(dataset.featureShapes == ["audio": [73], "text": [100], "video": [100]])
    #expect(dataset.classes == ["negative", "positive"])
    // Labels of the source: 285 and 467 in test, 738 and 709 in train.
    func positives(_ splits: [Split]) -> Double { dataset.targets.numbers(splits.flatMap { dataset[$0] }).reduce(0, +) }
    #expect(positives([.test]) == 467)
    #expect(positives([.train, .validation]) == 709)
    let videos = try #require(dataset.attributes["speaker_video"])
    #expect(Set(dataset[.test].map { videos[$0] }).count == 31)
    #expect(Set(dataset[.train].map { videos[$0] }).count == 50)
    #expect(Set(dataset[.validation].map { videos[$0] }).count == 12)
    // First row of text_test.csv, and its line in transcripts.csv.
    let first = try #require(dataset[.test].first)
    #expect(dataset.ids[first] == "03bSnISJMiM_1")
    #expect(dataset.attributes["transcript"]?[first] == "ANYHOW IT WAS REALLY GOOD")
    #expect(dataset.modalities["text"]?.values[first, 0].item() == Double(Float(-0.571784)))
    #expect(dataset.modalities["audio"]?.values[first, 0].item() == Double(Float(211.09)))
  }

  /// A source of three videos and five utterances in the published layout.
  private func source() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    var transcripts = ""
    for (id, label) in [("u_1", 1), ("v_1", 0), ("v_2", 1), ("w_1", 0), ("w_2", 1)] {
      transcripts += "\"\(id)\",\"HELLO \(id)\",\"3\",\"\(label)\"\n"
    }
    try folder.write(transcripts, to: "transcripts.csv")
    for (part, rows) in [("train", [1, 2, 0]), ("test", [3, 4])] {
      for (modality, width) in [("text", 100), ("audio", 73), ("video", 100)] {
        let lines = rows.map { row in
          (0..<width).map { "\"\(Double(row) + Double($0) / 100)\"" }.joined(separator: ",")
        }
        let labelled = zip(lines, rows).map { "\($0),\"\([1, 0, 1, 0, 1][$1])\"" }
        try folder.write(labelled.joined(separator: "\n") + "\n", to: "\(modality)/\(modality)_\(part)0.csv")
        if modality == "text" {
          let indexed = zip(lines, rows).map { "\"\($1)\",\($0)" }
          try folder.write(indexed.joined(separator: "\n") + "\n", to: "text_\(part).csv")
        }
      }
    }
    return folder
  }

  @Test func keepsVideosTogether() throws {
    let source = try source()
    for seed in 0..<6 {
      let made = source.file("made\(seed)")
      try MosiImporter.run(
        source: source.url, destination: made, options: ["seed": "\(seed)", "validation": "0.5"])
      let table = try SampleTable.read(made.appendingPathComponent("samples.csv"))
      #expect(table.cells("id") == ["v_1", "v_2", "u_1", "w_1", "w_2"])
      let splits = try #require(table.cells("split"))
      #expect(splits[0] == splits[1])
      #expect(Set(splits[0...2]) == ["train", "validation"])
      #expect(splits[3...] == ["test", "test"])
    }
  }

  @Test(arguments: [
    (
      "text/text_train0.csv", "\"1\"\n", "\"0\"\n",
      "text/text_train0.csv: row 2: the label is \"0\", but transcripts.csv says positive for v_2"
    ),
    ("text_train.csv", "\"2\",", "\"1\",", "text_train.csv: row 2: names v_1, as row 1 does already"),
    (
      "text_train.csv", "\"1\",", "\"4\",",
      "audio/audio_train0.csv: row 1: the label is \"0\", but transcripts.csv says positive for w_2"
    ),
    (
      "text_train.csv", "\"1\",", "\"9\",",
      "text_train.csv: row 1: \"9\" is not a row of transcripts.csv, counted from 0"
    ),
    ("text_test.csv", "\"3.5\"", "\"3.6\"", "text_test.csv: row 1: is not the same row as in text/text_test0.csv"),
    (
      "transcripts.csv", "u_1", "u",
      "transcripts.csv: row 1: expected an id VIDEO_n, a transcript, a number and a label"
    ),
    (
      "video/video_test0.csv", "\"3.5\"", "\"inf\"",
      "video/video_test0.csv: row 1: \"inf\" in column 51 is not a finite number"
    ),
    ("audio/audio_train0.csv", "\"1.0\",", "", "audio/audio_train0.csv: row 2: 74 columns, expected 73"),
  ])
  func refuses(file: String, old: String, new: String, message: String) throws {
    let source = try source()
    let text = try String(contentsOf: source.file(file), encoding: .utf8)
    try #require(text.contains(old))
    try source.write(text.replacingOccurrences(of: old, with: new), to: file)
    #expect {
      try MosiImporter.run(source: source.url, destination: source.file("made"))
    } throws: { error in
      #expect("\(error)".hasPrefix(message), "\(error)")
      return error is InputError
    }
    #expect(!FileManager.default.fileExists(atPath: source.file("made").path))
  }

  @Test func refusesAMissingFile() throws {
    let source = try source()
    try FileManager.default.removeItem(at: source.file("audio/audio_test0.csv"))
    #expect(throws: InputError(file: "audio/audio_test0.csv", "no such file in \(source.url.path)")) {
      try MosiImporter.run(source: source.url, destination: source.file("made"))
    }
  }
}
