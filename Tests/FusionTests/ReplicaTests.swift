import Encoders
import Foundation
import Fusion
import Layers
import Modalities
import Tensors
import Testing
import Training

/// Replica i of every registered method, with every encoder, ends where the run of its seed alone ends.
@Suite struct ReplicaTests {
  /// What models are made of and trained on.
  struct Kit: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let specifications: [String: ModalitySpecification]
    let dataset: Dataset
    let shapes: [String: [Int]]

    /// - Parameters:
    ///   - modalities: kind and shape of one sample of each.
    ///   - missing: whether samples lack modalities.
    ///   - ragged: whether sequences differ in length.
    init(
      _ name: String, _ modalities: [String: (ModalityKind, [Int])], task: TaskKind = .classification,
      missing: Bool = false, ragged: Bool = false
    ) {
      testDescription = name + (missing ? ", some missing" : "") + (ragged ? ", ragged" : "")
      let (count, generator) = (40, Generator(seed: 8))
      specifications = modalities.mapValues { kind, shape in
        var specification = ModalitySpecification(kind: kind, file: "x.npy")
        if kind == .image { specification.size = Array(shape.dropFirst()) }
        return specification
      }
      shapes = modalities.mapValues(\.1)
      var signal = Tensor.zeros([count])
      var data: [String: ModalityData] = [:]
      for (number, (name, (_, shape))) in modalities.sorted(by: { $0.key < $1.key }).enumerated() {
        let values = Tensor.randn([count] + shape, generator: generator)
        signal = signal + values.flattened(from: 1, to: -1).narrow(axis: 1, start: 0, length: 2).sum(axes: [1])
        let lengths = ragged && shape.count == 2 ? (0..<count).map { 2 + ($0 * 7) % (shape[0] - 1) } : nil
        let present = missing ? (0..<count).map { ($0 + number) % 4 != 0 } : nil
        data[name] = ModalityData(
          values: values, lengths: shape.count == 2 ? lengths ?? Array(repeating: shape[0], count: count) : nil,
          present: present)
      }
      let classes = signal.floats.map { $0 < -0.5 ? 0 : $0 < 0.5 ? 1 : 2 }
      let targets: Targets =
        switch task {
        case .regression: .values(signal.doubles)
        case .multilabel: .labels(signal.floats.map { [$0 > 0, $0 > 1, $0 < 0.3] })
        default: .classes(classes)
        }
      dataset = Dataset(
        manifest: Manifest(name: "kit", task: task, target: "y", modalities: specifications),
        ids: (0..<count).map { "s\($0)" }, splits: (0..<count).map { $0 < 28 ? .train : .validation }, targets: targets,
        classes: task == .regression ? [] : ["a", "b", "c"], modalities: data)
    }

