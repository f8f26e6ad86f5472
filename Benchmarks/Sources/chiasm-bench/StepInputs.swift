import Chiasm
import Foundation

/// What both sides of the training-step rows start from: samples, the order of the batches, initial weights.
///
/// Three vector modalities of 300, 74 and 47 features, the widths of CMU-MOSEI's text, audio and video; 1 024 random
/// samples of two classes that a linear map of all modalities decides. Dropout is off: its masks could not be shared.
struct StepInputs {
  static let widths = ["audio": 74, "text": 300, "video": 47]
  static let samples = 1024
  static let batchSize = 32
  /// The rows of the table: our names for concatenation, late, additive, TFN, LMF, GMU and a network on encodings.
  static let methods = ["early", "late", "additive", "tensor", "low-rank", "gated", "nonlinear"]

  let dataset: Dataset
  /// Every batch of the one epoch that all steps go round, `[B]` each.
  let batches: [[Int]]

  static func write(to folder: URL, replicas: Int) throws {
    let generator = Generator(seed: 1)
    var tensors: [String: Tensor] = [:]
    var score = Tensor.zeros([samples])
    for (name, width) in widths.sorted(by: { $0.key < $1.key }) {
      let values = Tensor.randn([samples, width], generator: generator)
      tensors[name] = values
      score = score + values.matmul(Tensor.randn([width], generator: generator)) / Double(width).squareRoot()
    }
    tensors["target"] = (score .> 0).to(.int64)
    tensors["order"] = Tensor.permutation(samples, generator: generator).reshaped([-1, batchSize])
    try Safetensors.write(tensors, to: folder.appending(path: "samples.safetensors"))
    let inputs = try read(folder)
    for method in methods {
      for replica in 0..<replicas {
        let model = try inputs.model(method, seed: UInt64(replica))
        try Safetensors.write(model.state(), to: weights(folder, method, replica))
      }
    }
  }

  static func read(_ folder: URL) throws -> StepInputs {
    let (tensors, _) = try Safetensors.read(folder.appending(path: "samples.safetensors"))
    let specifications = widths.mapValues { _ in ModalitySpecification(kind: .vector) }
    let manifest = Manifest(name: "step", task: .classification, target: "class", modalities: specifications)
    let dataset = Dataset(
      manifest: manifest, ids: (0..<samples).map { "\($0)" }, splits: Array(repeating: .train, count: samples),
      targets: .classes(tensors["target"]!.integers), classes: ["no", "yes"],
      modalities: widths.keys.reduce(into: [:]) { $0[$1] = ModalityData(values: tensors[$1]!) })
    let order = tensors["order"]!.integers
    return StepInputs(
      dataset: dataset,
      batches: stride(from: 0, to: samples, by: batchSize).map { Array(order[$0..<$0 + batchSize]) })
  }

  static func weights(_ folder: URL, _ method: String, _ replica: Int) -> URL {
    folder.appending(path: "\(method)-\(replica).safetensors")
  }

  func model(_ method: String, seed: UInt64) throws -> FusionModel {
    try FusionModel.make(
      specifications: dataset.manifest.modalities, shapes: dataset.featureShapes, method: method,
      options: ["dropout": "0"], task: .classification, outputs: dataset.outputs, generator: Generator(seed: seed))
  }
}
