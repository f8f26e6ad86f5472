import Analyses
import Evaluation
import Experiments
import Foundation
import Modalities
import Tensors
import Training

/// One comparison of a made data set, as the command line would do it, in a folder that is deleted.
struct SetRun: Sendable {
  let kind: Kind
  let number: Int
  let quick: Bool

  /// A data set that cannot be compared leaves the reason.
  func result() -> SetResult {
    let start = ContinuousClock.now
    let folder = FileManager.default.temporaryDirectory.appending(path: "calibrate-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    var result = SetResult(kind: kind.name, number: number, seconds: 0)
    do {
      try compare(in: folder, &result)
    } catch {
      result.failure = "\(error)".replacingOccurrences(of: "\n", with: " ")
    }
    result.seconds = (ContinuousClock.now - start) / .seconds(1)
    return result
  }

  private func compare(in folder: URL, _ result: inout SetResult) throws {
    let prepared = try PreparedDataset(kind.dataset(number))
    let plan = ComparisonPlan(
      dataset: kind.name, fingerprint: prepared.fingerprint,
      selections: MethodSelection.standard(modalities: prepared.dataset.names), seeds: Array(0..<kind.seeds),
      training: TrainingOptions(), threads: 1, quick: quick ? true : nil)
    let own = RunFolder(folder.appending(path: "comparison"))
    let found = try ComparisonRunner(plan, in: own, on: prepared, jobs: 1).run().result
    guard let claims = Claims(found) else { throw InputError("the comparison has no verdict") }
    result.claims = claims
    result.trueParts = try kind.trueParts(number)
    guard kind.measuresCoverage, !quick else { return }
    let references = try ReferenceTrials.read(own, of: found.comparison.dataset)
    result.target = try Target(
      kind, number, fusion: Competitor(claims.fusion, of: plan, references),
      reference: Competitor(claims.reference, of: plan, references), in: folder.appending(path: "further"))
  }
}
