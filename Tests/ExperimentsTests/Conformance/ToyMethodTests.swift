import Foundation
import Modalities
import Models
import Tensors
import Testing
import Training

@testable import Experiments

/// A method of a room that predicts nothing is trained, compared, used and resumed by what serves every method.
@Suite struct ToyMethodTests {
  private static let options: TrainingOptions = {
    var options = TrainingOptions()
    (options.epochs, options.batchSize, options.learningRate) = (60, 32, 3e-2)
    return options
  }()

  private func configuration(_ method: Method, on data: PreparedDataset, seed: Int = 1) throws -> TrialConfiguration {
    try TrialConfiguration(
      MethodSelection.parse(method.name, modalities: data.dataset.names, methods: ToyMethods.all)[0],
      training: Self.options, seed: seed, on: data, methods: ToyMethods.all)
  }

  @Test func modalitiesMeetInOneSpace() throws {
    let data = try ToyMethods.pairs(.retrieval)
    try ExampleData.inTemporaryFolder { folder in
      let run = RunFolder(folder)
      let record = try TrialRunner(data, methods: ToyMethods.all)
        .run(configuration(ToyMethods.contrastive, on: data), in: run)
      // Of a hundred in three dimensions; a guess has a mean reciprocal rank of .05.
      #expect(record.metrics["meanReciprocalRank"]! > 0.5 && record.metrics["recallAt10"]! > 0.9)
      #expect(record.predictions.count == 100 && record.predictions[0].count == 2 && record.targets.isEmpty)

      let use = try ModelUse(run, methods: ToyMethods.all)
      #expect(try use.evaluate(original(.retrieval), split: .test) == record.metrics)
      let vectors = try use.embed(original(.retrieval))
      #expect(vectors.keys.sorted() == ["linked.first", "linked.second"])
      let nearest = vectors["linked.first"]![0..<50].matmul(vectors["linked.second"]!.transposed(0, 1)).argmax(axis: 1)
      #expect(zip(nearest.integers, 0..<50).count { $0 == $1 } > 15)
      // What it cannot do is said.
      let error = #expect(throws: UsageError.self) { try use.predict(original(.retrieval)) }
      #expect(error?.description == "the model reads first, second but is none that predicts")
    }
  }

  @Test func samplesAreLikeTheData() throws {
    let data = try ToyMethods.pairs(.none)
    try ExampleData.inTemporaryFolder { folder in
      let run = RunFolder(folder)
      let record = try TrialRunner(data, methods: ToyMethods.all)
        .run(configuration(ToyMethods.generative, on: data), in: run)
      // Standardised: 3 (1 + ln 2π) / 2 for the first, and for the second the same with deviations .1.
      let entropy = 1.5 * (1 + log(2 * Double.pi)) * 2 + 3 * log(0.1)
      #expect(abs(record.metrics["negativeLogLikelihood"]! - entropy) < 0.3)

      let use = try ModelUse(run, methods: ToyMethods.all)
      let dataset = try original(.none)
      let made = try use.sample(["second"], given: dataset.keeping(["first"]), seed: 7)
      // In the data's own unit.
      let error = (made["second"]! - dataset.modalities["second"]!.values).square().mean().item().squareRoot()
      #expect(error < 0.4, "0.2 of the data, 0.2 of the sample; \(error)")
      #expect(
        try use.sample(["second"], given: dataset.keeping(["first"]), seed: 7)["second"]!.floats
          == made["second"]!.floats)
    }
  }

  @Test(arguments: [TaskKind.retrieval, .none]) func severalAreCompared(_ task: TaskKind) throws {
    let data = try ToyMethods.pairs(task)
    let list = task == .retrieval ? "toy-contrastive:output=3,toy-contrastive:output=1" : "toy-generative"
    let plan = ComparisonPlan(
      dataset: "pairs", fingerprint: data.fingerprint,
      selections: try MethodSelection.parse(list, modalities: data.dataset.names, methods: ToyMethods.all),
      seeds: [0, 1, 2], training: Self.options, methods: ToyMethods.all)
    #expect(plan.groups.allSatisfy { $0.count == 3 }, "seeds train as one")
    try ExampleData.inTemporaryFolder { folder in
      let (result, records) = try ComparisonRunner(plan, in: RunFolder(folder), on: data).run()
      let comparison = result.comparison
      #expect(records.count == plan.trials.count && records.allSatisfy { $0.failure == nil })
      #expect(comparison.verdict == nil && comparison.methods.count == plan.selections.count)
      let best = comparison.methods[0]
      #expect(best.name == plan.selections[0].name)
      // Read again, reported, and not done again.
      #expect(
        try ComparisonReader.read([RunFolder(folder)]).result.comparison.methods.map(\.name)
          == comparison.methods.map(\.name))
      #expect(
        try ComparisonRunner(plan, in: RunFolder(folder), on: data).run().records.map(\.predictions)
          == records.map(\.predictions))
    }
  }

  @Test(arguments: [TaskKind.retrieval, .none]) func stoppedTrainingGoesOnToTheSameModel(_ task: TaskKind) throws {
    let data = try ToyMethods.pairs(task)
    let configuration = try configuration(
      task == .retrieval ? ToyMethods.contrastive : ToyMethods.generative, on: data)
    let whole = try ExampleData.inTemporaryFolder {
      try TrialRunner(data, methods: ToyMethods.all).run(configuration, in: RunFolder($0))
    }
    try ExampleData.inTemporaryFolder { folder in
      let cancellation = Cancellation()
      #expect(throws: TrainingCancelled.self) {
        try TrialRunner(data, methods: ToyMethods.all, cancellation: cancellation)
          .run(configuration, in: RunFolder(folder)) { if $0.epoch == 3 { cancellation.cancel() } }
      }
      let resumed = try TrialRunner(data, methods: ToyMethods.all)
        .run(configuration, in: RunFolder(folder), resuming: true)
      #expect(resumed.predictions == whole.predictions)
    }
  }

  @Test func whatDoesNotLearnTheTaskIsRefused() throws {
    let data = try ToyMethods.pairs(.retrieval)
    let error = #expect(throws: InputError.self) {
      _ = try TrialConfiguration(
        MethodSelection.parse("early", modalities: data.dataset.names)[0], training: Self.options, seed: 0, on: data,
        methods: ToyMethods.all)
    }
    #expect(
      error?.description
        == "\(Manifest.fileName): task: \"retrieval\" is nothing that method early learns; toy-contrastive would")
  }

  /// As it was before it was normalised.
  private func original(_ task: TaskKind) throws -> Dataset {
    let prepared = try ToyMethods.pairs(task)
    let data = prepared.dataset
    return Dataset(
      manifest: data.manifest, ids: data.ids, splits: data.splits, targets: data.targets,
      modalities: data.modalities.mapValues { $0 }.reduce(into: [:]) { all, entry in
        all[entry.key] = ModalityData(values: prepared.normalisation.restored(entry.value.values, of: entry.key))
      })
  }
}
