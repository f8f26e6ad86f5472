// Makes a data set whose answer lies only in both modalities together, writes it as a folder, and reads it back.
import Chiasm
import Foundation

let folder = URL(filePath: CommandLine.arguments[1])
let made = try SyntheticGenerator(redundancy: 0, unique: [0, 0], synergy: 1, samples: 1000)
try made.write(to: folder)

let dataset = try Dataset.load(folder)
print("\(dataset.manifest.name): \(dataset.count) samples of \(dataset.names.joined(separator: " and "))")
for split in Split.allCases { print("  \(split.rawValue): \(dataset[split].count)") }

// What training sees: values normalised by the train split alone, samples in an order that a seed fixes.
let normalised = dataset.normalised(with: Normalisation(fitting: dataset))
let order = BatchOrder(dataset[.train], batchSize: 32, seed: 7)
for indices in order.batches(epoch: 1).prefix(2) {
  let batch = normalised.batch(indices)
  print("batch of \(batch.count):", batch.ordered.map { "\($0.name) \($0.input.values.shape)" }.joined(separator: ", "))
}

// The latent bits are columns of samples.csv, so the stated information can be counted.
let bits = ["synergy1_a", "synergy1_b"].map { dataset.attributes[$0]! }
let target = dataset.targets.numbers(Array(0..<dataset.count)).map { String(Int($0)) }
let counts = JointCounts(observing: bits + [target], estimator: .millerMadow)
print("one modality alone says", counts.mutualInformation([0], [2], unit: .bits), "bits about the target")
print("both together say", counts.mutualInformation([0, 1], [2], unit: .bits), "bits")