    static let vectors = Kit("vectors", ["a": (.vector, [5]), "b": (.vector, [4]), "c": (.vector, [3])])
  }

  /// A method that cannot be replicated says so, and is not put to the test.
  static func replicates(_ variant: Variant) -> Bool {
    (try? FusionRegistry.description(named: variant.name))?.replicates ?? false
  }

  private let seeds: [UInt64] = [3, 4, 5]

  private func options() -> TrainingOptions {
    var options = TrainingOptions()
    options.epochs = 4
    options.patience = 1
    options.learningRate = 0.01
    options.gradientClip = 0.5
    return options
  }

  private func criterion(_ kit: Kit) -> Criterion {
    switch kit.dataset.manifest.task {
    case .regression: .meanSquaredError
    case .multilabel: .binaryCrossEntropy()
    default: .crossEntropy(classWeights: [1, 2, 0.5])
    }
  }

  /// Double precision, in which replicas and single runs differ by nothing but rounding of 10⁻¹⁶.
  private func precise(_ batch: Batch) -> Batch {
    var batch = batch
    batch.inputs = batch.inputs.mapValues {
      ModalityInput(values: $0.values.to(.float64), lengths: $0.lengths, present: $0.present)
    }
    return batch
  }

  private func model(_ method: String, _ options: [String: String], _ kit: Kit, seed: UInt64) throws -> FusionModel {
    let model = try FusionModel.make(
      specifications: kit.specifications, shapes: kit.shapes, method: method,
      options: ["width": "6"].merging(options) { $1 }, task: kit.dataset.manifest.task, outputs: kit.dataset.outputs,
      generator: Generator(seed: seed))
    model.convert(to: .float64)
    return model
  }

  private func order(_ kit: Kit, _ seed: UInt64) -> BatchOrder {
    BatchOrder(kit.dataset[.train], batchSize: 12, seed: seed, remainder: .keepPairs)
  }

  private func expectEqual(_ method: String, _ options: [String: String] = [:], _ kit: Kit, tolerance: Double = 1e-8)
    throws
  {
    let (criterion, training, dataset) = (criterion(kit), self.options(), kit.dataset)
    let validationBatch = precise(dataset.batch(dataset[.validation]))
    let replicas = try Replicas(count: seeds.count) { try model(method, options, kit, seed: seeds[$0]) }
    let orders = seeds.map { order(kit, $0) }
    let trainer = Trainer<FusionModel, Batch>(
      replicas: replicas, options: training, seeds: seeds, stepsPerEpoch: orders[0].count,
      batches: { epoch, models in
        let own = models.map { orders[$0].batches(epoch: epoch) }
        return own[0].indices.map { step in precise(dataset.batch(own.flatMap { $0[step] })) }
      },
      parts: BatchParts(part: { $0.part($1, of: $2) }, spread: { $0.spread(over: $1) }),
      objective: { model, batch, _ in model.objective(batch, criterion) },
      validate: { replicas in
        replicas.map { model, _ in criterion(model(validationBatch), validationBatch.target!) }.doubles
          .map { Validation(loss: $0, score: $0, higherIsBetter: false) }
      })
    let results = try trainer.fitEach()
    for (number, seed) in seeds.enumerated() {
      let alone = try model(method, options, kit, seed: seed)
      let history = try Trainer(
        model: alone, options: training, seed: seed, stepsPerEpoch: orders[number].count,
        batches: { orders[number].batches(epoch: $0).map { precise(dataset.batch($0)) } },
        objective: { model, batch, _ in model.objective(batch, criterion) },
        validate: {
          let loss = criterion(alone(validationBatch), validationBatch.target!).item()
          return Validation(loss: loss, score: loss, higherIsBetter: false)
        }
      ).fit()
      let found = try results[number].get()
      #expect(found.bestEpoch == history.bestEpoch && found.epochs.count == history.epochs.count)
      for (a, b) in zip(found.epochs, history.epochs) { #expect(abs(a.trainLoss - b.trainLoss) < tolerance) }
      let state = replicas.models[number].state()
      let start = try model(method, options, kit, seed: seed).state()
      var moved = false
      for (name, tensor) in alone.state() {
        let gap = (state[name]! - tensor).abs().max().item()
        #expect(gap <= tolerance, "\(name) of seed \(seed) differs by \(gap)")
        moved = moved || (tensor - start[name]!).abs().max().item() > 1e-3
      }
      #expect(moved, "a training that changes nothing proves nothing")
    }
  }

  @Test(arguments: Variant.all.filter { replicates($0) })
  func everyMethod(_ variant: Variant) throws {
    try expectEqual(variant.name, variant.options, .vectors)
  }

  @Test(arguments: Variant.all.filter { replicates($0) })
  func everyMethodWithModalitiesMissing(_ variant: Variant) throws {
    try expectEqual(
      variant.name, variant.options,
      Kit("vectors", ["a": (.vector, [5]), "b": (.vector, [4]), "c": (.vector, [3])], missing: true))
  }

  @Test(arguments: [TaskKind.regression, .multilabel]) func otherTasks(_ task: TaskKind) throws {
    let kit = Kit("vectors", ["a": (.vector, [5]), "b": (.vector, [4])], task: task)
    for method in ["low-rank", "late", "gated"] { try expectEqual(method, [:], kit) }
  }

  @Test func unimodal() throws { try expectEqual("unimodal", [:], Kit("vector", ["a": (.vector, [5])])) }

  static let encoders: [(kit: Kit, options: [String: String])] = [
    (Kit("MLP", ["a": (.vector, [5])]), ["layers": "3"]),
    (Kit("convolution", ["a": (.image, [1, 16, 16])]), [:]),
    (Kit("tiny convolution", ["a": (.image, [3, 5, 5])], missing: true), [:]),
    (Kit("temporal convolution", ["a": (.sequence, [20, 3])]), [:]),
    (Kit("temporal convolution", ["a": (.sequence, [20, 3])], missing: true, ragged: true), ["layers": "2"]),
    (Kit("recurrent", ["a": (.sequence, [6, 3])]), [:]),
    (Kit("recurrent", ["a": (.sequence, [6, 3])], missing: true, ragged: true), ["layers": "2"]),
    (Kit("raw", ["a": (.sequence, [6, 3])], missing: true, ragged: true), ["sequence-encoder": "raw"]),
    (Kit("resampled", ["a": (.sequence, [6, 3])], missing: true, ragged: true), ["sequence-encoder": "resampled"]),
  ]

  @Test(arguments: encoders.indices) func everyEncoder(_ number: Int) throws {
    let (kit, options) = Self.encoders[number]
    try expectEqual("unimodal", options, kit)
  }

  /// What is added while training is drawn seed by seed, whatever the batch is padded to.
  @Test(arguments: ["tensor", "late", "hpfn"]) func noiseAndHiddenModalities(method: String) throws {
    try expectEqual(method, ["noise": "0.3", "modality-dropout": "0.3"], Self.mixed)
  }

  static let mixed = Kit(
    "mixed", ["a": (.image, [1, 12, 12]), "b": (.sequence, [5, 3]), "c": (.audio, [18, 4]), "d": (.vector, [4])],
    missing: true, ragged: true)

  @Test func encodersOfAllKindsTogether() throws { try expectEqual("tensor", [:], Self.mixed) }

  @Test(arguments: FusionRegistry.all.filter { $0.readsSteps && $0.replicates }.map(\.name))
  func stepsOfAllKindsTogether(method: String) throws { try expectEqual(method, [:], Self.mixed) }
}
