import Foundation
import Testing

@testable import Evaluation

@Suite("Result JSON")
struct ResultJSONTests {
  @Test func sortsKeysAndWritesIntervalsAsPairs() throws {
    let summary = MetricSummary(mean: 0.5, std: 0.25, ci95: Interval(0.25, 0.75), perSeed: [0.25, 0.75])
    let text = String(decoding: try ResultJSON.encode(["b": summary, "a": summary]), as: UTF8.self)
    let compact = text.filter { !$0.isWhitespace }
    let one = #"{"ci95":[0.25,0.75],"mean":0.5,"perSeed":[0.25,0.75],"std":0.25}"#
    #expect(compact == #"{"a":\#(one),"b":\#(one)}"#)
    #expect(text.hasSuffix("}\n"))
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity])
  func refusesNumbersThatAreNotFinite(_ value: Double) {
    #expect(throws: EncodingError.self) { try ResultJSON.encode(["mean": value]) }
    let trial = TrialRecord(method: "early", area: "fusion", modalities: ["a", "b"], seed: 0, metrics: ["mae": value])
    #expect(throws: EncodingError.self) { try ResultJSON.encode(trial) }
  }

  @Test func recordsSurviveTheRoundTrip() throws {
    let trial = TrialRecord(
      method: "low-rank", area: "fusion", modalities: ["audio", "image"], seed: 3, options: ["rank": "4"],
      epochs: [
        .init(
          epoch: 1, trainLoss: 1.5, validationLoss: 1.25, validationScore: 0.5, learningRate: 1e-3, seconds: 0.125)
      ],
      bestEpoch: 1, metrics: ["accuracy": 0.5], validationMetrics: ["accuracy": 0.5],
      predictions: [[0.1, 0.9], [0.7, 0.3]], targets: [1, 1], ids: ["x", "y"], parameters: 17, trainSeconds: 1.5,
      latencyMicroseconds: Latency(p50: 10, p95: 20), peakBytes: 4096, emap: [[0.2, 0.8], [0.6, 0.4]])
    #expect(try ResultJSON.decode(TrialRecord.self, from: ResultJSON.encode(trial)) == trial)
  }
}
