import Foundation
import Tensors

/// Everything that a group of replicas needs to go on bit for bit; see ``Checkpoint``.
struct ReplicaCheckpoint {
  /// How far one model is.
  struct Replica: Codable {
    var records: [EpochRecord] = []
    /// Counted from 1; 0 before the first epoch.
    var bestEpoch = 0
    /// Sum of the losses of the present epoch.
    var lossSum = 0.0
    var isFinished = false
    var failure: TrainingFailure?
  }

  /// The part that is not tensors.
  struct Position: Codable {
    let options: TrainingOptions
    let seeds: [UInt64]
    /// Names of the parameters in the order in which they lie in a row.
    let parameters: [String]
    /// Of all models, by number.
    var replicas: [Replica]
    /// The present epoch, counted from 1, the steps done in it, and its seconds before an interruption.
    var epoch = 1
    var step = 0
    var seconds = 0.0

    init(options: TrainingOptions, seeds: [UInt64], parameters: [String]) {
      self.options = options
      self.seeds = seeds
      self.parameters = parameters
      replicas = seeds.map { _ in Replica() }
    }

    /// Remembers the first number of a model that is not finite.
    mutating func fail(_ model: Int, _ quantity: TrainingFailure.Quantity, _ value: Double) {
      guard replicas[model].failure == nil else { return }
      let inStep = quantity == .loss || quantity == .gradientNorm
      replicas[model].failure = TrainingFailure(
        quantity: quantity, value: value, epoch: epoch, step: inStep ? step + 1 : step, module: nil)
    }

    /// Closes a model's epoch; returns whether its weights are the best so far.
    mutating func finish(_ model: Int, _ validation: Validation, learningRate: Double, seconds: Double) -> Bool {
      if !validation.loss.isFinite { fail(model, .validationLoss, validation.loss) }
      if !validation.score.isFinite { fail(model, .validationScore, validation.score) }
      var replica = replicas[model]
      defer { replicas[model] = replica }
      guard replica.failure == nil else {
        replica.isFinished = true
        return false
      }
      let isBest = replica.bestEpoch == 0 || validation.isBetter(than: replica.records[replica.bestEpoch - 1])
      replica.records.append(
        EpochRecord(
          epoch: epoch, trainLoss: replica.lossSum / Double(step), validationLoss: validation.loss,
          validationScore: validation.score, learningRate: learningRate, seconds: seconds,
          utilization: validation.utilization))
      if isBest { replica.bestEpoch = epoch }
      replica.lossSum = 0
      replica.isFinished = options.isFinished(epochs: epoch, bestEpoch: replica.bestEpoch)
      return isBest
    }
  }

  let position: Position
  let active: [Int]
  /// Parameters and buffers of all models, by number: after the last step, and after the best epoch.
  let models: [[String: Tensor]]
  let best: [[String: Tensor]]
  let optimizer: [String: Tensor]
  let generators: [Tensor]

  private struct Rest: Codable {
    let position: Position
    let active: [Int]
  }
  private static let format = "chiasm replicas 1"

  /// - Throws: `InputError` naming the file that cannot be written.
  func write(to url: URL) throws {
    var tensors: [String: Tensor] = [:]
    for (name, tensor) in optimizer { tensors["optimizer.\(name)"] = tensor }
    for (number, generator) in generators.enumerated() { tensors["\(number).generator"] = generator }
    for (part, states) in [("model", models), ("best", best)] {
      for (number, state) in states.enumerated() {
        for (name, tensor) in state { tensors["\(number).\(part).\(name)"] = tensor }
      }
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    // What a failed model met.
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "+∞", negativeInfinity: "-∞", nan: "NaN")
    let json = String(decoding: try encoder.encode(Rest(position: position, active: active)), as: UTF8.self)
    try Safetensors.write(tensors, metadata: ["format": Self.format, "position": json], to: url)
  }

  /// - Throws: `InputError` naming the file that is unreadable or not a checkpoint of a group.
  static func read(from url: URL) throws -> ReplicaCheckpoint {
    let (tensors, metadata) = try Safetensors.read(url)
    guard metadata["format"] == format, let json = metadata["position"] else {
      throw InputError(file: url.path, "not a checkpoint of a group of replicas of this version (\(format))")
    }
    func part(_ prefix: String) -> [String: Tensor] {
      let members = tensors.filter { $0.key.hasPrefix(prefix) }
      return Dictionary(uniqueKeysWithValues: members.map { (String($0.key.dropFirst(prefix.count)), $0.value) })
    }
    let rest: Rest
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "+∞", negativeInfinity: "-∞", nan: "NaN")
    do {
      rest = try decoder.decode(Rest.self, from: Data(json.utf8))
    } catch {
      throw InputError(file: url.path, at: "position", "cannot be read: \(error)")
    }
    let (position, numbers) = (rest.position, rest.position.seeds.indices)
    guard position.replicas.count == numbers.count, position.epoch >= 1, position.step >= 0,
      Set(rest.active).count == rest.active.count, rest.active.allSatisfy(numbers.contains),
      position.replicas.allSatisfy({ (0...$0.records.count).contains($0.bestEpoch) })
    else { throw InputError(file: url.path, at: "position", "is none that a group of \(numbers.count) can be in") }
    return ReplicaCheckpoint(
      position: rest.position, active: rest.active, models: numbers.map { part("\($0).model.") },
      best: numbers.map { part("\($0).best.") }, optimizer: part("optimizer."),
      generators: try numbers.map {
        guard let state = tensors["\($0).generator"] else {
          throw InputError(file: url.path, at: "\($0).generator", "missing")
        }
        try state.checkGeneratorState(at: "\($0).generator", file: url.path)
        return state
      })
  }
}
