import Analyses
import Evaluation
import Experiments
import Modalities
import Quantification
import Reports
import Tensors
import Testing
import Training

/// Amounts in bits that a data set is made to hold, and the name of that.
private struct Made: Sendable, CustomTestStringConvertible {
  let redundancy: Double
  let unique: [Double]
  let synergy: Double
  let regime: InformationRegime
  var testDescription: String { regime.rawValue }
}

/// From data to verdict: what a comparison says of data that are made to hold known amounts.
@Suite struct RegimeTests {
  private func compare(
    _ data: PreparedDataset, methods: String, seeds: Int = 2, epochs: Int = 25
  ) throws -> ExplainedComparison {
    var training = TrainingOptions()
    training.epochs = epochs
    training.patience = 6
    training.learningRate = 4e-3
    let plan = ComparisonPlan(
      dataset: data.dataset.manifest.name, fingerprint: data.fingerprint,
      selections: try MethodSelection.parse(methods, modalities: data.dataset.names), seeds: Array(0..<seeds),
      training: training)
    return try ExampleData.inTemporaryFolder {
      try ComparisonRunner(plan, in: RunFolder($0), on: data).run().result
    }
  }

  /// 3000 samples, 600 of them to measure on: every part within 0.15 bit.
  @Test(arguments: [
    Made(redundancy: 1, unique: [0, 0], synergy: 0, regime: .redundant),
    Made(redundancy: 0, unique: [0, 1], synergy: 0, regime: .unique),
    Made(redundancy: 0, unique: [0, 0], synergy: 1, regime: .synergistic),
    Made(redundancy: 1, unique: [0, 1], synergy: 1, regime: .mixed),
  ]) private func verdictNamesTheRegime(_ made: Made) throws {
    let generator = try SyntheticGenerator(
      redundancy: made.redundancy, unique: made.unique, synergy: made.synergy, samples: 3000, width: 8, seed: 3)
    let result = try compare(PreparedDataset(generator.dataset()), methods: "unimodal,early,tensor")
    let verdict = try #require(result.comparison.verdict)
    let found = try #require(result.findings.information, "\(result.findings.notMeasured)")
    #expect(found.regime == made.regime)
    #expect(try #require(found.regimeSupport) > 0.95)
    let said = try #require(result.notes.last)
    #expect(said.contains("The regime is \(made.regime.rawValue)"), "\(said)")
    let parts = [
      (found.redundancy, made.redundancy), (found.unique?["a"], made.unique[0]), (found.unique?["b"], made.unique[1]),
      (found.synergy, made.synergy),
    ]
    for (part, stated) in parts {
      let part = try #require(part)
      #expect(abs(part.mean - stated) < 0.15, "\(found.parts), \(String(describing: found.quality))")
      #expect(try #require(part.ci95).contains(part.mean))
    }
    #expect(found.stated == generator.dataset().manifest.information)
    #expect(found.samples == 600 && found.split == "test" && found.gap < 1e-6)
    // What fusing gains follows from what there is.
    #expect((verdict.outcome == .fusionHelps) == (made.synergy > 0), "\(result.sentence ?? "")")

    let missing = try #require(result.findings.missing)
    #expect(missing.rows.map(\.present) == [["a"], ["b"], ["a", "b"]])
    let whole = try #require(result.comparison.methods.first { $0.name == verdict.bestFusion }?.metrics["accuracy"])
    #expect(abs(try #require(missing.score(of: ["a", "b"])).mean - whole.mean) < 1e-9)
    let importance = try #require(result.findings.importance)
    #expect(abs(importance.share.values.reduce(0, +) - 1) < 1e-9)
    #expect(abs(importance.relations.values.reduce(0, +) - 1) < 1e-9)
    if made.regime == .unique { #expect(try #require(importance.share["b"]) > 0.8) }
    let labels = try #require(result.findings.interactions)
    #expect(labels.rows.count == 8 && labels.rows.reduce(0) { $0 + $1.count } == 600)
    #expect(labels.rows.allSatisfy { $0.examples.count == min(3, $0.count) })
    #expect(Set([labels.first, labels.second]) == ["a", "b"])
    func share(_ label: InteractionLabel) -> Double { labels.rows.first { $0.label == label }!.share }
    if made.regime == .redundant { #expect(share(.equivalence) + share(.enhancement) > 0.95) }
  }

  /// Inputs of few values are counted: no classifier has to learn them.
  @Test func tablesAreCounted() throws {
    let count = 1200
    let bits = Tensor.randint(0, 2, [count, 2], generator: Generator(seed: 2)).integers
    let (one, two) = ((0..<count).map { bits[2 * $0] }, (0..<count).map { bits[2 * $0 + 1] })
    let dataset = Dataset(
      manifest: Manifest(
        name: "and", task: .classification, target: "and",
        modalities: [
          "left": ModalitySpecification(kind: .vector, file: "left.npy"),
          "right": ModalitySpecification(kind: .vector, file: "right.npy"),
        ]), ids: (0..<count).map { "s\($0)" },
      splits: (0..<count).map { $0 % 3 == 0 ? .test : $0 % 6 == 1 ? .validation : .train },
      targets: .classes(zip(one, two).map { $0 & $1 }), classes: ["no", "yes"],
      modalities: [
        "left": ModalityData(values: Tensor(one.map(Float.init), shape: [count, 1])),
        "right": ModalityData(values: Tensor(two.map(Float.init), shape: [count, 1])),
      ])
    let result = try compare(PreparedDataset(dataset), methods: "unimodal,tensor", epochs: 10)
    let found = try #require(result.findings.information)
    #expect(found.estimator == "table of all samples, extrapolated" && found.samples == count && found.split == "all")
    // AND of two fair bits, drawn 1200 times.
    let (redundancy, synergy) = (try #require(found.redundancy), try #require(found.synergy))
    #expect(abs(redundancy.mean - 0.311) < 0.05 && abs(synergy.mean - 0.5) < 0.05)
    #expect(try #require(redundancy.ci95).contains(0.311278) && #require(synergy.ci95).contains(0.5))
    #expect(found.gap < 1e-8 && found.regime == .mixed && found.pValue == 0.005)
    #expect(result.notes.last?.contains("Synergy does not need interaction") == true)
  }

  /// With three modalities, the others are one side, and a model of them is trained.
  @Test func theOthersAreOneSide() throws {
    let generator = try SyntheticGenerator(
      redundancy: 0, unique: [0, 1, 1], synergy: 0, samples: 1500, width: 6, seed: 4)
    let data = try PreparedDataset(generator.dataset())
    let result = try compare(data, methods: "unimodal,early", epochs: 12)
    let verdict = try #require(result.comparison.verdict)
    let found = try #require(result.findings.information, "\(result.findings.notMeasured)")
    let others = verdict.bestUnimodal == "unimodal@b" ? "a+c" : "a+b"
    #expect([found.first, found.second] == [String(verdict.bestUnimodal.suffix(1)), others])
    #expect(abs(try #require(found.unique?[others]).mean - 1) < 0.15 && found.regime == .unique)
    #expect(found.stated == nil, "the manifest states each of three, not two sides")
    #expect(try #require(result.findings.missing).rows.count == 7)
    #expect(result.notes.last?.contains("only a and ") == true)
  }

  @Test func aTargetOfNumbersIsCutIntoClasses() throws {
    let result = try compare(ExampleData.sums(samples: 900), methods: "unimodal,early", seeds: 1, epochs: 12)
    let found = try #require(result.findings.information, "\(result.findings.notMeasured)")
    #expect(found.estimator.contains("quantiles into 5 classes") && found.total > 0.8)
    #expect(result.findings.interactions == nil && result.findings.notMeasured["interactions"] != nil)
    #expect(result.findings.missing?.rows.count == 3 && result.findings.importance != nil)
  }

  /// Too little to measure is said, and nothing else fails.
  @Test func fewSamplesAreAReason() throws {
    let generator = try SyntheticGenerator(redundancy: 1, unique: [0, 0], synergy: 0, samples: 60, width: 4)
    let result = try compare(PreparedDataset(generator.dataset()), methods: "unimodal,early", seeds: 1, epochs: 3)
    #expect(result.comparison.verdict != nil && result.findings.information == nil)
    #expect(result.findings.notMeasured["information"]?.contains("expected at least 20 of each") == true)
    #expect(result.findings.missing != nil)
    #expect(!result.notes.contains { $0.contains("regime") })
  }
}
