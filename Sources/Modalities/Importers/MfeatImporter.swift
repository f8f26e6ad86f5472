public import Foundation
import Tensors

/// UCI Multiple Features: 2000 handwritten numerals in six views (Duin, 1998).
public enum MfeatImporter: Importer {
  public static let name = "mfeat"
  public static let summary = "UCI Multiple Features: 2000 digits in six views (mfeat-fou.csv … mfeat-mor.csv)"
  public static let options = [
    ImportOption(
      name: "seed", defaultValue: "0",
      help: "which 60 % of every class are train, which 20 % validation and which 20 % test")
  ]

  private static let views = [("fac", 216), ("fou", 76), ("kar", 64), ("mor", 6), ("pix", 240), ("zer", 47)]

  public static func convert(_ source: ImportSource, into folder: URL, options: ImportOptions) throws {
    let seed = try options.seed()
    var labels: [String] = []
    var modalities: [String: ModalitySpecification] = [:]
    for (view, columns) in views {
      let file = "mfeat-\(view).csv"
      let table = try source.labelled(file, columns: columns, header: true)
      if labels.isEmpty { labels = table.labels }
      try check(table.labels, against: labels, file: file)
      try NPY.write(table.features.tensor, to: folder.appendingPathComponent("\(view).npy"))
      modalities[view] = ModalitySpecification(kind: .vector, file: "\(view).npy")
    }
    let splits = stratifiedSplits(labels, seed: seed)
    let digits = String(labels.count).count
    let rows = labels.indices.map { row in
      let number = String(row + 1)
      return [String(repeating: "0", count: digits - number.count) + number, splits[row].rawValue, labels[row]]
    }
    try SampleTable(header: ["id", "split", "digit"], rows: rows)
      .write(to: folder.appendingPathComponent("samples.csv"))
    try Manifest(
      name: name, licence: "CC BY 4.0",
      citation: "R. Duin, Multiple Features, UCI Machine Learning Repository, 1998. doi:10.24432/C5HC70",
      task: .classification, target: "digit", classes: (0...9).map { String($0) }, modalities: modalities,
      metric: "accuracy"
    ).write(to: folder.appendingPathComponent(Manifest.fileName))
  }

  private static func check(_ labels: [String], against first: [String], file: String) throws {
    guard labels.count == first.count else {
      throw InputError(file: file, "\(labels.count) rows, but mfeat-fac.csv has \(first.count)")
    }
    for (row, (label, expected)) in zip(labels, first).enumerated() {
      guard Int(label).map((0...9).contains) ?? false else {
        throw InputError(file: file, at: "row \(row + 2)", "the label \"\(label)\" is not a digit")
      }
      guard label == expected else {
        throw InputError(
          file: file, at: "row \(row + 2)", "the label is \(label), but \(expected) in mfeat-fac.csv")
      }
    }
  }
}
