import Foundation
import Tensors
import Testing

@testable import Modalities

@Suite struct DatasetWarningsTests {
  private func dataset(
    _ targets: Targets, classes: [String] = [], values: [Float] = (0..<20).map { Float($0 * $0) }
  ) -> Dataset {
    let count = values.count
    let task: TaskKind = if case .values = targets { .regression } else { .classification }
    return Dataset(
      manifest: Manifest(name: "n", task: task, target: "y", modalities: ["v": .init(kind: .vector, file: "v.npy")]),
      ids: (0..<count).map { "s\($0)" },
      splits: (0..<count).map { $0 < count - 4 ? .train : $0 < count - 2 ? .validation : .test }, targets: targets,
      classes: classes, modalities: ["v": ModalityData(values: Tensor(values, shape: [count, 1]))])
  }

  private let halves = Targets.classes((0..<20).map { $0 % 2 })

  @Test func nothingIsSaidOfGoodData() {
    #expect(dataset(halves, classes: ["a", "b"]).warnings().isEmpty)
    #expect(dataset(.values((0..<20).map { Double($0 % 5) })).warnings().isEmpty)
  }

  @Test(arguments: [
    (["yes", "Yes"], "case"), (["yes", "yes "], "blanks"), (["1", "1.0"], "how the number is written"),
    (["new  york", "New York "], "blanks and case"), (["yes", "yes\u{200B}"], "invisible characters"),
    (["yes", "ｙｅｓ"], "forms of one character"), (["straße", "STRASSE"], "case"), (["i", "İ"], "case"),
    (["Yes\u{FEFF}", "ｙｅｓ "], "invisible characters and forms of one character and blanks and case"),
    (["1", "１"], "forms of one character"), (["a b", "a\u{A0}b"], "blanks"), (["ﬁn", "FIN"], "case"),
  ])
  func alikeClasses(classes: [String], difference: String) {
    let shown = classes.map { "\"\($0)\"" }.joined(separator: ", ")
    #expect(
      dataset(halves, classes: classes).warnings() == ["samples.csv: the classes \(shown) differ only in \(difference)"]
    )
  }

  @Test func oneClassHasAlmostEverything() {
    let few = Targets.classes((0..<20).map { $0 % 6 == 5 ? 1 : 0 })  // 14 of 16 in train
    let warnings = dataset(few, classes: ["a", "b"]).warnings()
    #expect(warnings.count == 1 && warnings[0].hasPrefix("samples.csv: class \"a\" has 88 % of the train split"))
    let most = Targets.classes((0..<20).map { $0 % 5 == 4 ? 1 : 0 })  // 13 of 16
    #expect(dataset(most, classes: ["a", "b"]).warnings().count == 1)
    #expect(dataset(.classes((0..<20).map { $0 % 4 == 3 ? 1 : 0 }), classes: ["a", "b"]).warnings().isEmpty)
  }

  @Test(arguments: [1e9, -1e300, 500]) func anOutlier(_ value: Double) {
    var values = (0..<20).map { Double($0 % 5) }
    values[7] = value
    let warnings = dataset(.values(values)).warnings()
    #expect(warnings.count == 1 && warnings[0].hasPrefix("samples.csv: row 9: the target \(value) lies "))
  }

  /// -999 for what is missing: several times the same number, so that none stands alone.
  @Test(arguments: [-999, 9999, 1e6]) func aSentinel(_ value: Double) {
    var values = (0..<20).map { Double($0 % 5) }
    for row in [1, 5, 8, 13, 19] { values[row] = value }
    let warnings = dataset(.values(values)).warnings()
    let start = "samples.csv: rows 3, 7, 10 and 2 more: the target \(value) stands 5 times and lies "
    let end =
      " standard deviations from the mean of all others; such a number often means a missing one, but it is learned as it "
      + "stands"
    #expect(warnings.count == 1 && warnings[0].hasPrefix(start) && warnings[0].hasSuffix(end), "\(warnings)")
    // The others' mean is 2, their spread √(28/15).
    let others = values.filter { $0 != value }
    let mean = others.reduce(0, +) / 15
    let spread = (others.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 15).squareRoot()
    #expect(warnings[0].contains(String(format: "lies %.3g standard", abs(value - mean) / spread)))
  }

  @Test func twoSentinelsButNotHalfOfTheTargets() {
    var values = (0..<20).map { Double($0 % 5) }
    (values[1], values[2], values[3]) = (-999, -999, 1e9)
    #expect(dataset(.values(values)).warnings().count == 2)
    #expect(dataset(.values((0..<20).map { $0 < 12 ? 0 : 1000 + Double($0) })).warnings().isEmpty)
  }

  @Test func samplesInTwoSplits() {
    var values = (0..<20).map { Float($0 * $0) }
    (values[18], values[19]) = (values[3], values[5])
    #expect(
      dataset(halves, classes: ["a", "b"], values: values).warnings() == [
        "samples.csv: 2 of 2 samples of test hold the same as samples of train (row 20 as row 5): what is measured on them "
          + "is memory"
      ])
  }

  @Test func aModalityThatNeverChanges() {
    let values = [Float](repeating: 0.1, count: 16) + [1, 2, 3, 4]
    #expect(
      dataset(halves, classes: ["a", "b"], values: values).warnings() == [
        "v.npy: modality \"v\" is the same in every sample of the train split; nothing can be learned from it"
      ])
  }
}
