import Evaluation
import Foundation
import Modalities
import Models
import Quantification
import Tensors
import Testing
import Training

@testable import Experiments

@Suite struct UtilizationTests {
  /// `easy` shows the class with its sign, wrongly once in ten times; `hard` shows it always, as the parity of two signs
  /// among sixteen numbers that say nothing.
  static func uneven(samples: Int = 900, seed: UInt64 = 8) throws -> Dataset {
    var random = SplitMix64(seed: seed)
    var (easy, hard, classes) = ([Float](), [Float](), [Int]())
    for _ in 0..<samples {
      let bits = [random.next(below: 2), random.next(below: 2)]
      let label = bits[0] ^ bits[1]
      classes.append(label)
      let shown = random.uniform() < 0.1 ? 1 - label : label
      easy += [Float(2 * shown - 1) + 0.1 * Float(random.normal()), Float(random.normal())]
      hard += bits.map { Float(2 * $0 - 1) + 0.2 * Float(random.normal()) }
      hard += (0..<16).map { _ in Float(random.normal()) }
    }
    return ExampleData.vectors("uneven", classes: classes, ["easy": easy, "hard": hard])
  }

  private func train(
    _ data: PreparedDataset, _ method: String, _ balance: Balance?, seed: Int, epochs: Int, in folder: URL
  ) throws -> (TrialRecord, TrainedTrial) {
    var training = TrainingOptions()
    (training.epochs, training.patience, training.balance) = (epochs, epochs, balance)
    training.learningRate = 2e-3
    let selection = try MethodSelection.parse(method, modalities: data.dataset.names)[0]
    let run = RunFolder(folder.appending(path: "\(balance?.rawValue ?? "plain")-\(method)-\(seed)"))
    let record = try TrialRunner(data).run(
      TrialConfiguration(selection, training: training, seed: seed, on: data), in: run)
    return (record, TrainedTrial(selection, seed: seed, folder: run))
  }

  /// Of several labels there are more targets than samples.
  @Test func ratesOfSeveralLabels() throws {
    let raw = try Self.uneven(samples: 150)
    guard case .classes(let classes) = raw.targets else { return }
    var manifest = raw.manifest
    manifest.task = .multilabel
    let labels = Dataset(
      manifest: manifest, ids: raw.ids, splits: raw.splits,
      targets: .labels(classes.enumerated().map { [$1 == 1, $1 == 0, $0 % 2 == 0] }),
      classes: ["no", "yes", "even"], modalities: raw.modalities)
    try ExampleData.inTemporaryFolder { folder in
      let (record, trial) = try train(PreparedDataset(labels), "additive", nil, seed: 1, epochs: 2, in: folder)
      #expect(record.epochs.allSatisfy { $0.utilization?.keys.sorted() == ["easy", "hard"] })
      #expect(try UtilizationAnalysis().run([trial], on: labels).methods[0].rates.count == 2)
    }
  }

  /// The point of balancing: plain joint training leaves the hard modality aside, and every way of balancing makes the
  /// model use it more.
  @Test func balancingRaisesTheUseOfTheHardModality() throws {
    let raw = try Self.uneven()
    let data = try PreparedDataset(raw)
    try ExampleData.inTemporaryFolder { folder in
      func trained(_ balance: Balance?) throws -> (use: Double, accuracy: Double) {
        let trials = try (0..<2).map { try train(data, "additive", balance, seed: $0, epochs: 14, in: folder) }
        var analysis = UtilizationAnalysis()
        analysis.resamples = 10
        let rates = try analysis.run(trials.map(\.1), on: raw).methods[0].rates
        return (
          try #require(rates["hard"]).mean, trials.reduce(0) { $0 + $1.0.validationMetrics["accuracy"]! } / 2
        )
      }
      let plain = try trained(nil)
      // All that the easy one leaves is a tenth.
      #expect(plain.use < 0.06, "\(plain)")
      for balance in Balance.allCases {
        let balanced = try trained(balance)
        #expect(balanced.use > plain.use + 0.02, "\(balance): \(balanced) against \(plain)")
        #expect(balanced.accuracy > plain.accuracy + 0.01, "\(balance): \(balanced) against \(plain)")
      }
    }
  }

