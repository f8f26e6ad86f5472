// How much of a trained model's accuracy comes from interactions? Compares it with its additive projection (EMAP).
import Chiasm
import Foundation

func accuracy(_ logits: Tensor, _ target: Tensor) -> Double {
  (logits.argmax(axis: 1) .== target).to(.float32).mean().item()
}

// Half of what there is to know stands in each modality alone, the other half only in both together.
let made = try SyntheticGenerator(redundancy: 0, unique: [0.5, 0.5], synergy: 1, samples: 2000)
let data = try PreparedDataset(made.dataset())
var options = TrainingOptions()
options.epochs = 20

for selection in try MethodSelection.parse("additive,low-rank", modalities: data.dataset.names) {
  let run = RunFolder(FileManager.default.temporaryDirectory.appending(path: "chiasm-\(UUID().uuidString)"))
  defer { try? FileManager.default.removeItem(at: run.url) }
  _ = try TrialRunner(data).run(TrialConfiguration(selection, training: options, seed: 0, on: data), in: run)
  let model = try TrainedModel.load(run).staged
  let test = data.dataset.batch(data.dataset[.test])
  let result = withoutGradients { EMAP().project(model.encode(test), through: model) }
  let whole = accuracy(result.original, test.target!)
  let additive = accuracy(result.projection, test.target!)
  print("\(selection.name): accuracy \(whole), of its additive part \(additive), interactions \(whole - additive)")
}
