import Evaluation
import Foundation
import Modalities
import Tensors
import Testing
import Training

@testable import Experiments

@Suite struct BiasAnalysisTests {
  /// `face` shows the class, and in group "b" the opposite of it in one sample of three; `badge` shows the group alone.
  /// Labels tie class 1 to group "b".
  private func dataset(_ change: (inout [String]) -> Void = { _ in }) -> Dataset {
    let samples = 600
    var random = SplitMix64(seed: 4)
    var (face, badge, classes, groups) = ([Float](), [Float](), [Int](), [String]())
    for _ in 0..<samples {
      let isB = random.next(below: 2) == 1
      let label = random.uniform() < (isB ? 0.8 : 0.2) ? 1 : 0
      let shown = isB && random.next(below: 3) == 0 ? 1 - label : label
      classes.append(label)
      groups.append(isB ? "b" : "a")
      face += [Float(2 * shown - 1) + 0.3 * Float(random.normal()), Float(random.normal())]
      badge += [Float(isB ? 1 : -1), 0.1 * Float(random.normal())]
    }
    change(&groups)
    let attributes = ["group": groups, "one": groups.map { _ in "x" }, "many": (0..<samples).map { "v\($0)" }]
    return ExampleData.vectors("faces", classes: classes, attributes: attributes, ["badge": badge, "face": face])
  }

  private func trained<R>(_ raw: Dataset, _ text: String, _ body: (TrainedTrial, TrialRecord) throws -> R) throws -> R {
    let data = try PreparedDataset(raw)
    var training = TrainingOptions()
    (training.epochs, training.learningRate) = (10, 1e-2)
    let selection = try MethodSelection.parse(text, modalities: raw.names)[0]
    return try ExampleData.inTemporaryFolder { url in
      let record = try TrialRunner(data).run(
        TrialConfiguration(selection, training: training, seed: 0, on: data), in: RunFolder(url))
      return try body(
        TrainedTrial(selection, seed: 0, folder: RunFolder(url)), record)
    }
  }

  @Test func groupsGapAndSwaps() throws {
    let raw = dataset()
    try trained(raw, "early") { trial, record in
      let method = try BiasAnalysis(column: "group").run([trial], on: raw).methods[0]
      #expect(method.groups.map(\.name) == ["a", "b"])
      let test = raw[.test]
      #expect(method.groups.reduce(0) { $0 + $1.samples } == test.count)
      // Scores by counting.
      for group in method.groups {
        let rows = test.indices.filter { raw.attributes["group"]![test[$0]] == group.name }
        let right = rows.count { record.predictions[$0][Int(record.targets[$0])] >= 0.5 }
        #expect(abs(group.score! - Double(right) / Double(rows.count)) < 1e-12)
        #expect(group.interval!.contains(group.score!))
      }
      let gap = try #require(method.gap)
      #expect(abs(gap.observed - abs(method.groups[0].score! - method.groups[1].score!)) < 1e-12)
      #expect(method.groups[0].score! > method.groups[1].score! + 0.05)
      #expect(gap.p <= 0.05 && gap.corrected.ci95.low > 0 && gap.corrected.ci95.contains(gap.corrected.mean))
      #expect(gap.byChance > 0 && abs(gap.corrected.mean - (gap.observed - gap.byChance)) < 1e-12)
      // The badge is all that tells the groups apart: swapping it across changes more than within.
      let badge = try #require(method.swaps.first { $0.modality == "badge" })
      #expect(try #require(badge.excess).ci95.low > 0, "\(badge)")
      #expect(abs(badge.excess!.mean - (badge.across!.mean - badge.within!.mean)) < 1e-12)
      // A model that leans on the badge ties classes to groups more than the labels do.
      #expect(try #require(method.directionalAmplification).mean > 0)
    }
  }

  @Test func aModelThatDoesNotReadTheBadgeIsNotMovedByIt() throws {
    let raw = dataset()
    try trained(raw, "unimodal@badge") { trial, _ in
      let method = try BiasAnalysis(column: "group").run([trial], on: raw).methods[0]
      #expect(method.swaps.map(\.modality) == ["badge"])
      let swap = method.swaps[0]
      // The badge alone decides: always another answer across, never within.
      #expect(swap.across!.mean > 0.95 && swap.within!.mean < 0.05)
    }
  }

  /// Donors are of the same class, never the sample itself, and each about as often as any other.
  @Test func donorsAreDrawnEvenly() throws {
    let raw = dataset { $0[0] = "c" }
    let rows = raw[.test]
    guard case .classes(let classes) = raw.targets, let cells = raw.attributes["group"] else { return }
    let donors = try Groups(raw, "group", .test).donors(for: "face", on: raw)
    // The only one of its group has none of its own.
    #expect(donors.rows == Array(1..<rows.count))
    var random = SplitMix64(seed: 1)
    for across in [true, false] {
      var drawn: [Int: Int] = [:]
      for _ in 0..<6000 { drawn[donors.draw(for: 5, across: across, using: &random), default: 0] += 1 }
      let expected = rows.indices.filter {
        $0 != 5 && classes[rows[$0]] == classes[rows[5]] && (cells[rows[$0]] == cells[rows[5]]) != across
      }
      #expect(drawn.keys.sorted() == expected)
      let mean = 6000 / Double(expected.count)
      #expect(drawn.values.allSatisfy { abs(Double($0) - mean) < 6 * mean.squareRoot() })
    }
  }

  @Test func smallAndEmptyGroups() throws {
    // One test sample of "c", none of "d" in test, and forty samples without a group.
    let raw = dataset { groups in
      groups[0] = "c"
      groups[1] = "d"
      for index in 3..<43 { groups[index] = "" }
    }
    try trained(raw, "early") { trial, _ in
      let result = try BiasAnalysis(column: "group").run([trial], on: raw)
      #expect(result.withoutGroup == (3..<43).count { $0 % 3 == 0 })
      let groups = result.methods[0].groups
      #expect(groups.map(\.name) == ["a", "b", "c", "d"])
      #expect(groups[2].samples == 1 && groups[2].score != nil && groups[2].interval == nil)
      #expect(groups[3].samples == 0 && groups[3].score == nil && groups[3].interval == nil)
      #expect(abs(result.methods[0].gap!.observed - abs(groups[0].score! - groups[1].score!)) < 1e-12)
      #expect(try ResultJSON.decode(BiasResult.self, from: ResultJSON.encode(result)) == result)
    }
  }

  @Test(arguments: [("none", "has no column \"none\""), ("one", "one value, \"x\""), ("many", "600 values")])
  func columnsThatMakeNoGroups(_ column: String, _ message: String) throws {
    let error = #expect(throws: UsageError.self) { try BiasAnalysis(column: column).run([], on: dataset()) }
    #expect(error?.description.contains(message) == true, "\(error!)")
  }
}