  /// Live rates are those of the analysis at the epoch that was kept, for every kind of fusion that measures them.
  @Test(arguments: ["early", "tensor", "late"]) func recordedRatesAreThoseOfTheKeptModel(_ method: String) throws {
    let raw = try Self.uneven(samples: 240)
    let data = try PreparedDataset(raw)
    try ExampleData.inTemporaryFolder { folder in
      let (record, trial) = try train(data, method, nil, seed: 1, epochs: 4, in: folder)
      #expect(record.epochs.allSatisfy { $0.utilization?.count == 2 })
      let result = try UtilizationAnalysis().run([trial], on: raw).methods[0]
      let kept = try #require(record.epochs[record.bestEpoch - 1].utilization)
      for (name, rate) in kept { #expect(abs(result.rates[name]!.mean - rate) < 1e-9) }
      #expect(result.curves["easy"] == record.epochs.map { $0.utilization!["easy"]! })
      let table = try String(contentsOf: trial.folder.epochs, encoding: .utf8)
      #expect(table.hasPrefix("epoch,trainLoss,validationLoss,validationScore,learningRate,seconds,"))
      #expect(table.contains("utilization(easy),utilization(hard)\n"))
    }
  }

  /// What no validation sample has is not called neglected: nothing is known of its use, by one model or by several at once.
  @Test func whatASplitLacksIsNotMeasured() throws {
    let raw = try Self.uneven(samples: 240)
    var modalities = raw.modalities
    let isThere = raw.splits.map { $0 != .validation }
    modalities["hard"] = ModalityData(values: raw.modalities["hard"]!.values, present: isThere)
    let lacking = Dataset(
      manifest: raw.manifest, ids: raw.ids, splits: raw.splits, targets: raw.targets, classes: raw.classes,
      modalities: modalities)
    #expect(lacking.modalitiesAbsent(in: .validation) == ["hard"] && lacking.modalitiesAbsent(in: .test).isEmpty)
    #expect(raw.modalitiesAbsent(in: .validation).isEmpty)
    let data = try PreparedDataset(lacking)
    try ExampleData.inTemporaryFolder { folder in
      for method in ["early", "late"] {
        let (record, trial) = try train(data, method, nil, seed: 1, epochs: 2, in: folder)
        #expect(record.epochs.allSatisfy { $0.utilization?.keys.sorted() == ["easy"] })
        let result = try UtilizationAnalysis().run([trial], on: lacking)
        #expect(result.absent == ["hard"] && result.methods[0].rates.keys.sorted() == ["easy"])
        #expect(!result.methods[0].neglected.contains("hard"))
        var onTest = UtilizationAnalysis()
        onTest.split = .test
        let tested = try onTest.run([trial], on: lacking)
        #expect(tested.absent.isEmpty && tested.methods[0].rates.count == 2)
      }
      let plan = ComparisonPlan(
        dataset: "x", fingerprint: data.fingerprint,
        selections: try MethodSelection.parse("early", modalities: data.dataset.names), seeds: [1, 2],
        training: TrainingOptions())
      let folders = (0..<2).map { RunFolder(folder.appending(path: "replica-\($0)")) }
      let configurations = try plan.trials.map { trial in
        var training = TrainingOptions()
        (training.epochs, training.patience) = (2, 2)
        return try TrialConfiguration(trial.selection, training: training, seed: trial.seed, on: data)
      }
      let records = try TrialRunner(data).run(
        group: configurations, in: folders, finished: [false, false],
        checkpoint: folder.appending(path: "group.safetensors"))
      for record in records {
        #expect(record?.epochs.allSatisfy { $0.utilization?.keys.sorted() == ["easy"] } == true)
      }
    }
  }

  /// By hand: the accuracy of late fusion without a modality is that of the other's expert.
  @Test func withoutAModalityLateFusionIsTheOtherExpert() throws {
    let raw = try Self.uneven(samples: 240)
    let data = try PreparedDataset(raw)
    try ExampleData.inTemporaryFolder { folder in
      let (_, trial) = try train(data, "late", nil, seed: 1, epochs: 4, in: folder)
      let trained = try TrainedModel.load(trial.folder)
      let normalised = raw.normalised(with: trained.normalisation)
      let batch = normalised.batch(raw[.validation])
      func accuracy(_ hidden: String?) -> Double {
        var batch = batch
        if let hidden { batch.inputs[hidden]!.present = .zeros([batch.count], dtype: .bool) }
        let predicted = withoutGradients { trained.predictions(batch).argmax(axis: 1).integers }
        return Double(zip(predicted, batch.target!.integers).count { $0 == $1 }) / Double(batch.count)
      }
      let rates = try UtilizationAnalysis().run([trial], on: raw).methods[0].rates
      for name in ["easy", "hard"] {
        #expect(abs(rates[name]!.mean - (accuracy(nil) - accuracy(name)) / accuracy(nil)) < 1e-12)
      }
    }
  }

  @Test func oneModalityIsLeftOutAndNotBalanced() throws {
    let raw = try Self.uneven(samples: 240)
    let data = try PreparedDataset(raw)
    try ExampleData.inTemporaryFolder { folder in
      let (record, trial) = try train(data, "unimodal@easy", .blending, seed: 1, epochs: 2, in: folder)
      #expect(record.epochs.allSatisfy { $0.utilization == nil })
      let result = try UtilizationAnalysis().run([trial], on: raw)
      #expect(result.methods.isEmpty && result.leftOut.count == 1)
      let (plain, _) = try train(data, "late", nil, seed: 1, epochs: 2, in: folder)
      let (balanced, _) = try train(data, "late", .impartial, seed: 1, epochs: 2, in: folder)
      #expect(plain.predictions == balanced.predictions)
    }
  }
}
