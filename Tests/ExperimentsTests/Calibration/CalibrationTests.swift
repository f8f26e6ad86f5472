import Evaluation
import Experiments
import Foundation
import Testing
import Training

/// Ten data sets each of three kinds whose truth is known, against what was counted when the rule was last changed:
/// `make calibrate` counts 200 of every kind.
@Suite struct CalibrationTests {
  /// What was claimed of the first ten data sets of a kind.
  private func claims(_ name: String, _ methods: String) throws -> [Claims] {
    let kind = try #require(Kind.named(name))
    return try (0..<10).map { number in
      let data = try PreparedDataset(kind.dataset(number))
      var training = TrainingOptions()
      training.measuresUtilization = false
      let plan = ComparisonPlan(
        dataset: name, fingerprint: data.fingerprint,
        selections: try MethodSelection.parse(methods, modalities: data.dataset.names), seeds: [0, 1, 2],
        training: training, threads: 1, quick: true)
      return try ExampleData.inTemporaryFolder { folder in
        let comparison = try ComparisonRunner(plan, in: RunFolder(folder), on: data, jobs: 1).run().comparison
        return try #require(Claims(comparison))
      }
    }
  }

  @Test func copiesAreNoGain() throws {
    let claims = try claims("copy", "unimodal,early,nonlinear")
    #expect(claims.count { $0.outcome == .fusionHelps } <= 1)
    #expect(claims.count { $0.claimsInteractions } <= 1)
  }

  @Test func noiseTeachesNothing() throws {
    let claims = try claims("noise-skewed-f1", "unimodal,early,tensor")
    #expect(claims.count { $0.outcome == .fusionHelps } <= 1)
    #expect(claims.count { $0.outcome == .nothingLearned } >= 8)
  }

  @Test func gainsAreFound() throws {
    let claims = try claims("additive", "unimodal,early,late")
    #expect(claims.count { $0.outcome == .fusionHelps } >= 7)
    #expect(claims.count { $0.claimsInteractions } <= 1)
    #expect(claims.count { $0.outcome == .oneModalityIsEnough } == 0)
  }
}
