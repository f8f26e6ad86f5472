import Foundation
import Layers
import Tensors
import Testing
import Training

/// Layers that normalise, drop and freeze around linear ones.
private struct Net: Module {
  let first: Linear
  let norm: BatchNorm
  let frozen: Linear
  let dropout = Dropout(0.3)
  let last: MLP

  init(seed: UInt64, dtype: DType) {
    let generator = Generator(seed: seed)
    // No bias before the norm: its gradient is rounding noise, which Adam turns into steps.
    first = Linear(6, 8, bias: false, generator: generator)
    norm = BatchNorm(8)
    frozen = Linear(8, 8, generator: generator)
    last = MLP(sizes: [8, 8, 3], dropout: 0.2, generator: generator)
    convert(to: dtype)
    frozen.weight.isTrainable = false
  }

  func callAsFunction(_ x: Tensor) -> Tensor { last(dropout(frozen(norm(first(x)).relu()))) }
}

@Suite struct ReplicasTests {
  private var seeds: [UInt64] = [11, 12, 13, 14, 15]

  private struct Pair {
    let x: Tensor
    let y: Tensor

    /// Of pairs of 16 rows for each model.
    static var parts: BatchParts<Pair> {
      BatchParts(
        part: { pair, row, _ in Pair(x: pair.x[row * 16..<(row + 1) * 16], y: pair.y[row * 16..<(row + 1) * 16]) },
        spread: { Pair(x: $1.wrap($0.x.reshaped([-1, 16, 6])), y: $1.wrap($0.y.reshaped([-1, 16]))) })
    }
  }

  /// Noisy classes, the same data for all; each seed has its own order.
  private struct Data {
    let x: Tensor
    let y: Tensor
    let validation: Pair
    let dtype: DType

    init(_ dtype: DType) {
      let generator = Generator(seed: 99)
      let all = Tensor.randn([120, 6], dtype: dtype, generator: generator)
      let noisy = all.narrow(axis: 1, start: 0, length: 3) + Tensor.randn([120, 3], dtype: dtype, generator: generator)
      let classes = noisy.argmax(axis: 1)
      (x, y) = (all[0..<80], classes[0..<80])
      validation = Pair(x: all[80..<120], y: classes[80..<120])
      self.dtype = dtype
    }

    func batches(seed: UInt64, epoch: Int) -> [Pair] {
      let order = Tensor.permutation(80, generator: Generator(seed: Generator.seed(seed, UInt64(epoch))))
      return order.split(16, axis: 0).map { Pair(x: x.indexSelect(axis: 0, $0), y: y.indexSelect(axis: 0, $0)) }
    }
  }

  private func score(_ loss: Double) -> Validation { Validation(loss: loss, score: loss, higherIsBetter: false) }

  private func alone(_ seed: UInt64, _ data: Data, _ options: TrainingOptions) throws -> (Net, TrainingHistory) {
    let (net, criterion) = (Net(seed: seed, dtype: data.dtype), Criterion.crossEntropy())
    let trainer = Trainer(
      model: net, options: options, seed: seed, stepsPerEpoch: 5, batches: { data.batches(seed: seed, epoch: $0) },
      objective: { net, batch, _ in criterion(net(batch.x), batch.y) },
      validate: { score(criterion(net(data.validation.x), data.validation.y).item()) })
    return (net, try trainer.fit())
  }

  private func together(_ data: Data, _ options: TrainingOptions) throws -> (Replicas<Net>, Trainer<Net, Pair>) {
    let criterion = Criterion.crossEntropy()
    let replicas = try Replicas(count: seeds.count, decaysVectors: options.decaysVectors) {
      Net(seed: seeds[$0], dtype: data.dtype)
    }
    let trainer = Trainer<Net, Pair>(
      replicas: replicas, options: options, seeds: seeds, stepsPerEpoch: 5,
      batches: { epoch, models in
        let own = models.map { data.batches(seed: seeds[$0], epoch: epoch) }
        return (0..<5).map { step in
          Pair(x: .concatenated(own.map { $0[step].x }), y: .concatenated(own.map { $0[step].y }))
        }
      },
      parts: Pair.parts, objective: { net, batch, _ in criterion(net(batch.x), batch.y) },
      validate: { replicas in
        replicas.map { net, _ in criterion(net(data.validation.x), data.validation.y) }.doubles.map(score)
      })
    return (replicas, trainer)
  }

  private func options(_ change: (inout TrainingOptions) -> Void = { _ in }) -> TrainingOptions {
    var options = TrainingOptions()
    options.epochs = 14
    options.patience = 3
    options.learningRate = 0.02
    options.gradientClip = 0.5
    change(&options)
    return options
  }

  /// Every optimiser, schedule and way of decaying.
  static let settings: [@Sendable (inout TrainingOptions) -> Void] = [
    { (_: inout TrainingOptions) in },
    { $0.decaysVectors = false },
    {
      $0.optimizer = .adam
      $0.schedule = .plateau(factor: 0.3, patience: 0)
    },
    {
      $0.optimizer = .sgd
      $0.decaysVectors = false
      $0.schedule = .cosine(warmUp: 0.2)
    },
    {
      $0.gradientClip = nil
      $0.weightDecay = 0
      $0.patience = nil
    },
  ]

