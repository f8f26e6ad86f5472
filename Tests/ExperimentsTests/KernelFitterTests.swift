import Evaluation
import Foundation
import Modalities
import Tensors
import Testing
import Training

@testable import Experiments

/// How multiple kernel learning chooses its C.
@Suite struct KernelFitterTests {
  /// Two noisy views of three classes, few validation samples.
  private static func noisy(validation: Int, seed: UInt64, samples: Int = 240) throws -> PreparedDataset {
    var random = SplitMix64(seed: seed, stream: 9)
    let classes = (0..<samples).map { _ in random.next(below: 3) }
    var views = [[Float]]()
    for _ in 0..<2 {
      // Six numbers around each of three centres.
      let centres = (0..<18).map { _ in random.normal() }
      var view = [Float]()
      for label in classes {
        for index in 0..<6 { view.append(Float(centres[6 * label + index] + 2 * random.normal())) }
      }
      views.append(view)
    }
    let manifest = Manifest(
      name: "noisy", task: .classification, target: "class",
      modalities: [
        "left": ModalitySpecification(kind: .vector, file: "left.npy"),
        "right": ModalitySpecification(kind: .vector, file: "right.npy"),
      ])
    return try PreparedDataset(
      Dataset(
        manifest: manifest, ids: (0..<samples).map { "s\($0)" },
        splits: (0..<samples).map { $0 < validation ? .validation : $0 < 130 ? .train : .test },
        targets: .classes(classes), classes: ["a", "b", "c"],
        modalities: [
          "left": ModalityData(values: Tensor(views[0], shape: [samples, 6])),
          "right": ModalityData(values: Tensor(views[1], shape: [samples, 6])),
        ]))
  }

  private func record(_ text: String, on data: PreparedDataset) throws -> TrialRecord {
    try ExampleData.inTemporaryFolder {
      try TrialRunner(data).run(
        TrialConfiguration(
          MethodSelection.parse(text, modalities: data.dataset.names)[0], training: TrainingOptions(), seed: 0,
          on: data), in: RunFolder($0))
    }
  }

  /// Ten validation samples alone choose by chance; with train held out in folds, test scores are near those of the best C.
  @Test func aSmallValidationSplitDoesNotDecideAlone() throws {
    var (chosen, best) = (0.0, 0.0)
    for seed in 0..<4 as Range<UInt64> {
      let data = try Self.noisy(validation: 10, seed: seed)
      let scores = try ["0.1", "1", "10", "100"].map {
        try record("mkl:cost=\($0)", on: data).metrics["accuracy"]!
      }
      chosen += try record("mkl", on: data).metrics["accuracy"]! / 4
      best += scores.max()! / 4
    }
    #expect(chosen > best - 0.03, "\(chosen) of \(best)")
  }

  /// A class with a single sample of train cannot be held out: validation chooses, and nothing is calibrated.
  @Test func aClassOfOneSampleIsNoObstacle() throws {
    let data = try Self.noisy(validation: 40, seed: 1, samples: 200)
    let raw = data.dataset
    guard case .classes(var classes) = raw.targets else { return }
    let own = raw[.train].filter { classes[$0] == 2 }
    for row in own.dropFirst() { classes[row] = 0 }
    let lone = try PreparedDataset(
      Dataset(
        manifest: raw.manifest, ids: raw.ids, splits: raw.splits, targets: .classes(classes), classes: raw.classes,
        modalities: raw.modalities))
    let found = try record("mkl", on: lone)
    #expect(found.options["cost"] != "auto" && found.predictions.allSatisfy { abs($0.reduce(0, +) - 1) < 1e-5 })
  }

  /// What is held out counts for values and labels, too.
  @Test func valuesChoose() throws {
    let found = try record("mkl", on: ExampleData.sums())
    #expect(found.metrics["r2"]! > 0.95 && Double(found.options["cost"]!)! >= 1)
  }
}
