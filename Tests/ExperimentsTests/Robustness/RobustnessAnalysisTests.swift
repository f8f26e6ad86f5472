import Analyses
import Evaluation
import Foundation
import Modalities
import Quantification
import Tensors
import Testing
import Training

@testable import Experiments

@Suite struct RobustnessAnalysisTests {
  /// Trains methods on two copies of a class and hands over what is needed to perturb them.
  private func trained<R>(
    _ methods: [String], seeds: [Int] = [0], missing: Bool = false,
    _ body: (Dataset, [TrainedTrial], [TrialRecord]) throws -> R
  ) throws -> R {
    // What was normalised is data of its own, in units of its own.
    let raw = try ExampleData.signs(xor: false, missing: missing).dataset
    let data = try PreparedDataset(raw)
    return try ExampleData.inTemporaryFolder { url in
      var (trials, records) = ([TrainedTrial](), [TrialRecord]())
      for text in methods {
        for seed in seeds {
          var training = TrainingOptions()
          (training.epochs, training.learningRate) = (12, 1e-2)
          let selection = try MethodSelection.parse(text, modalities: raw.names)[0]
          let folder = RunFolder(url.appending(path: "\(trials.count)"))
          records.append(
            try TrialRunner(data).run(
              TrialConfiguration(selection, training: training, seed: seed, on: data), in: folder))
          trials.append(TrainedTrial(selection, seed: seed, folder: folder))
        }
      }
      return try body(raw, trials, records)
    }
  }

  @Test func curvesStartAtTheTestScoreAndFall() throws {
    try trained(["unimodal@left", "early", "late", "tensor"], seeds: [0, 1], missing: true) { data, trials, records in
      let levels = [0.0, 1, 50]
      var analysis = RobustnessAnalysis(
        try RobustnessAnalysis.conditions(for: data.manifest, perturbations: [.noise], levels: levels))
      (analysis.jobs, analysis.resamples) = (2, 50)
      let result = try analysis.run(trials, on: data)
      #expect(result.conditions.map(\.modalities) == [["left"], ["right"], ["left", "right"]])
      #expect(result.late == "late" && result.leftOut.isEmpty)
      for condition in result.conditions {
        #expect(condition.methods.count == 4)
        for method in condition.methods {
          let own = records.filter { $0.method == method.method }.compactMap { $0.metrics["accuracy"] }
          #expect(abs(method.curve.clean - own.reduce(0, +) / 2) < 1e-9)
          #expect(method.seeds == 2 && method.area.ci95.contains(method.area.mean))
          if !method.reads(condition.modalities) {
            #expect(method.curve.scores == [method.curve.clean, method.curve.clean, method.curve.clean])
            #expect(method.effective == nil)
          }
        }
      }
      // Both modalities drowned: a coin.
      for method in result.conditions[2].methods { #expect(abs(method.curve.scores[2] - 0.5) < 0.15) }
      // What fuses both does better with one drowned than what has only that one.
      let left = result.conditions[0].methods
      func area(_ name: String) throws -> Double { try #require(left.first { $0.method == name }).area.mean }
      #expect(try area("late") > area("unimodal@left") + 0.05)
      #expect(try analysis.run(trials, on: data) == result)
      analysis.seed = 1
      #expect(try analysis.run(trials, on: data) != result)
    }
  }

  /// One level, one draw, by hand: perturb all test rows, normalise, predict, count.
  @Test func scoresAreThoseOfTheModelOnPerturbedInputs() throws {
    try trained(["tensor"]) { data, trials, _ in
      var analysis = RobustnessAnalysis([.init(.drop, of: ["right"], levels: [0, 1])])
      (analysis.draws, analysis.resamples) = (1, 5)
      let score = try analysis.run(trials, on: data).conditions[0].methods[0].curve.scores[1]
      let model = try TrainedModel.load(trials[0].folder)
      var batch = data.batch(data[.test])
      // Everything lost: the mean everywhere, which normalisation turns into zeros.
      let mean = try #require(model.normalisation.mean["right"])
      batch.inputs["right"]!.values = mean.unsqueezed(0).expanded(to: batch.inputs["right"]!.values.shape)
      let predicted = withoutGradients {
        model.predictions(model.normalisation.apply(to: batch)).argmax(axis: 1).integers
      }
      let right = zip(predicted, batch.target!.integers).count { $0 == $1 }
      #expect(abs(score - Double(right) / Double(predicted.count)) < 1e-12)
    }
  }

  /// White noise in standard deviations is the same before and after normalisation.
  @Test func normalisedDataGiveTheSameCurves() throws {
    try trained(["unimodal@left", "early", "tensor"], missing: true) { data, trials, _ in
      var analysis = RobustnessAnalysis(
        try RobustnessAnalysis.conditions(for: data.manifest, perturbations: [.noise], levels: [0.5, 2]))
      (analysis.draws, analysis.resamples) = (2, 5)
      let raw = try analysis.run(trials, on: data)
      analysis.isNormalised = true
      let normalised = try analysis.run(trials, on: PreparedDataset(data).dataset)
      for (one, two) in zip(raw.conditions, normalised.conditions) {
        for method in one.methods {
          let other = try #require(two.methods.first { $0.method == method.method })
          // Rounding may turn an answer or two.
          for (a, b) in zip(method.curve.scores, other.curve.scores) { #expect(abs(a - b) < 0.03) }
        }
      }
    }
  }

  @Test func conditionsAreWhatTheKindsAllow() throws {
    let manifest = Manifest(
      name: "n", task: .classification, target: "t",
      modalities: [
        "i": ModalitySpecification(kind: .image, column: "i"), "v": ModalitySpecification(kind: .vector, file: "v.npy"),
      ])
    let all = try RobustnessAnalysis.conditions(for: manifest)
    #expect(
      all.map { "\($0.perturbation.rawValue) \($0.modalities.joined(separator: "+"))" } == [
        "noise i", "blur i", "occlusion i", "noise v", "drop v", "noise i+v",
      ])
    #expect(
      try RobustnessAnalysis.conditions(for: manifest, perturbations: [.blur], levels: [2, 1])[0].levels == [0, 1, 2])
    #expect(throws: UsageError.self) { try RobustnessAnalysis.conditions(for: manifest, perturbations: [.shift]) }
    #expect(throws: UsageError.self) { try RobustnessAnalysis.conditions(for: manifest, modalities: ["x"]) }
    #expect(throws: UsageError.self) {
      try RobustnessAnalysis.conditions(for: manifest, perturbations: [.drop], levels: [2])
    }
    #expect(throws: UsageError.self) { try RobustnessAnalysis.conditions(for: manifest, levels: [0]) }
  }

  /// Weights that are not finite are named, not averaged.
  @Test func predictionsThatAreNotFiniteAreRefused() throws {
    try trained(["early"]) { data, trials, _ in
      let file = trials[0].folder.model
      var (tensors, metadata) = try Safetensors.read(file)
      tensors["model.head.bias"] = try #require(tensors["model.head.bias"]) * Double.nan
      try Safetensors.write(tensors, metadata: metadata, to: file)
      metadata = [:]
      let analysis = RobustnessAnalysis([.init(.noise, of: ["left"])])
      let error = #expect(throws: InputError.self) { try analysis.run(trials, on: data) }
      #expect(error?.description.contains("is not finite") == true && error?.file != nil)
    }
  }
}
