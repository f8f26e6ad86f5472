import Evaluation
import Foundation
import Modalities
import Models
import Tensors
import Testing
import Training

@testable import Experiments

/// What every method of every room keeps to, by what its models can do. Nothing here names a method.
@Suite struct MethodConformanceTests {
  static let methods = ToyMethods.all.map(\.name)

  private static let options: TrainingOptions = {
    var options = TrainingOptions()
    (options.epochs, options.batchSize, options.learningRate) = (2, 12, 1e-2)
    return options
  }()

  /// A vector, sequences of one to six steps and pictures; every fifth sample lacks one of them.
  private func data(_ task: TaskKind, modalities: Int) throws -> PreparedDataset {
    if task == .none || task == .retrieval { return try ToyMethods.pairs(task, samples: 72) }
    let (samples, generator) = (72, Generator(seed: 8))
    let classes = (0..<samples).map { $0 / 3 % 2 }
    func shifted(_ shape: [Int]) -> Tensor {
      let label = Tensor(classes.map(Float.init)).reshaped([samples] + shape.map { _ in 1 })
      return Tensor.randn([samples] + shape, generator: generator) + label
    }
    func present(_ modality: Int) -> [Bool] { (0..<samples).map { $0 % 15 != 5 * modality } }
    var all = [
      "a": ModalityData(values: shifted([4]), present: present(0)),
      "b": ModalityData(
        values: shifted([6, 3]), lengths: (0..<samples).map { 1 + $0 * 7 % 6 }, present: present(1)),
      "c": ModalityData(values: shifted([1, 8, 8]), present: present(2)),
    ]
    let kinds: [String: ModalityKind] = ["a": .vector, "b": .sequence, "c": .image]
    for name in all.keys.sorted().dropFirst(modalities) { all[name] = nil }
    return try PreparedDataset(
      Dataset(
        manifest: Manifest(
          name: "conformance", task: .classification, target: "class",
          modalities: all.reduce(into: [:]) {
            var specification = ModalitySpecification(kind: kinds[$1.key]!, file: "\($1.key).npy")
            if specification.kind == .image { (specification.size, specification.channels) = ([8, 8], 1) }
            $0[$1.key] = specification
          }),
        ids: (0..<samples).map { "s\($0)" },
        splits: (0..<samples).map { $0 % 3 == 0 ? .test : $0 % 6 == 1 ? .validation : .train },
        targets: .classes(classes), classes: ["no", "yes"], modalities: all))
  }

  private func trained(
    _ method: Method, on data: PreparedDataset, seed: Int = 1
  ) throws -> (record: TrialRecord, model: TrainedModel) {
    let selection = MethodSelection(method: method.name, modalities: data.dataset.names, among: data.dataset.names)
    let configuration = try TrialConfiguration(
      selection, training: Self.options, seed: seed, on: data, methods: ToyMethods.all)
    return try ExampleData.inTemporaryFolder {
      let record = try TrialRunner(data, methods: ToyMethods.all).run(configuration, in: RunFolder($0))
      return (record, try TrainedModel.load(RunFolder($0), methods: ToyMethods.all))
    }
  }

