import Analyses
import Evaluation
import Foundation
import Testing

@testable import Reports

@Suite struct InformationSentenceTests {
  private func finding(_ changes: [String: Any?] = [:]) throws -> InformationFinding {
    var object: [String: Any] = [
      "first": "image", "second": "audio", "redundancy": ["mean": 0.2], "synergy": ["mean": 0.6],
      "unique": ["image": ["mean": 0.1], "audio": ["mean": 0]], "unit": "bits", "estimator": "BATCH", "samples": 40,
      "split": "test", "entropy": 2, "demonstrated": 0.7, "total": 0.9, "regime": "synergistic", "pValue": 0.005,
      "permutations": 199, "gap": 1e-9,
    ]
    for (key, value) in changes { object[key] = value }
    return try ResultJSON.decode(InformationFinding.self, from: JSONSerialization.data(withJSONObject: object))
  }

  private func text(_ changes: [String: Any?] = [:]) throws -> String {
    let text = InformationSentence(try finding(changes)).text
    for part in text.parts where part.place == nil { #expect(!part.text.contains { $0.isNumber }, "\(part.text)") }
    return text.plain
  }

  /// What is demonstrated leads, and synergy is not said to be interaction.
  @Test func demonstratedLeads() throws {
    #expect(
      try text()
        == "About the target, models of audio and image demonstrate 0.70 of 2.00 bits; of the 0.90 that they take "
        + "themselves to know, 0.20 redundant, 0.10 only image, 0.00 only audio, 0.60 synergistic. The regime is "
        + "synergistic: most of it is in neither alone, only in both together. Synergy does not need interaction: "
        + "evidence of independent sources that is added up is synergistic, too.")
    #expect(try text(["regime": "redundant"]).hasSuffix("The regime is redundant: most of it is in both."))
    #expect(try text(["warnings": ["the parts are about 32 groups"]]).hasSuffix(" But the parts are about 32 groups."))
  }

  /// Of six modalities nothing is in "both".
  @Test func severalModalitiesAreOneSide() throws {
    let said = try text([
      "second": "audio+text+video", "regime": "redundant",
      "unique": ["image": ["mean": 0.1], "audio+text+video": ["mean": 0]],
    ])
    #expect(said.contains("0.00 only audio, text and video,") && !said.contains("both"), "\(said)")
    #expect(said.hasSuffix("most of it is in the best and in the others alike."))
  }

  @Test func withoutParts() throws {
    let withheld = try text([
      "redundancy": nil, "unique": nil, "synergy": nil, "withheld": "because", "demonstrated": 0.1, "regime": "nothing",
    ])
    #expect(
      withheld
        == "About the target, models of audio and image demonstrate 0.10 of 2.00 bits, less than half of the 0.90 that "
        + "they take themselves to know: no parts of it are told.")
    #expect(try text(["regime": "nothing", "pValue": 0.31]).hasSuffix("not shown to be more than chance (p 0.31)."))
    #expect(try text(["regime": "nothing"]).hasSuffix("too little to name its kind."))
    #expect(try text(["regime": "nothing", "pValue": nil]).hasSuffix("which is not told apart from chance."))
    for text in [try text(["regime": "nothing", "pValue": 0.31]), withheld] { #expect(!text.contains("regime")) }
  }

  /// A finding written before totals were: they are the sum of the parts.
  @Test func roundTrip() throws {
    #expect(abs(try finding(["total": nil]).total - 0.9) < 1e-12)
    let found = try finding()
    #expect(try ResultJSON.decode(InformationFinding.self, from: ResultJSON.encode(found)) == found)
  }
}
