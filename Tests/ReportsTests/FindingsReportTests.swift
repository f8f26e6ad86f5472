import Analyses
import Evaluation
import Foundation
import Testing

@testable import Reports

/// The part of a report that says why.
@Suite struct FindingsReportTests {
  /// Findings as a file holds them.
  static func findings() throws -> Findings {
    var findings = Findings()
    func decode<Value: Decodable>(_ text: String) throws -> Value {
      try ResultJSON.decode(Value.self, from: Data(text.utf8))
    }
    findings.information = try decode(
      """
      {"first": "image", "second": "audio", "redundancy": {"mean": 1.62, "ci95": [1.5, 1.74]},
       "unique": {"image": {"mean": 0.41, "ci95": [0.3, 0.5]}, "audio": {"mean": 0.2, "ci95": [0.1, 0.31]}},
       "synergy": {"mean": 0.12, "ci95": [0.02, 0.2]}, "unit": "bits", "estimator": "BATCH <script>", "samples": 400,
       "split": "test", "entropy": 3.3, "regime": "redundant", "regimeSupport": 0.9, "gap": 2e-9}
      """)
    findings.missing = try decode(
      """
      {"imputation": "absent", "seeds": 3, "rows": [{"present": ["audio"], "score": {"mean": 0.6, "ci95": [0.55, 0.64]}},
       {"present": ["image"]}, {"present": ["audio", "image"], "score": {"mean": 0.88, "ci95": [0.85, 0.9]}}]}
      """)
    findings.importance = try decode(
      """
      {"method": "shapley", "imputation": "mean", "share": {"audio": 0.3, "image": 0.7}, "first": "image",
       "second": "audio", "relations": {"complement": 0.8, "conflict": 0.15, "dominanceOfFirst": 0.05}, "samples": 400,
       "seeds": 3}
      """)
    findings.interactions = try decode(
      """
      {"first": "image", "second": "audio", "answers": "three models", "tolerance": 0.1, "samples": 400, "rows": [
       {"label": "enhancement", "count": 380, "share": 0.95, "accuracy": 0.99, "examples": [
        {"id": "x<7>", "target": "7", "first": {"answer": "7", "probability": 0.6},
         "second": {"answer": "7", "probability": 0.7}, "both": {"answer": "7", "probability": 0.97},
         "pictures": {"image": "data:image/png;base64,iVBORw0KGgo=", "evil": "http://example.org/x.png"}}]},
       {"label": "dominanceOfFirst", "count": 0, "share": 0, "examples": []}]}
      """)
    return findings
  }

  private func page(gnuplot: Gnuplot?) throws -> (html: String, result: ExplainedComparison) {
    let made = try MadeComparison.classification(samples: 120, resamples: 20)
    var result = made.result
    result.findings = try Self.findings()
    return (page(result, made.records, gnuplot: gnuplot), result)
  }

  private func page(_ result: ExplainedComparison, _ records: [TrialRecord], gnuplot: Gnuplot? = nil) -> String {
    ReportPage(
      result: result, records: records, architectures: [], provenance: [], environment: MadeComparison.environment,
      figures: Figures(result, records: records, gnuplot: gnuplot), date: nil
    ).html
  }

  /// Every number of the sentence leads to a place that is on the page.
  @Test func everyNumberOfTheVerdictLeadsSomewhere() throws {
    let (html, result) = try page(gnuplot: nil)
    let text = try #require(result.headline).sentence
    #expect(text.plain == result.sentence)
    for part in text.parts where part.place == nil {
      #expect(!part.text.contains { $0.isNumber }, "\(part.text)")
    }
    let targets = html.matches(of: /href="#([a-z]+)"/).map { String($0.output.1) }
    #expect(Set(targets).isSuperset(of: ["gain", "information"]))
    for target in targets { #expect(html.contains("<section id=\"\(target)\">"), "\(target)") }
  }

  @Test func tablesHoldTheFindings() throws {
    let (html, _) = try page(gnuplot: nil)
    for text in [
      "What the modalities say", "[1.50, 1.74]", "<strong>redundant</strong>", "Without some modalities", "undefined",
      "Who contributes", "70.0 %", "How predictions relate", "dominance of image", "x&lt;7&gt;", "380",
    ] { #expect(html.contains(text), "\(text)") }
    #expect(!html.contains("<script") && html.contains("BATCH &lt;script&gt;"))
    #expect(html.contains("data:image/png;base64,iVBORw0KGgo=") && !html.contains("example.org"))
  }

  @Test(.enabled(if: Gnuplot.installed() != nil, "gnuplot is not installed"))
  func figuresAreDrawn() throws {
    let (html, _) = try page(gnuplot: Gnuplot.installed())
    #expect(!html.contains("class=\"note\""), "no figure is missing")
    for title in ["Where the gain comes from", "What the modalities say", "Scores without some modalities"] {
      #expect(html.contains("aria-label=\"\(title)\""))
    }
  }

  @Test func whatWasNotMeasuredIsSaid() throws {
    let made = try MadeComparison.classification(samples: 60, resamples: 5)
    var result = made.result
    result.findings.notMeasured = [
      "information": "too <few> samples", "missing": "no time", "interactions": "one class",
    ]
    let html = page(result, made.records)
    for reason in ["too &lt;few&gt; samples", "no time", "one class"] {
      #expect(html.contains("Not measured: \(reason)."))
    }
  }

  @Test func linkedText() {
    let number = "12"
    let text: LinkedText = "a <b> \(number, from: .gain) and \("c" as LinkedText)"
    #expect(text.plain == "a <b> 12 and c")
    #expect(text.html == "a &lt;b&gt; <a href=\"#gain\">12</a> and c")
    #expect(text.capitalised.plain == "A <b> 12 and c")
  }

  @Test func everySideHasItsName() {
    #expect(Sides.together("a", "b") == "both" && Sides.together("a", "b+c") == "all")
    #expect(Sides(["a", "b", "c"], best: "b").names == ["b", "a+c"])
    #expect(Sides(["a", "b"], best: nil).names == ["a", "b"])
    #expect(Sides(["a", "b"], best: "z").names == ["a", "b"])
  }
}
