import Foundation
import Tensors

/// Everything that a training needs to go on bit for bit: one safetensors file whose metadata hold the rest as JSON.
struct Checkpoint {
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
    let groups: [ParameterGroup]
    /// Of all models, by number.
    var replicas: [Replica]
    /// The models that still train, by number.
    var active: [Int]
    /// The present epoch, counted from 1, the batches done in it, and its seconds before an interruption.
    var epoch = 1
    var step = 0
    var seconds = 0.0
    /// State of the balancer; nil without one.
    var balance: [Double]?

    init(options: TrainingOptions, seeds: [UInt64], parameters: [String], groups: [ParameterGroup]) {
      self.options = options
      self.seeds = seeds
      self.parameters = parameters
      self.groups = groups
      replicas = seeds.map { _ in Replica() }
      active = Array(seeds.indices)
    }

    /// Remembers the first number of a model that is not finite, and where it came from.
    mutating func fail(
      _ model: Int, _ quantity: TrainingFailure.Quantity, _ value: Double, origin: String? = nil
    ) {
      guard replicas[model].failure == nil else { return }
      let inStep = quantity == .loss || quantity == .gradientNorm
      replicas[model].failure = TrainingFailure(
        quantity: quantity, value: value, epoch: epoch, step: inStep ? step + 1 : step, module: origin)
    }

    /// Whether no model is left that could go on.
    var hasFailed: Bool { active.allSatisfy { replicas[$0].failure != nil } }

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
          measurements: validation.measurements))
      if isBest { replica.bestEpoch = epoch }
      replica.lossSum = 0
      replica.isFinished = options.isFinished(epochs: epoch, bestEpoch: replica.bestEpoch)
      return isBest
    }
  }

  let position: Position
  /// Parameters and buffers of all models, by number: after the last step, and after the best epoch.
  let models: [[String: Tensor]]
  let best: [[String: Tensor]]
  let optimizer: [String: Tensor]
  /// States of the generators that dropout draws from, by number.
  let generators: [Tensor]

  private static let format = "chiasm training 2"

  /// Writes to a temporary file and renames it, so that a crash leaves the previous checkpoint.
  ///
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
    let json = String(decoding: try encoder.encode(position), as: UTF8.self)
    try Safetensors.write(tensors, metadata: ["format": Self.format, "position": json], to: url)
  }

  /// - Throws: `InputError` naming the file that is unreadable or not a checkpoint.
  static func read(from url: URL) throws -> Checkpoint {
    let (tensors, metadata) = try Safetensors.read(url)
    guard metadata["format"] == format, let json = metadata["position"] else {
      throw InputError(file: url.path, "not a training checkpoint of this version (\(format)); start anew")
    }
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "+∞", negativeInfinity: "-∞", nan: "NaN")
    let position: Position
    do {
      position = try decoder.decode(Position.self, from: Data(json.utf8))
    } catch {
      throw InputError(file: url.path, at: "position", "cannot be read: \(error)")
    }
    func part(_ prefix: String) -> [String: Tensor] {
      let members = tensors.filter { $0.key.hasPrefix(prefix) }
      return Dictionary(uniqueKeysWithValues: members.map { (String($0.key.dropFirst(prefix.count)), $0.value) })
    }
    let numbers = position.seeds.indices
    let checkpoint = Checkpoint(
      position: position, models: numbers.map { part("\($0).model.") }, best: numbers.map { part("\($0).best.") },
      optimizer: part("optimizer."),
      generators: try numbers.map { number in
        guard let state = tensors["\(number).generator"] else {
          throw InputError(file: url.path, at: "\(number).generator", "missing")
        }
        return state
      })
    try checkpoint.check(file: url.path)
    return checkpoint
  }

  /// Refuses what no training can have written.
  private func check(file: String) throws {
    let (numbers, own) = (position.seeds.indices, Generator(seed: 0).state)
    func isPossible(_ replica: Replica) -> Bool {
      (0...replica.records.count).contains(replica.bestEpoch) && (replica.failure != nil || replica.lossSum.isFinite)
    }
    guard position.replicas.count == numbers.count, position.epoch >= 1, position.step >= 0, position.seconds.isFinite,
      zip(position.active, position.active.dropFirst()).allSatisfy(<), position.active.allSatisfy(numbers.contains),
      position.replicas.allSatisfy(isPossible)
    else { throw InputError(file: file, at: "position", "is none that \(numbers.count) models can be in") }
    for number in numbers {
      guard
        position.replicas[number].bestEpoch == 0 || best[number].mapValues(\.shape) == models[number].mapValues(\.shape)
      else { throw InputError(file: file, at: "\(number).best", "are not the parameters of the model") }
      let state = generators[number]
      guard state.dtype == own.dtype, state.shape == own.shape else {
        throw InputError(
          file: file, at: "\(number).generator", "\(state.dtype) \(state.shape); \(own.dtype) \(own.shape) expected")
      }
    }
  }
}
