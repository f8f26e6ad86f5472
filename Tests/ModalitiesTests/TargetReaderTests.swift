import Foundation
import Tensors
import Testing

@testable import Modalities

/// Targets as tables in the wild write them.
@Suite struct TargetReaderTests {
  /// Twelve samples: six train, three validation, three test; one vector of distinct numbers.
  private func folder(task: String, targets: [String], extra: String = "") throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.write(
      "name: n\ntask: \(task)\ntarget: y\n\(extra)modalities: {v: {kind: vector, file: v.npy}}\n", to: "dataset.yaml")
    var table = CSVText(["id", "split", "y"])
    for (row, target) in targets.enumerated() {
      table.append(["s\(row)", row < 6 ? "train" : row < 9 ? "validation" : "test", target])
    }
    try folder.write(table.text, to: "samples.csv")
    try NPY.write(Tensor((0..<24).map(Float.init), shape: [12, 2]), to: folder.file("v.npy"))
    return folder
  }

  private func violations(task: String, _ targets: [String], extra: String = "") throws -> [String] {
    let folder = try folder(task: task, targets: targets, extra: extra)
    return try withExtendedLifetime(folder) { try DatasetInspection.inspect(folder.url).violations }
  }

  private func load(task: String, _ targets: [String], extra: String = "") throws -> Dataset {
    let folder = try folder(task: task, targets: targets, extra: extra)
    return try withExtendedLifetime(folder) { try Dataset.load(folder.url) }
  }

  private func repeated(_ labels: [String]) -> [String] { (0..<12).map { labels[$0 % labels.count] } }

  @Test func labelsOutsideOfTrainAreNamedWithTheirRowsAndTheLabelThatIsMeant() throws {
    let targets = repeated(["0.0", "1.0"]).enumerated().map { $0 < 9 ? $1 : String($1.prefix(1)) }
    #expect(
      try violations(task: "classification", targets) == [
        "samples.csv: rows 11 and 13: the target \"1\" in column \"y\" never appears in the train split; it differs from "
          + "\"1.0\" of row 3 only in how the number is written: write both alike",
        "samples.csv: row 12: the target \"0\" in column \"y\" never appears in the train split; it differs from \"0.0\" of "
          + "row 2 only in how the number is written: write both alike",
      ])
    var others = repeated(["no", "yes"])
    (others[7], others[8], others[9], others[10], others[11]) = ("Yes", "yes ", "x", "x", "x")
    let train = "never appears in the train split"
    #expect(
      try violations(task: "classification", others) == [
        "samples.csv: row 9: the target \"Yes\" in column \"y\" \(train); it differs from \"yes\" of row 3 only in case: "
          + "write both alike",
        "samples.csv: row 10: the target \"yes \" in column \"y\" \(train); it differs from \"yes\" of row 3 only in blanks: "
          + "write both alike",
        "samples.csv: rows 11, 12 and 13: the target \"x\" in column \"y\" \(train), which has \"no\", \"yes\"; declare "
          + "`classes` in dataset.yaml if that is meant",
      ])
    #expect(
      try violations(task: "classification", others, extra: "classes: [no, yes]\n")[0]
        == "samples.csv: row 9: the target \"Yes\" in column \"y\" is outside the declared classes; it differs from \"yes\" of "
        + "the classes only in case: write both alike")
  }

  @Test func withoutATrainSplitThatIsSaidAndNothingElse() throws {
    let folder = try folder(task: "classification", targets: repeated(["a", "b"]))
    let text = try String(contentsOf: folder.file("samples.csv"), encoding: .utf8)
    try folder.write(text.replacingOccurrences(of: "train", with: "test"), to: "samples.csv")
    let inspection = try DatasetInspection.inspect(folder.url)
    #expect(
      inspection.violations == [
        "samples.csv: no sample in split train; train, validation and test need at least one each"
      ])
    #expect(inspection.splits["test"]?.samples == 9)
  }

  @Test func manyUnknownLabelsAreCounted() throws {
    let found = try violations(task: "classification", repeated(["a", "b"]).prefix(6) + (0..<6).map { "id\($0)" })
    #expect(found.count == 6)
  }

  // MARK: Labels

  @Test(arguments: [("|", nil), (";", ";"), (", ", ","), (" ", " "), (" | ", nil)] as [(String, String?)])
  func labelsAreSeparatedAsTheManifestSays(written: String, said: String?) throws {
    let cells = repeated(["a\(written)b", "b", "", "c\(written)a"])
    let extra = said.map { "separator: \"\($0)\"\n" } ?? ""
    let dataset = try load(task: "multilabel", cells, extra: extra)
    #expect(dataset.classes == ["a", "b", "c"])
    #expect(
      dataset.targets
        == .labels(
          (0..<12).map {
            [[true, true, false], [false, true, false], [false, false, false], [true, false, true]][$0 % 4]
          }))
  }

  @Test(arguments: [";", ",", "/", " ", "\t", "+", "&", "、"])
  func anotherSeparatorIsNamed(_ separator: String) throws {
    let cells = repeated(["a\(separator)b", "b", "c\(separator)a", "c"])
    let shown = separator == " " ? "a blank" : separator == "\t" ? "a tab" : "\"\(separator)\""
    let written = separator == "\t" ? "\\t" : separator
    #expect(
      try violations(task: "multilabel", cells) == [
        "samples.csv: row 2: labels in column \"y\" seem to be separated by \(shown), as in \"a\(written)b\"; say "
          + "`separator: \"\(written)\"` in dataset.yaml, or `separator: \"|\"` if that is one label"
      ])
    #expect(try load(task: "multilabel", cells, extra: "separator: \"\(written)\"\n").classes == ["a", "b", "c"])
    let whole = try load(task: "multilabel", cells, extra: "separator: \"|\"\n")
    #expect(whole.classes == ["a\(separator)b", "b", "c", "c\(separator)a"])
  }

  /// One that no cell holds; one that is met is believed.
  @Test func aWrongSeparatorIsNamed() throws {
    let cells = repeated(["a|b", "b", "c|a", "c"])
    #expect(
      try violations(task: "multilabel", cells, extra: "separator: \";\"\n") == [
        "samples.csv: row 2: labels in column \"y\" seem to be separated by \"|\", not by `separator: \";\"`, as in \"a|b\"; "
          + "say `separator: \"|\"` in dataset.yaml, or declare `classes` if that is one label"
      ])
    let other = try violations(task: "multilabel", repeated(["a+b", "b", "c+a", "c"]), extra: "separator: \";\"\n")
    #expect(other.count == 1 && other[0].contains("separated by \"+\", not by `separator: \";\"`"))
    let whole = try load(
      task: "multilabel", cells, extra: "separator: \";\"\nclasses: [a, b, c, \"a|b\", \"c|a\"]\n")
    #expect(whole.classes.count == 5)
    #expect(
      try load(task: "multilabel", repeated(["a|b;c", "c"]), extra: "separator: \";\"\n").classes == ["a|b", "c"])
  }

  @Test(arguments: ["", "separator: \",\"\n"]) func listsOfPythonAndJSONAreNamed(extra: String) throws {
    for cells in [
      ["['a', 'b']", "['b']", "[]"], ["[\"a\", \"b\"]", "[\"a\"]"], ["['a','b']", ""], ["{'a', 'b'}", "{'a'}"],
    ] {
      #expect(
        try violations(task: "multilabel", repeated(cells), extra: extra) == [
          "samples.csv: row 2: labels in column \"y\" are written as lists of Python or JSON, as in \"\(cells[0])\"; write "
            + "them with `|` between, as in a|b, without a `separator:` in dataset.yaml, or say `separator: \"|\"` if that is "
            + "one label"
        ])
    }
    #expect(
      try load(task: "multilabel", repeated(["[a]", "[b]"]), extra: "separator: \"|\"\n").classes == ["[a]", "[b]"])
  }

  @Test func labelsOfSeveralWordsAreLabels() throws {
    let dataset = try load(
      task: "multilabel", repeated(["New York|Paris", "San Francisco", "Paris", "Los Angeles, CA"]))
    #expect(dataset.classes == ["Los Angeles, CA", "New York", "Paris", "San Francisco"])
  }

  @Test func columnsOfZeroAndOneAreLabels() throws {
    let folder = try folder(task: "multilabel", targets: repeated(["1,0", "0.0,True", "1,1"]))
    try folder.write(
      "name: n\ntask: multilabel\ntarget: [dog, cat]\nmodalities: {v: {kind: vector, file: v.npy}}\n",
      to: "dataset.yaml")
    let text = try String(contentsOf: folder.file("samples.csv"), encoding: .utf8)
      .replacingOccurrences(of: "\"", with: "").replacingOccurrences(of: ",y", with: ",dog,cat")
    try folder.write(text, to: "samples.csv")
    let dataset = try Dataset.load(folder.url)
    #expect(dataset.classes == ["dog", "cat"] && dataset.attributes.isEmpty)
    #expect(dataset.targets == .labels((0..<12).map { [[true, false], [false, true], [true, true]][$0 % 3] }))
    try folder.write(text.replacingOccurrences(of: "s1,train,0.0", with: "s1,train,2"), to: "samples.csv")
    let wrong = "\"2\" in column \"dog\" says neither 1 nor 0; the target is a list of columns"
    #expect(throws: InputError(file: "samples.csv", at: "row 3", wrong)) { try Dataset.load(folder.url) }
    try folder.write(text.replacingOccurrences(of: ",dog,", with: ",hound,"), to: "samples.csv")
    let missing = "no column \"dog\" in samples.csv; its columns are \"id\", \"split\", \"hound\", \"cat\""
    #expect(throws: InputError(file: "dataset.yaml", at: "target", missing)) { try Dataset.load(folder.url) }
  }

  // MARK: Values

  @Test func decimalCommasAreReadWithANote() throws {
    let dataset = try load(task: "regression", repeated(["1,5", "-2", "0,25"]))
    #expect(dataset.targets == .values((0..<12).map { [1.5, -2, 0.25][$0 % 3] }))
    #expect(dataset.notes == ["samples.csv has decimal commas in column \"y\" and is read as such"])
    // May be thousands.
    #expect(
      try violations(task: "regression", repeated(["1,500", "2"]))[0]
        == "samples.csv: rows 2, 4, 6 and 3 more: the target \"1,500\" in column \"y\" is not a number; write a decimal point"
    )
  }

  @Test func aConstantTargetIsRefused() throws {
    #expect(
      try violations(task: "regression", (0..<12).map { $0 < 6 ? "3" : "\($0)" }) == [
        "samples.csv: the target in column \"y\" is 3.0 in every sample of the train split; there is nothing to learn"
      ])
  }
}
