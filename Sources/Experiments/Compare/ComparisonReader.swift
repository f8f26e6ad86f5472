public import Analyses
public import Evaluation
import Foundation
import Tensors

/// Reads finished comparisons back, for a report.
public enum ComparisonReader {
  /// One comparison, or several of the same data set as one: trials of the later folders replace equal ones.
  /// - Throws: `InputError` where a folder holds no comparison, or the data sets differ.
  public static func read(_ folders: [RunFolder]) throws -> (
    result: ExplainedComparison, records: [TrialRecord], plans: [ComparisonPlan]
  ) {
    var records: [String: TrialRecord] = [:]
    var order: [String] = []
    var summary: DatasetSummary?
    var explained: ExplainedComparison?
    var robustness: RobustnessResult?
    var heterogeneity: HeterogeneityResult?
    var references: ReferenceTrials?
    var margin: Double?
    var plans: [ComparisonPlan] = []
    for folder in folders {
      let earlier = try folder.read(ExplainedComparison.self, from: folder.comparison)
      let comparison = earlier.comparison
      guard summary == nil || summary == comparison.dataset else {
        throw InputError(
          file: folder.url.path,
          "compares \(comparison.dataset.name), the first folder \(summary!.name); a report takes one data set")
      }
      summary = comparison.dataset
      explained = comparison.verdict == nil ? explained : earlier
      func added<Value: Decodable>(_ file: URL) throws -> Value? {
        try FileManager.default.fileExists(atPath: file.path) ? folder.read(Value.self, from: file) : nil
      }
      robustness = try added(folder.robustness) ?? robustness
      heterogeneity = try added(folder.heterogeneity) ?? heterogeneity
      references = try ReferenceTrials.read(folder, of: comparison.dataset) ?? references
      let plan = try folder.read(ComparisonPlan.self, from: ComparisonRunner.planFile(folder))
      plans.append(plan)
      margin = plan.margin ?? margin
      for trial in plan.trials {
        let file = RunFolder(folder.url.appending(path: "trials").appending(path: trial.folder)).trial
        guard FileManager.default.fileExists(atPath: file.path) else { continue }
        let record = try folder.read(TrialRecord.self, from: file)
        try RunFolder.naming(file) { try record.check(on: comparison.dataset) }
        if records.updateValue(record, forKey: trial.folder) == nil {
          order.append(trial.folder)
        }
      }
    }
    guard let summary else {
      throw InputError("no comparison to read")
    }
    let all = order.compactMap { records[$0] }
    var result: ExplainedComparison
    do {
      result = ExplainedComparison(
        try Comparison(summary, records: all, references: references?.references, margin: margin))
    } catch var error as InputError where error.file == nil {
      // Records that do not go together are of no one file.
      error.file = folders.map(\.url.relativePath).joined(separator: ", ")
      throw error
    }
    // What was measured of one fusion says nothing about another.
    let (old, new) = (explained?.comparison.verdict, result.comparison.verdict)
    if let explained, old?.bestFusion == new?.bestFusion, old?.bestUnimodal == new?.bestUnimodal {
      result.findings = explained.findings
    }
    (result.robustness, result.heterogeneity) = (robustness, heterogeneity)
    return (result, all, plans)
  }
}