  @Test func namesAreStable() {
    #expect(Set(Self.methods).count == Self.methods.count)
    for method in ToyMethods.all {
      #expect(method.name.allSatisfy { $0.isLowercase || $0.isNumber || $0 == "-" }, "\(method.name)")
      #expect(
        !method.summary.contains("\n") && !method.summary.isEmpty && !method.paper.isEmpty && !method.tasks.isEmpty)
      #expect(Set(method.options.map(\.name)).count == method.options.count, "\(method.name)")
      #expect(throws: UsageError.self) { try method.values(["no-such-option": "1"]) }
    }
  }

  /// It trains on every number of modalities that it claims, up to three.
  @Test(arguments: methods) func anyNumberOfModalities(_ name: String) throws {
    let method = try ToyMethods.all.named(name)
    for count in method.modalities.clamped(to: 1...2) where count != min(method.modalities.upperBound, 3) {
      let data = try data(method.tasks.sorted { $0.rawValue < $1.rawValue }[0], modalities: count)
      let (record, _) = try trained(method, on: data)
      #expect(record.predictions.count == 24 && record.predictions.allSatisfy { $0.allSatisfy(\.isFinite) })
    }
  }

  /// What a trained model can do, it does as its capabilities say; a file holds all of it, and a seed decides it.
  @Test(arguments: methods) func modelsDoWhatTheyCan(_ name: String) throws {
    let method = try ToyMethods.all.named(name)
    let task = method.tasks.sorted { $0.rawValue < $1.rawValue }[0]
    let data = try data(task, modalities: min(method.modalities.upperBound, 3))
    let (record, trained) = try trained(method, on: data)
    let (test, model) = (data.dataset[.test], trained.model)
    #expect(record.predictions.count == test.count && record.predictions.allSatisfy { $0.allSatisfy(\.isFinite) })
    #expect(try trained.predictions(data.dataset, test) == record.predictions, "a file holds everything")
    #expect(try self.trained(method, on: data).record.predictions == record.predictions, "a seed decides everything")
    if method.isDeterministic {
      #expect(try self.trained(method, on: data, seed: 2).record.predictions == record.predictions)
    }
    #expect(model.names == data.dataset.names && model.parameterCount > 0)

    let batch = data.dataset.batch(test)
    try withoutGradients {
      if let model = model as? any Predicting { try predicts(model, batch, outputs: data.dataset.outputs) }
      if let model = model as? any Staged { worksInStages(model, batch) }
      if let model = model as? any EmbeddingModel { embeds(model, batch) }
      if let model = model as? any Generating {
        let made = model.sample(model.names, given: batch.keeping([model.names[0]]), using: Generator(seed: 1))
        #expect(made.names == model.names)
        #expect(made.inputs.values.allSatisfy { $0.values.isFinite().all().item() == 1 })
      }
      if let model = model as? any Likelihood {
        #expect(model.negativeLogLikelihood(batch).shape == [batch.count])
      }
      if let model = model as? any Aligning {
        let rows = model.alignment(batch, from: model.names[0], to: model.names[1]).sum(axes: [2])
        #expect((rows - 1).abs().max().item() < 1e-5)
      }
      if let model = model as? any Factoring {
        #expect(
          model.factors(batch).values.allSatisfy { $0.shape[0] == batch.count && $0.isFinite().all().item() == 1 })
      }
    }
  }

  private func predicts(_ model: any Predicting, _ batch: Batch, outputs: Int) throws {
    let all = model(batch)
    #expect(all.shape == [batch.count, outputs] && model.representation(batch).shape[0] == batch.count)
    // What stands in the row of an absent modality is never read, not even NaN.
    var spoilt = batch
    for (name, input) in batch.inputs {
      guard let present = input.present else { continue }
      let rows = present.reshaped([-1] + [Int](repeating: 1, count: input.values.rank - 1))
      spoilt.inputs[name]!.values = Tensor.where(rows, input.values, Tensor(Double.nan, dtype: input.values.dtype))
    }
    #expect(model(spoilt).floats == all.floats)
    if let names = model.choiceNames {
      let shares = try #require(model.choices(batch))
      #expect(shares.shape == [batch.count, names.count] && shares.floats.allSatisfy { (0...1.0001).contains($0) })
    }
  }

  private func worksInStages(_ model: any Staged, _ batch: Batch) {
    let (encoded, present) = (model.encode(batch), model.presence(batch))
    #expect(encoded.count == model.names.count && model.widths.count == model.names.count)
    #expect((model.predict(encoded, present: present) - model(batch)).abs().max().item() == 0)
    let parts = model.parts(encoded, present: present)
    #expect((model.combine(parts, present: present) - model(batch)).abs().max().item() < 1e-5)
    let (first, second) = (batch.rows(0..<10), batch.rows(10..<batch.count))
    let (joined, whole) = model.encode([first, second])
    #expect((model.predict(joined, present: whole) - model(batch)).abs().max().item() < 1e-4)
  }

  private func embeds(_ model: any EmbeddingModel, _ batch: Batch) {
    let vectors = model.embed(batch)
    #expect(vectors.count > 1 && vectors.keys.allSatisfy(model.names.contains))
    #expect(Set(vectors.values.map(\.shape)).count == 1, "one space")
    #expect(vectors.values.allSatisfy { $0.shape[0] == batch.count && $0.isFinite().all().item() == 1 })
  }

  /// A recorded step does what the engine does.
  @Test(arguments: methods) func recordedStepsAreTheEngines(_ name: String) throws {
    let method = try ToyMethods.all.named(name)
    guard case .gradients = method.learning else { return }
    let data = try data(
      method.tasks.sorted { $0.rawValue < $1.rawValue }[0], modalities: min(method.modalities.upperBound, 3))
    let selection = MethodSelection(method: name, modalities: data.dataset.names, among: data.dataset.names)
    var options = Self.options
    // A step of Adam is as long for a gradient that is rounding as for any other.
    options.optimizer = .sgd
    let configuration = try TrialConfiguration(
      selection, training: options, seed: 1, on: data, methods: ToyMethods.all)
    let runner = TrialRunner(data, methods: ToyMethods.all)
    let batches = runner.order(configuration).batches(epoch: 1).map { data.dataset.batch($0) }
    func state(_ network: some LearningModel, isRecorded: Bool) throws -> [String: Tensor] {
      var trainer = Trainer(
        model: network, options: options, seed: 4, stepsPerEpoch: batches.count, batches: { _ in batches },
        objective: { $0.objective($1, at: $2) },
        validate: { Validation(loss: 0, score: 0, higherIsBetter: false) })
      if isRecorded { trainer.tensors = { $0.tensors } }
      _ = try trainer.fit()
      return network.state()
    }
    let states = try [true, false].map { try state(runner.untrained(configuration).network, isRecorded: $0) }
    for (key, tensor) in states[0] where tensor.count > 0 {
      #expect((tensor - states[1][key]!).abs().max().item() < 1e-4, "\(key)")
    }
  }
}

extension Batch {
  /// Some of its samples.
  fileprivate func rows(_ run: Range<Int>) -> Batch {
    Batch(
      inputs: inputs.mapValues {
        ModalityInput(values: $0.values[run], lengths: $0.lengths?[run], present: $0.present?[run])
      }, target: target?[run], ids: Array(ids[run]))
  }
}
