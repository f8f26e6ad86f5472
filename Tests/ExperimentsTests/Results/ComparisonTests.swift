import Foundation
import Modalities
import Testing

@testable import Experiments

@Suite("Comparison")
struct ComparisonTests {
  /// The keys that CLI.md promises to readers of `compare --json`.
  @Test func jsonHasThePromisedShape() throws {
    let made = MadeTrials(samples: 100)
    let records =
      made.classification("audio", modalities: ["audio"], accuracy: 0.5)
      + made.classification("low-rank", modalities: ["audio", "image"], accuracy: 0.9, emapAccuracy: 0.7)
    let dataset = DatasetSummary(
      name: "made", task: .classification, metric: .accuracy, samples: ["train": 10, "validation": 5, "test": 100],
      modalities: ["audio": ModalitySummary(kind: .audio, shape: [20, 40])])
    let comparison = try Comparison(dataset, records: records, resamples: 100)
    let data = try comparison.json()
    #expect(try ResultJSON.decode(Comparison.self, from: data) == comparison)

    let root = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    #expect(Set(root.keys) == ["cautions", "dataset", "methods", "verdict"])
    let set = try #require(root["dataset"] as? [String: Any])
    #expect(Set(set.keys).isSuperset(of: ["name", "task", "samples", "modalities"]))
    let method = try #require((root["methods"] as? [[String: Any]])?.first)
    #expect(
      Set(method.keys).isSuperset(of: [
        "name", "area", "modalities", "metrics", "parameters", "trainSeconds", "epochs", "latencyMicroseconds",
        "peakBytes",
      ]))
    let accuracy = try #require((method["metrics"] as? [String: Any])?["accuracy"] as? [String: Any])
    #expect(Set(accuracy.keys) == ["mean", "std", "ci95", "perSeed"])
    #expect((accuracy["ci95"] as? [Double])?.count == 2)
    #expect(Set(try #require(method["latencyMicroseconds"] as? [String: Any]).keys) == ["p50", "p95"])
    let verdict = try #require(root["verdict"] as? [String: Any])
    #expect(
      Set(verdict.keys).isSuperset(of: [
        "outcome", "bestUnimodal", "bestFusion", "modality", "reference", "difference", "interval", "perModality",
        "placebo", "pNull", "margin", "emapGap", "additive", "interactionsClaimed", "sentence",
      ]))
    #expect(Set(try #require(verdict["difference"] as? [String: Any]).keys) == ["mean", "ci95"])
  }
}
