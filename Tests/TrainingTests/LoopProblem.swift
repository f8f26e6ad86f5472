import Layers
import Tensors
import Training

/// How a training goes: steps recorded or by the engine, of one model or of three as one.
struct LoopKind: Sendable, CustomStringConvertible {
  let isRecorded: Bool
  let models: Int

  var description: String { "\(isRecorded ? "recorded" : "by the engine"), \(models)" }

  static let all = [true, false].flatMap { recorded in [1, 3].map { LoopKind(isRecorded: recorded, models: $0) } }
}

/// Samples of one model, or of several one behind the other: x `[models · B, 3]`, y `[models · B, 1]`.
struct Samples {
  let x, y: Tensor

  static var parts: BatchParts<Samples> {
    func part(_ x: Tensor, _ row: Int, _ models: Int) -> Tensor {
      let each = x.shape[0] / models
      return x.narrow(axis: 0, start: row * each, length: each)
    }
    func spread(_ x: Tensor, _ lanes: Lanes) -> Tensor { lanes.wrap(x.reshaped([lanes.count, -1, x.shape[1]])) }
    return BatchParts(
      part: { Samples(x: part($0.x, $1, $2), y: part($0.y, $1, $2)) },
      spread: { Samples(x: spread($0.x, $1), y: spread($0.y, $1)) })
  }
}

/// A linear map with what trainings do beside their steps: something to clamp and copies of the weights.
struct LoopModel: Module {
  let layer: Linear
  let dropout: Dropout
  let temperature = Parameter(Tensor.zeros([1]))
  /// A copy of the weights, frozen.
  let slow: Parameter
  /// Likewise.
  let average: Buffer

  init(seed: UInt64, dropout: Double = 0) {
    layer = Linear(3, 1, generator: Generator(seed: seed))
    self.dropout = Dropout(dropout)
    slow = Parameter(layer.weight.value.detached().cloned())
    slow.isTrainable = false
    average = Buffer(layer.weight.value.detached().cloned(), isConstant: true)
  }

  /// The squared error of a batch, at a temperature that it is better to raise.
  func error(_ batch: Samples) -> Tensor {
    (layer(dropout(batch.x)) - batch.y).square().mean() - temperature.value.sum()
  }
}

/// Trains models of some seeds, each on samples of its own.
struct LoopProblem {
  var options = TrainingOptions()
  var batchSizes = [6, 6, 6, 6]
  var dropout = 0.0
  var objective: (LoopModel, Samples, StepContext) -> Tensor = { model, batch, _ in model.error(batch) }

  init() {
    options.epochs = 3
    options.learningRate = 0.02
    options.weightDecay = 0
    options.patience = nil
  }

  private func batches(seed: UInt64) -> [Samples] {
    let x = Tensor.randn([batchSizes.reduce(0, +), 3], generator: Generator(seed: 100 + seed))
    let y = x.sum(axes: [1], keepingDimensions: true) * 2
    var start = 0
    return batchSizes.map { size in
      defer { start += size }
      return Samples(x: x[start..<start + size], y: y[start..<start + size])
    }
  }

  /// The trainer of a kind, and its models.
  func trainer(_ kind: LoopKind) throws -> (Trainer<LoopModel, Samples>, [LoopModel]) {
    let models = (0..<kind.models).map { LoopModel(seed: UInt64($0), dropout: dropout) }
    let own = models.indices.map { batches(seed: UInt64($0)) }
    let steps = batchSizes.count
    var trainer = Trainer<LoopModel, Samples>(
      replicas: try Replicas(count: models.count) { models[$0] }, options: options,
      seeds: models.indices.map { UInt64($0) }, stepsPerEpoch: steps,
      batches: { _, active in
        (0..<steps).map { step in
          let batches = active.map { own[$0][step] }
          return Samples(x: .concatenated(batches.map(\.x)), y: .concatenated(batches.map(\.y)))
        }
      }, parts: Samples.parts, objective: objective,
      validate: { $0.active.map { _ in Validation(loss: 0, score: 0, higherIsBetter: true) } })
    if kind.isRecorded { trainer.tensors = { [$0.x, $0.y] } }
    return (trainer, models)
  }

  /// What `numbers` gives of each model after each step.
  func trace(
    _ kind: LoopKind, _ change: (inout Trainer<LoopModel, Samples>) -> Void = { _ in },
    _ numbers: @escaping (LoopModel) -> [Double] = { $0.layer.weight.value.doubles }
  ) throws -> [[Double]] {
    var (trainer, _) = try trainer(kind)
    change(&trainer)
    var trace: [[Double]] = []
    let hook = trainer.afterStep
    trainer.afterStep = {
      hook?($0, $1)
      trace.append(numbers($0))
    }
    for result in try trainer.fitEach() { _ = try result.get() }
    return trace
  }
}

func largestGap(_ a: [[Double]], _ b: [[Double]]) -> Double {
  guard a.map(\.count) == b.map(\.count) else { return .infinity }
  return zip(a.joined(), b.joined()).map { abs($0 - $1) }.max() ?? 0
}
