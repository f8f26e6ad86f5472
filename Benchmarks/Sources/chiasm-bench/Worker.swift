import Chiasm
import Foundation

/// Answers one JSON request a line with one JSON line, until standard input ends: the driver alternates between this
/// process and its peers, so that both see the same machine.
@main
enum Worker {
  struct Request: Decodable {
    let work: String
    /// Where inputs, initial weights and answers too long for a line are kept.
    let folder: String
    var method = ""
    var steps = 0
    var replicas = 1
    var modalities = 2

    enum CodingKeys: CodingKey { case work, folder, method, steps, replicas, modalities }

    init(from decoder: any Decoder) throws {
      let values = try decoder.container(keyedBy: CodingKeys.self)
      work = try values.decode(String.self, forKey: .work)
      folder = try values.decode(String.self, forKey: .folder)
      method = try values.decodeIfPresent(String.self, forKey: .method) ?? method
      steps = try values.decodeIfPresent(Int.self, forKey: .steps) ?? steps
      replicas = try values.decodeIfPresent(Int.self, forKey: .replicas) ?? replicas
      modalities = try values.decodeIfPresent(Int.self, forKey: .modalities) ?? modalities
    }
  }

  struct Answer: Encodable {
    var losses: [Double] = []
    /// Of a step, or of the whole work.
    var microseconds: [Double] = []
    var version = ""
  }

  static func main() throws {
    Engine.threads = 1
    Engine.keepFreedMemory()
    let encoder = JSONEncoder()
    while let line = readLine() {
      let request = try JSONDecoder().decode(Request.self, from: Data(line.utf8))
      let json = String(decoding: try encoder.encode(answer(request)), as: UTF8.self)
      FileHandle.standardOutput.write(Data((json + "\n").utf8))
    }
  }

  static func answer(_ request: Request) throws -> Answer {
    let folder = URL(fileURLWithPath: request.folder, isDirectory: true)
    switch request.work {
    case "version": return Answer(version: "Chiasm \(chiasmVersion), libtorch \(Engine.version)")
    case "inputs":
      try StepInputs.write(to: folder, replicas: request.replicas)
      try ProjectionInputs.write(to: folder)
      return Answer()
    case "step": return try TrainingStep(folder, method: request.method).run(steps: request.steps)
    case "replicas":
      return try ReplicaStep(folder, method: request.method, count: request.replicas).run(steps: request.steps)
    case "project": return try Projection(folder, method: request.method, modalities: request.modalities).run()
    case "measure": return try Measures(folder).run(request.method)
    case "kernel-inputs":
      try KernelWork.write(to: folder)
      return Answer()
    case "kernels": return try KernelWork.run(folder, method: request.method)
    default: throw UsageError("unknown work \"\(request.work)\"")
    }
  }
}
