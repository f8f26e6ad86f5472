import Analyses
import Evaluation
import Foundation
import Modalities
import Reports
import Testing

@Suite("Comparison document")
struct ComparisonDocumentTests {
  /// The keys that CLI.md promises to readers of `compare --json`.
  @Test func jsonHasThePromisedShape() throws {
    let made = MadeTrials(samples: 100)
    let records =
      made.classification("audio", modalities: ["audio"], accuracy: 0.5)
      + made.classification("low-rank", modalities: ["audio", "image"], accuracy: 0.9, emapAccuracy: 0.7)
    let dataset = DatasetSummary(
      name: "made", task: .classification, metric: .accuracy, samples: ["train": 10, "validation": 5, "test": 100],
      modalities: ["audio": ModalitySummary(kind: .audio, shape: [20, 40])])
    var result = ExplainedComparison(try Comparison(dataset, records: records, resamples: 100))
    result.findings = try FindingsReportTests.findings()
    let data = try ResultJSON.encode(ComparisonDocument(result))
    // What a file says in words is said anew, and a run folder holds the same without it.
    #expect(try ResultJSON.decode(ExplainedComparison.self, from: data) == result)
    #expect(try ResultJSON.decode(ExplainedComparison.self, from: ResultJSON.encode(result)) == result)

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
        "placebo", "pNull", "margin", "emapGap", "interactionsClaimed", "sentence", "information", "missing",
        "importance", "interactions",
      ]))
    #expect(Set(try #require(verdict["difference"] as? [String: Any]).keys) == ["mean", "ci95"])
  }
}
