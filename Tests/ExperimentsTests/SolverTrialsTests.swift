import Analyses
import Evaluation
import Foundation
import Modalities
import Models
import Quantification
import Tensors
import Testing
import Training

@testable import Experiments

@Suite struct SolverTrialsTests {
  static let names = Method.all.filter { if case .solver = $0.learning { true } else { false } }.map(\.name)

  private func configuration(
    _ text: String, on data: PreparedDataset, seed: Int = 1, balanced: Bool = false
  ) throws -> TrialConfiguration {
    var training = TrainingOptions()
    training.epochs = 12
    training.learningRate = 1e-2
    training.balancedClasses = balanced
    return try TrialConfiguration(
      MethodSelection.parse(text, modalities: data.dataset.names)[0], training: training, seed: seed, on: data)
  }

  private func record(_ text: String, on data: PreparedDataset, seed: Int = 1) throws -> TrialRecord {
    try ExampleData.inTemporaryFolder {
      try TrialRunner(data).run(configuration(text, on: data, seed: seed), in: RunFolder($0))
    }
  }

  @Test(arguments: names) func whatBothModalitiesShowIsLearned(_ method: String) throws {
    let record = try record(method, on: ExampleData.signs(xor: false))
    #expect(record.metrics["accuracy"]! > 0.95)
    #expect(record.epochs.count == 1 && record.bestEpoch == 1 && record.parameters > 0)
    #expect(record.epochs[0].trainLoss.isFinite && record.epochs[0].validationLoss.isFinite)
    // What was left open is said.
    #expect(!record.options.values.contains("auto"))
    #expect(record.predictions.allSatisfy { abs($0.reduce(0, +) - 1) < 1e-5 })
  }

  /// Two numbers and two numbers have two components, however many are asked for.
  @Test(arguments: ["kernel-cca:kernel=linear:components=9", "deep-cca:components=9:hidden=2"])
  func componentsThatThereAreNot(_ method: String) throws {
    let record = try record(method, on: ExampleData.signs(xor: false, samples: 600))
    #expect(record.metrics["accuracy"]! > 0.9)
    #expect(Int(record.options["components"]!)! <= 9)
  }

