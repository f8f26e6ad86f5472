import Chiasm
import Foundation

let folder = URL(filePath: CommandLine.arguments[1])
let data = try PreparedDataset(Dataset.load(folder))
let methods = try MethodSelection.parse("unimodal,late,tensor,gated", modalities: data.dataset.names)
let plan = ComparisonPlan(
  dataset: folder.path, fingerprint: data.fingerprint, selections: methods, seeds: [0, 1, 2],
  training: TrainingOptions())
let (result, records) = try ComparisonRunner(plan, in: RunFolder(URL(filePath: "comparison")), on: data).run()
let comparison = result.comparison
let metric = comparison.dataset.metric.rawValue
for method in comparison.methods { print(method.name, method.metrics[metric].map { "\($0.mean)" } ?? "failed") }
print(result.sentence ?? "no verdict", "from \(records.count) trainings")
