public import Foundation
import Tensors

/// Utterance features of CMU-MOSI (Zadeh et al., 2016) as published with bc-LSTM (Poria et al., 2017).
///
/// The published test utterances stay the test split; validation is taken from train by whole videos. Rows of the
/// features are tied to utterances through `text_*.csv`, whose first column is the row in `transcripts.csv`; the import
/// checks that the features of both are the same and that every label agrees, and refuses the source otherwise.
public enum MosiImporter: Importer {
  public static let name = "mosi"
  public static let summary = "CMU-MOSI utterance features: text 100, audio 73, video 100; binary sentiment"
  public static let options = [
    ImportOption(name: "validation", defaultValue: "0.2", help: "share of the train videos taken for validation"),
    ImportOption(name: "seed", defaultValue: "0", help: "which videos these are"),
  ]

  private static let widths = ["audio": 73, "text": 100, "video": 100]

  private struct Utterance {
    var id: String
    var video: String
    var transcript: String
    var label: String
  }

  public static func convert(_ source: ImportSource, into folder: URL, options: ImportOptions) throws {
    let seed = try options.seed()
    guard let share = Double(options.string("validation")), share > 0, share < 1 else {
      throw options.wrong("validation", "a share between 0 and 1")
    }
    let transcripts = try transcripts(source)
    var features: [String: [[Double]]] = [:]
    var utterances: [Utterance] = []
    var trainCount = 0
    for part in ["train", "test"] {
      var tables: [String: (features: [[Double]], labels: [String])] = [:]
      for (modality, width) in widths {
        let file = "\(modality)/\(modality)_\(part)0.csv"
        tables[modality] = try source.labelled(file, columns: width, header: false)
      }
      let these = try align(source, part: part, text: tables["text"]?.features ?? [], transcripts: transcripts)
      for (modality, table) in tables.sorted(by: { $0.key < $1.key }) {
        try check(table.labels, file: "\(modality)/\(modality)_\(part)0.csv", utterances: these)
        features[modality, default: []] += table.features
      }
      utterances += these
      if part == "train" { trainCount = these.count }
    }
    guard Set(utterances.map(\.id)).count == utterances.count else {
      throw InputError(file: "text_test.csv", "names an utterance that text_train.csv names too")
    }
    let videos = Set(utterances.prefix(trainCount).map(\.video)).sorted()
    guard videos.count > 1 else { throw InputError(file: "text_train.csv", "has one video only") }
    var generator = SplitMix64(seed: seed)
    let taken = min(max(Int((Double(videos.count) * share).rounded()), 1), videos.count - 1)
    let validation = Set(generator.shuffled(videos).prefix(taken))
    let rows = utterances.enumerated().map { row, utterance in
      let split: Split =
        row >= trainCount ? .test : validation.contains(utterance.video) ? .validation : .train
      return [utterance.id, split.rawValue, utterance.label, utterance.video, utterance.transcript]
    }
    var modalities: [String: ModalitySpecification] = [:]
    for (modality, values) in features {
      try NPY.write(values.tensor, to: folder.appendingPathComponent("\(modality).npy"))
      modalities[modality] = ModalitySpecification(kind: .vector, file: "\(modality).npy")
    }
    try SampleTable(header: ["id", "split", "sentiment", "speaker_video", "transcript"], rows: rows)
      .write(to: folder.appendingPathComponent("samples.csv"))
    try Manifest(
      name: name, licence: "CMU-MOSI: no licence stated; research use",
      citation: "Zadeh et al., MOSI, 2016; features: Poria et al., Context-dependent sentiment analysis, ACL 2017",
      task: .classification, target: "sentiment", classes: ["negative", "positive"], group: "speaker_video",
      modalities: modalities, metric: "accuracy"
    ).write(to: folder.appendingPathComponent(Manifest.fileName))
  }

  private static func transcripts(_ source: ImportSource) throws -> [Utterance] {
    let file = "transcripts.csv"
    return try SampleTable.readRows(source.file(file), name: file).enumerated().map { row, cells in
      guard cells.count == 4, let cut = cells[0].lastIndex(of: "_"), cut > cells[0].startIndex else {
        throw InputError(
          file: file, at: "row \(row + 1)", "expected an id VIDEO_n, a transcript, a number and a label")
      }
      guard cells[3] == "0" || cells[3] == "1" else {
        throw InputError(file: file, at: "row \(row + 1)", "the label is \"\(cells[3])\"; 0 or 1 expected")
      }
      return Utterance(
        id: cells[0], video: String(cells[0][..<cut]), transcript: cells[1],
        label: cells[3] == "1" ? "positive" : "negative")
    }
  }

  /// The utterance of every row of a part, with its text features compared.
  private static func align(
    _ source: ImportSource, part: String, text: [[Double]], transcripts: [Utterance]
  ) throws -> [Utterance] {
    let file = "text_\(part).csv"
    let rows = try SampleTable.readRows(source.file(file), name: file)
    guard rows.count == text.count else {
      throw InputError(file: file, "\(rows.count) rows, but text/text_\(part)0.csv has \(text.count)")
    }
    var used: [Int: Int] = [:]
    return try rows.enumerated().map { row, cells in
      guard let index = cells.first.flatMap({ Int($0) }), transcripts.indices.contains(index) else {
        throw InputError(
          file: file, at: "row \(row + 1)", "\"\(cells.first ?? "")\" is not a row of transcripts.csv, counted from 0")
      }
      let values = try ImportSource.numbers(cells.dropFirst(), file: file, row: row + 1)
      guard values.count == text[row].count, zip(values, text[row]).allSatisfy({ abs($0 - $1) < 1e-6 }) else {
        throw InputError(file: file, at: "row \(row + 1)", "is not the same row as in text/text_\(part)0.csv")
      }
      if let earlier = used.updateValue(row, forKey: index) {
        throw InputError(
          file: file, at: "row \(row + 1)", "names \(transcripts[index].id), as row \(earlier + 1) does already")
      }
      return transcripts[index]
    }
  }

  private static func check(_ labels: [String], file: String, utterances: [Utterance]) throws {
    guard labels.count == utterances.count else {
      throw InputError(file: file, "\(labels.count) rows, but there are \(utterances.count) utterances")
    }
    for (row, (label, utterance)) in zip(labels, utterances).enumerated() {
      guard (label == "1" ? "positive" : label == "0" ? "negative" : "") == utterance.label else {
        throw InputError(
          file: file, at: "row \(row + 1)",
          "the label is \"\(label)\", but transcripts.csv says \(utterance.label) for \(utterance.id)")
      }
    }
  }
}
