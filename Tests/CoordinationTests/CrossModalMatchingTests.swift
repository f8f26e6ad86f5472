import Coordination
import Foundation
import Modalities
import Models
import Tensors
import Testing

@Suite struct RetrievalMetricsTests {
  /// Worked by hand: relevant items at ranks 1 and 3, and at rank 2.
  @Test func averagePrecision() throws {
    let scores = Tensor([0.9, 0.5, 0.4, 0.1, 0.2, 0.3], shape: [2, 3])
    let found = try RetrievalMetrics.meanAveragePrecision(scores, queries: [0, 1], items: [0, 1, 0])
    let expected = ((1 + 2.0 / 3) / 2 + 0.5) / 2
    #expect(abs(found - expected) < 1e-15)
    #expect(throws: InputError.self) {
      try RetrievalMetrics.meanAveragePrecision(scores, queries: [5, 5], items: [0, 1, 0])
    }
  }

  @Test func recallAndMedianRank() {
    let scores = Tensor([3.0, 2, 1, 3, 2, 1, 3, 2, 1], shape: [3, 3])
    let expected: [Double] = [1.0 / 3, 2.0 / 3, 1]
    #expect(RetrievalMetrics.recall(scores, at: [1, 2, 3]) == expected)
    #expect(RetrievalMetrics.medianRank(scores) == 2)
    #expect(RetrievalMetrics.medianRank(scores[0..<2, 0..<2]) == 1.5)
  }
}

@Suite struct CrossModalMatchingTests {
  static let shared: URL = {
    if let shared = ProcessInfo.processInfo.environment["CHIASM_SHARED"] { return URL(filePath: shared) }
    return URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../shared")
  }()
  static let wikipedia = shared.appending(path: "data/wikipedia")

  /// The published mean average precisions of pictures by texts and texts by pictures, within .005. Components and cost
  /// are chosen by cross-validation within the published train split; test is looked at once.
  @Test(.enabled(if: FileManager.default.fileExists(atPath: wikipedia.path), "needs ../shared/data/wikipedia"))
  func wikipediaMatchesThePublishedNumbers() throws {
    let made = FileManager.default.temporaryDirectory.appending(path: "chiasm-wikipedia-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: made) }
    try WikipediaImporter.run(source: Self.wikipedia, destination: made)
    let dataset = try Dataset.load(made)
    let train = dataset[.train] + dataset[.validation]
    func view(_ name: String, _ rows: [Int]) -> Tensor { dataset.modalities[name]!.values.indexSelect(Tensor(rows)) }
    func classes(_ rows: [Int]) -> [Int] { dataset.targets.numbers(rows).map { Int($0) } }
    let labels = classes(dataset[.test])
    for (space, image, text) in [
      (CrossModalMatching.Space.correlation, 0.249, 0.196), (.semanticCorrelation, 0.277, 0.226),
    ] {
      let views = [view("image", train), view("text", train)]
      let selection = try MatchingSelection(space, fitting: views[0], views[1], targets: classes(train), classes: 10)
      let matching = try CrossModalMatching(
        space, fitting: views[0], views[1], targets: classes(train), classes: 10, components: selection.components ?? 1,
        cost: selection.cost ?? 1)
      let scores = try matching.similarity(view("image", dataset[.test]), view("text", dataset[.test]))
      let found = (
        try RetrievalMetrics.meanAveragePrecision(scores, queries: labels, items: labels),
        try RetrievalMetrics.meanAveragePrecision(scores.transposed(0, 1), queries: labels, items: labels)
      )
      #expect(abs(found.0 - image) < 0.005 && abs(found.1 - text) < 0.005, "\(space): \(found), \(selection)")
    }
  }

  /// What makes classes findable is chosen: a single pair of directions cannot tell three of them apart.
  @Test func crossValidationChoosesWhatFindsClasses() throws {
    let targets = (0..<150).map { $0 % 3 }
    let hidden = Tensor(targets).oneHot(3).to(.float64)
    let views = [4, 5].map { width in
      hidden.matmul(samples(3, width, seed: UInt64(width))) * 3 + samples(150, width, seed: UInt64(width + 9))
    }
    for space in CrossModalMatching.Space.allCases {
      let selection = try MatchingSelection(
        space, fitting: views[0], views[1], targets: targets, classes: 3, costs: [1e-6, 1])
      #expect(selection.score > 0.6 && selection.score <= 1)
      #expect((selection.components == nil) == (space == .semantic))
      #expect((selection.cost == nil) == (space == .correlation))
      if let components = selection.components { #expect((2...4).contains(components)) }
      let again = try MatchingSelection(
        space, fitting: views[0], views[1], targets: targets, classes: 3, costs: [1e-6, 1])
      #expect(selection == again)
    }
    #expect(throws: UsageError.self) {
      try MatchingSelection(.correlation, fitting: views[0], views[1], targets: targets, classes: 3, folds: 1)
    }
  }

  @Test func everySpaceBeatsChance() throws {
    let targets = (0..<120).map { $0 % 3 }
    let hidden = Tensor(targets).oneHot(3).to(.float64)
    let views = [4, 5].map { width in
      hidden.matmul(samples(3, width, seed: UInt64(width))) * 2 + samples(120, width, seed: UInt64(width + 9))
    }
    for space in CrossModalMatching.Space.allCases {
      let matching = try CrossModalMatching(
        space, fitting: views[0][0..<90], views[1][0..<90], targets: Array(targets[0..<90]), classes: 3)
      let scores = try matching.similarity(views[0][90..<120], views[1][90..<120])
      let labels = Array(targets[90..<120])
      #expect(try RetrievalMetrics.meanAveragePrecision(scores, queries: labels, items: labels) > 0.55)
    }
  }
}