  @Test(arguments: settings.indices) func eachEndsWhereItsSeedAloneEnds(_ setting: Int) throws {
    let (data, options) = (Data(.float64), options(Self.settings[setting]))
    let (replicas, trainer) = try together(data, options)
    let results = try trainer.fitEach()
    #expect(replicas.active.isEmpty)
    for (number, seed) in seeds.enumerated() {
      let (net, expected) = try alone(seed, data, options)
      let found = try results[number].get()
      #expect(found.bestEpoch == expected.bestEpoch && found.epochs.count == expected.epochs.count)
      for (a, b) in zip(found.epochs, expected.epochs) {
        #expect(abs(a.trainLoss - b.trainLoss) < 1e-9 && abs(a.validationLoss - b.validationLoss) < 1e-9)
        #expect(a.learningRate == b.learningRate && a.epoch == b.epoch)
      }
      let state = replicas.models[number].state()
      for (name, tensor) in net.state() {
        #expect((state[name]! - tensor).abs().max().item() < 1e-9, "\(name) of seed \(seed)")
      }
    }
    let lengths = try Set(results.map { try $0.get().epochs.count })
    if setting == 0 { #expect(lengths.count > 1, "own early stopping is put to the test: \(lengths)") }
  }

  @Test func singlePrecisionStaysClose() throws {
    let (data, options) = (Data(.float32), options { $0.patience = nil })
    let results = try together(data, options).1.fitEach()
    for (result, seed) in zip(results, seeds) {
      for (a, b) in zip(try result.get().epochs, try alone(seed, data, options).1.epochs) {
        #expect(abs(a.trainLoss - b.trainLoss) < 1e-4 && abs(a.validationLoss - b.validationLoss) < 1e-4)
      }
    }
  }

  @Test(arguments: [1, 3, 5]) func membershipDoesNotMatter(_ count: Int) throws {
    // A group of another size, in the same order: the models it shares with the larger one are the same.
    let (data, options) = (Data(.float64), options())
    let (all, trainer) = try together(data, options)
    _ = try trainer.fitEach()
    var fewer = self
    fewer.seeds = Array(seeds.prefix(count))
    let some = try fewer.together(data, options)
    _ = try some.1.fitEach()
    for (a, b) in zip(some.0.models, all.models) {
      let other = b.state()
      for (name, tensor) in a.state() { #expect((other[name]! - tensor).abs().max().item() < 1e-10) }
    }
  }

  @Test func goesOnBitForBit() throws {
    let (data, options) = (Data(.float32), options())
    let (whole, unbroken) = try together(data, options)
    let expected = try unbroken.fitEach()
    let folder = FileManager.default.temporaryDirectory.appending(path: "chiasm-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for stopAfter in [3, 17, 31] {
      var (replicas, trainer) = try together(data, options)
      trainer.checkpoint = folder.appending(path: "group-\(stopAfter).safetensors")
      let cancellation = Cancellation()
      trainer.cancellation = cancellation
      var steps = 0
      trainer.progress = { _ in
        steps += 1
        if steps == stopAfter { cancellation.cancel() }
      }
      #expect(throws: TrainingCancelled.self) { try trainer.fitEach() }
      let checkpoint = trainer.checkpoint
      (replicas, trainer) = try together(data, options)
      trainer.checkpoint = checkpoint
      let results = try trainer.fitEach(resuming: true)
      for (a, b) in zip(results, expected) {
        #expect(try a.get().epochs.map(\.validationLoss) == b.get().epochs.map(\.validationLoss))
      }
      for (a, b) in zip(replicas.models, whole.models) {
        let other = b.state()
        for (name, tensor) in a.state() { #expect(tensor.floats == other[name]!.floats) }
      }
    }
  }

  @Test func oneThatBreaksDoesNotEndTheOthers() throws {
    let (data, options) = (Data(.float32), options { $0.epochs = 3 })
    let (replicas, trainer) = try together(data, options)
    // Model 2 starts from a weight that is not finite.
    replicas.values[2].fill_(.nan)
    let results = try trainer.fitEach()
    for (number, result) in results.enumerated() {
      switch result {
      case .success(let history): #expect(number != 2 && history.epochs.count == 3)
      case .failure(let failure):
        #expect(number == 2 && failure.quantity == .loss && failure.epoch == 1 && failure.step == 1)
      }
    }
    #expect(replicas.models[3].state().values.allSatisfy { $0.isFinite().all().item() == 1 })
  }

  @Test func refusesWhatCannotTrainAsOne() throws {
    #expect(throws: UntrainableModel.unlikeReplica(1)) {
      try Replicas(count: 2) { Linear(3, 2 + $0, generator: Generator(seed: 1)) }
    }
    let replicas = try Replicas(count: 2) { MLP(sizes: [3, 4, 2], generator: Generator(seed: UInt64($0))) }
    let trainer = Trainer<MLP, Tensor>(
      replicas: replicas, options: TrainingOptions(), seeds: [1, 2], stepsPerEpoch: 1,
      batches: { _, models in [Tensor.ones([models.count, 5, 3])] },
      parts: BatchParts(part: { x, row, _ in x[row] }, spread: { $1.wrap($0) }),
      objective: { model, x, _ in model.layers[0](x).sum() }, validate: { _ in [] })
    #expect(throws: UntrainableModel.noGradient(["layers.1.weight", "layers.1.bias"])) { try trainer.fitEach() }
  }
}
