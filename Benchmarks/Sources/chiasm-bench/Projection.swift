import Chiasm
import Foundation

/// What both sides of the EMAP rows start from: 2 000 samples and a fusion of two or three modalities.
enum ProjectionInputs {
  static let samples = 2000
  static let names = ["audio", "text", "video"]
  static let width = 64
  /// One that only multiplies and adds what each modality contributes, and one that does not.
  static let methods = ["low-rank", "gated"]

  static func write(to folder: URL) throws {
    for (method, modalities) in methods.flatMap({ method in [2, 3].map { (method, $0) } }) {
      let generator = Generator(seed: UInt64(modalities))
      var tensors: [String: Tensor] = [:]
      for name in names.prefix(modalities) { tensors[name] = Tensor.randn([samples, width], generator: generator) }
      for (name, tensor) in try model(method, modalities).state() { tensors["model." + name] = tensor }
      try Safetensors.write(tensors, to: file(folder, method, modalities))
    }
  }

  /// Its encoders are not used: the samples are encodings.
  static func model(_ method: String, _ modalities: Int) throws -> FusionModel {
    let names = names.prefix(modalities)
    return try FusionModel.make(
      specifications: names.reduce(into: [:]) { $0[$1] = ModalitySpecification(kind: .vector) },
      shapes: names.reduce(into: [:]) { $0[$1] = [width] }, method: method, options: ["dropout": "0"],
      task: .classification, outputs: 2, generator: Generator(seed: 1))
  }

  static func file(_ folder: URL, _ method: String, _ modalities: Int) -> URL {
    folder.appending(path: "emap-\(method)-\(modalities).safetensors")
  }
}

/// The empirical multimodally-additive projection of that model.
struct Projection {
  let model: FusionModel
  let encoded: [Tensor]
  let answers: URL

  init(_ folder: URL, method: String, modalities: Int) throws {
    let (tensors, _) = try Safetensors.read(ProjectionInputs.file(folder, method, modalities))
    model = try ProjectionInputs.model(method, modalities)
    try model.load(
      tensors.reduce(into: [:]) { if $1.key.hasPrefix("model.") { $0[String($1.key.dropFirst(6))] = $1.value } })
    encoded = ProjectionInputs.names.prefix(modalities).map { tensors[$0]! }
    answers = folder.appending(path: "emap-\(method)-\(modalities)-chiasm.safetensors")
  }

  func run() throws -> Worker.Answer {
    let start = processorTime()
    let result = EMAP().project(encoded, through: model)
    let elapsed = processorTime() - start
    try Safetensors.write(["projection": result.projection], to: answers)
    return Worker.Answer(microseconds: [elapsed])
  }
}