  @Test func whatDoesNotFitIntoTheMemoryIsRefused() throws {
    let cca = try Method.all.named("cca")
    try TrialRunner.checkMemory(cca, bytes: 1 << 20, widths: [3, 4], available: 1 << 30)
    let error = #expect(throws: UsageError.self) {
      try TrialRunner.checkMemory(cca, bytes: 24 << 30, widths: [3, 27648], available: 1 << 30)
    }
    #expect(error?.description.contains("cca on 3 + 27648 numbers a sample needs about 25.8 GB, 1.1 GB") == true)
  }

  /// A sum over modalities, whatever its kernels, has no interaction: it gets three of the four corners right at best.
  @Test(arguments: ["mkl", "composite-kernel", "kernel-cca", "cca"])
  func interactionsAreNot(_ method: String) throws {
    let record = try record(method, on: ExampleData.signs(xor: true, samples: 600))
    #expect(record.metrics["accuracy"]! < 0.82)
  }

  @Test(arguments: names) func valuesAreInTheTargetsUnit(_ method: String) throws {
    let record = try record(method, on: ExampleData.sums())
    // Networks trained to correlate two independent numbers need not keep them.
    if !method.hasPrefix("d") { #expect(record.metrics["r2"]! > 0.9) }
    #expect(record.predictions.allSatisfy { abs($0[0] - 100) < 10 })
  }

  /// Networks that are trained to correlate two modalities need not keep what has nothing to do with the other.
  @Test(arguments: names.filter { !$0.hasPrefix("d") }) func labelsAreLearned(_ method: String) throws {
    let record = try record(method, on: Self.labels())
    #expect(record.metrics["subsetAccuracy"]! >= 0.9)
  }

  @Test(arguments: names) func savedModelPredictsTheSame(_ method: String) throws {
    let data = try ExampleData.signs(xor: false, missing: true)
    try ExampleData.inTemporaryFolder { folder in
      let run = RunFolder(folder)
      let record = try TrialRunner(data).run(configuration(method, on: data), in: run)
      let loaded = try TrainedModel.load(run)
      #expect(try loaded.predictions(data.dataset, data.dataset[.test]) == record.predictions)
      let representation = loaded.mapped(data.dataset, [0, 1, 2]) { loaded.staged.representation($0) }
      #expect(representation.shape[0] == 3 && representation.isFinite().all().item() == 1)
    }
  }

  /// An absent modality counts as the mean of the train split, whatever stands in its row.
  @Test(arguments: names) func absentModalitiesAreFilled(_ method: String) throws {
    let data = try ExampleData.signs(xor: false, missing: true)
    try ExampleData.inTemporaryFolder { folder in
      let run = RunFolder(folder)
      _ = try TrialRunner(data).run(configuration(method, on: data), in: run)
      let loaded = try TrainedModel.load(run)
      let batch = data.dataset.batch([0, 5])
      var other = batch
      other.inputs["right"]!.values = Tensor.full([2, 2], .nan)
      let predictions = [batch, other].map { loaded.predictions($0).floats }
      #expect(predictions[0] == predictions[1] && predictions[0].allSatisfy(\.isFinite))
    }
  }

  /// Of three classes, whose probabilities are no sum, the projection is still the model: it is made of what is decided.
  @Test(arguments: names, [2, 3]) func modalitiesAreAddedUp(_ method: String, classes: Int) throws {
    let data = try Self.classes(classes)
    #expect(
      try MethodSelection.parse(method, modalities: data.dataset.names)[0].additiveScale(task: .classification)
        == .logits)
    try ExampleData.inTemporaryFolder { folder in
      let run = RunFolder(folder)
      _ = try TrialRunner(data).run(configuration(method, on: data), in: run)
      let samples = EncodedSamples(try TrainedModel.load(run), of: data.dataset, data.dataset[.test])
      let result = samples.additiveProjection(EMAP())
      let probabilities = [result.projection, result.original].map { $0.softmax(axis: 1) }
      #expect((probabilities[0] - probabilities[1]).abs().max().item() < 1e-5)
      #expect(result.original.standardDeviation(axes: [0]).max().item() > 1e-2)
    }
  }

  /// Vectors around a point of their own for each class, in both modalities.
  private static func classes(_ count: Int, samples: Int = 150) throws -> PreparedDataset {
    let generator = Generator(seed: 12)
    let classes = Tensor.randint(0, count, [samples], generator: generator).integers
    let noise = Tensor.randn([samples, 4], generator: generator).floats
    func values(_ offset: Int) -> [Float] {
      (0..<samples).flatMap { row in
        (0..<2).map { Float((classes[row] * (offset + $0 + 1)) % 3) + noise[4 * row + 2 * offset + $0] }
      }
    }
    return try PreparedDataset(
      ExampleData.vectors(
        "points", classes: classes, named: (0..<count).map { "c\($0)" }, ["left": values(0), "right": values(1)]))
  }

  @Test(arguments: names) func numbersThatAreNotFiniteAreNotPredictedFrom(_ method: String) throws {
    let data = try ExampleData.signs(xor: false)
    try ExampleData.inTemporaryFolder { folder in
      let run = RunFolder(folder)
      _ = try TrialRunner(data).run(configuration(method, on: data), in: run)
      var batch = data.dataset.batch([0])
      batch.inputs["right"]!.values = Tensor.full([1, 2], .nan)
      #expect(try TrainedModel.load(run).predictions(batch).floats.contains { $0.isNaN })
    }
  }

  @Test(arguments: names) func damagedFilesAreRefused(_ method: String) throws {
    let data = try ExampleData.signs(xor: false)
    try ExampleData.inTemporaryFolder { folder in
      let run = RunFolder(folder)
      _ = try TrialRunner(data).run(configuration(method, on: data), in: run)
      let (tensors, notes) = try Safetensors.read(run.model)
      let own = tensors.keys.filter { $0.hasPrefix("model.") }.sorted()
      func refuses(_ changed: [String: Tensor], _ what: String, notes changedNotes: [String: String]? = nil) throws {
        try Safetensors.write(changed, metadata: changedNotes ?? notes, to: run.model)
        let error = #expect(throws: InputError.self, "\(what)") { try TrainedModel.load(run) }
        #expect(error?.file == run.model.path, "\(what)")
      }
      for key in own {
        try refuses(tensors.filter { $0.key != key }, "without \(key)")
        try refuses(
          tensors.merging([key: Tensor.zeros(tensors[key]!.shape + [2], dtype: .float64)]) { $1 }, "shape of \(key)")
      }
      for key in own where !key.contains("networks") {
        try refuses(tensors.merging([key: tensors[key]!.to(.float32)]) { $1 }, "type of \(key)")
        let infinite = Tensor.full(tensors[key]!.shape, .infinity, dtype: .float64)
        try refuses(tensors.merging([key: infinite]) { $1 }, "values of \(key)")
      }
      try refuses(tensors.merging(["model.other": Tensor.zeros([1], dtype: .float64)]) { $1 }, "more than it needs")
      for name in notes.keys where !["format", "method"].contains(name) {
        try refuses(tensors, "note \(name)", notes: notes.merging([name: "[{}]"]) { $1 })
        try refuses(tensors, "no note \(name)", notes: notes.filter { $0.key != name })
      }
    }
  }

  @Test func seedsDecideDeepMethodsAlone() throws {
    let data = try ExampleData.signs(xor: false)
    let same = try (0..<2).map { try record("kernel-cca", on: data, seed: $0) }
    #expect(same[0].predictions == same[1].predictions)
    let deep = try [1, 1, 2].map { try record("deep-cca", on: data, seed: $0) }
    #expect(deep[0].predictions == deep[1].predictions && deep[0].predictions != deep[2].predictions)
  }

  @Test func methodsWithoutASeedAreFittedOnce() throws {
    let data = try ExampleData.signs(xor: false)
    let selections = try MethodSelection.parse("cca,deep-cca,additive", modalities: data.dataset.names)
    let plan = ComparisonPlan(
      dataset: "x", fingerprint: data.fingerprint, selections: selections, seeds: [3, 4], training: TrainingOptions())
    let trials = plan.trials.map { "\($0.selection.name) \($0.seed)" }
    #expect(trials == ["cca 3", "deep-cca 3", "additive 3", "deep-cca 4", "additive 4"])
    #expect(plan.groups.flatMap { $0 }.count == 5)
  }

  /// Linear methods and kernels of single modalities are their own additive projection.
  @Test(arguments: names) func comparisonsTakeThem(_ method: String) throws {
    let data = try ExampleData.signs(xor: false)
    var training = TrainingOptions()
    training.epochs = 3
    try ExampleData.inTemporaryFolder { folder in
      let plan = ComparisonPlan(
        dataset: "x", fingerprint: data.fingerprint,
        selections: try MethodSelection.parse("unimodal,\(method)", modalities: data.dataset.names), seeds: [0, 1],
        training: training)
      let (result, records) = try ComparisonRunner(plan, in: RunFolder(folder), on: data).run()
      let comparison = result.comparison
      #expect(comparison.methods.allSatisfy { $0.failures.isEmpty }, "\(comparison.methods.flatMap(\.failures))")
      #expect(comparison.verdict?.bestFusion == method)
      let own = records.filter { $0.method == method }
      // It is said to add up, and does: its projection is itself.
      #expect(comparison.verdict?.adds != nil && comparison.verdict?.interactionsClaimed == false)
      for record in own {
        #expect(record.emap == nil)
        let trial = plan.trials.first { $0.selection.name == method && $0.seed == record.seed }!
        let trained = try TrainedModel.load(plan.folder(of: trial, in: RunFolder(folder)))
        let projection = EncodedSamples(trained, of: data.dataset, data.dataset[.test]).additiveProjection()
        #expect(projection.isExact)
        let rows = trained.finish(projection.projection).rows
        let gap = zip(rows.joined(), record.predictions.joined()).map { abs($0 - $1) }.max()!
        #expect(gap < 1e-3)
      }
      #expect(own.count == (try Method.all.named(method).isDeterministic ? 1 : 2))
    }
  }

  @Test func balancedClassesCountAlike() throws {
    // Nine of ten samples are of one class, and features tell little.
    let data = try Self.unbalanced()
    func share(_ method: String, balanced: Bool) throws -> Double {
      try ExampleData.inTemporaryFolder { folder in
        let record = try TrialRunner(data).run(
          configuration(method, on: data, balanced: balanced), in: RunFolder(folder))
        return record.metrics["balancedAccuracy"]!
      }
    }
    for method in ["cca:regularisation=0.1:components=1:predictor-cost=1", "mkl:cost=1:kernels=linear"] {
      #expect(try share(method, balanced: true) > share(method, balanced: false) + 0.05, "\(method)")
    }
  }

  /// Where those who have the rare label count as much as those who have not, its probability is one half on average over
  /// both kinds: the gradient of the bias is zero.
  @Test(arguments: ["cca:regularisation=0.1:components=1:predictor-cost=1", "mkl:cost=1:kernels=linear"])
  func balancedLabelsCountAlike(_ method: String) throws {
    let data = try Self.unbalanced(labels: true)
    func share(balanced: Bool) throws -> Double {
      try ExampleData.inTemporaryFolder { folder in
        let record = try TrialRunner(data).run(
          configuration(method, on: data, balanced: balanced), in: RunFolder(folder))
        func mean(_ target: Double) -> Double {
          let rows = record.predictions.indices.filter { record.targets[2 * $0 + 1] == target }
          return rows.reduce(0) { $0 + record.predictions[$1][1] } / Double(rows.count)
        }
        return (mean(0) + mean(1)) / 2
      }
    }
    let (plain, balanced) = try (share(balanced: false), share(balanced: true))
    #expect(plain < 0.35)
    #expect(abs(balanced - 0.5) < 0.1)
  }

  @Test(arguments: [
    ("cca:regularisation=2", "regularisation"), ("cca:components=0", "components"), ("kernel-cca:kernel=chi2", "chi2"),
    ("kernel-cca:kernel=nothing", "nothing"), ("deep-cca:hidden=64-x", "hidden"), ("mkl:norm=0.5", "norm"),
    ("mkl:kernels=linear+intersection", "intersection"), ("mkl:cost=0", "cost"),
    ("composite-kernel:lambda=-1", "lambda"),
  ])
  func wrongOptionsAreRefusedBeforeFitting(_ text: String, _ word: String) throws {
    let data = try ExampleData.signs(xor: false)
    let error = #expect(throws: UsageError.self) { try configuration(text, on: data).check(on: data) }
    #expect(error?.description.contains(word) == true)
  }

  // MARK: Data

  /// Two labels, each shown by one modality.
  private static func labels(samples: Int = 360) throws -> PreparedDataset {
    let generator = Generator(seed: 8)
    let views = (0..<2).map { _ in Tensor.randn([samples, 2], generator: generator) }
    let columns = views.map { $0.select(axis: 1, index: 0).floats }
    return try PreparedDataset(
      dataset(
        .multilabel, views, .labels((0..<samples).map { row in columns.map { $0[row] > 0 } }), ["a", "b"]))
  }

  /// A tenth of the samples are of another class, or have a second label.
  private static func unbalanced(samples: Int = 600, labels: Bool = false) throws -> PreparedDataset {
    let generator = Generator(seed: 9)
    let classes = (0..<samples).map { $0 % 10 == 7 ? 1 : 0 }
    let shift = Tensor(classes.map(Float.init)).unsqueezed(1)
    let views = (0..<2).map { _ in Tensor.randn([samples, 2], generator: generator) + shift }
    guard labels else {
      return try PreparedDataset(dataset(.classification, views, .classes(classes), ["common", "rare"]))
    }
    let halves = views[0].select(axis: 1, index: 1).floats
    return try PreparedDataset(
      dataset(.multilabel, views, .labels(zip(halves, classes).map { [$0 > 0, $1 == 1] }), ["half", "rare"]))
  }

  private static func dataset(
    _ task: TaskKind, _ views: [Tensor], _ targets: Targets, _ classes: [String]
  ) throws -> Dataset {
    let samples = views[0].shape[0]
    return Dataset(
      manifest: Manifest(
        name: "made", task: task, target: "y",
        modalities: [
          "left": ModalitySpecification(kind: .vector, file: "left.npy"),
          "right": ModalitySpecification(kind: .vector, file: "right.npy"),
        ]),
      ids: (0..<samples).map { "s\($0)" },
      splits: (0..<samples).map { $0 % 3 == 0 ? .test : $0 % 6 == 1 ? .validation : .train },
      targets: targets, classes: classes,
      modalities: ["left": ModalityData(values: views[0]), "right": ModalityData(values: views[1])])
  }
}
