import Evaluation
import Foundation
import Modalities
import Models
import Tensors
import Testing
import Training

@testable import Experiments

/// What a model learns and says does not depend on where zero lies, or on the unit.
@Suite("Target scaling")
struct TargetScalingTests {
  /// 120 samples whose target, offset + scale · (x + noise), two vectors show.
  private func data(offset: Double, scale: Double, _ values: [Double]? = nil) -> Dataset {
    var generator = SplitMix64(seed: 12)
    let x = (0..<120).map { _ in Float(generator.uniform() * 2 - 1) }
    let noise = x.map { _ in generator.uniform() }
    func vector(_ sign: Float) -> ModalityData { ModalityData(values: Tensor(x.map { sign * $0 }, shape: [120, 1])) }
    return Dataset(
      manifest: Manifest(
        name: "offset", task: .regression, target: "y",
        modalities: [
          "left": ModalitySpecification(kind: .vector, file: "left.npy"),
          "right": ModalitySpecification(kind: .vector, file: "right.npy"),
        ]),
      ids: (0..<120).map { "s\($0)" },
      splits: (0..<120).map { $0 % 4 == 0 ? .test : $0 % 4 == 1 ? .validation : .train },
      targets: .values(values ?? zip(x, noise).map { offset + scale * (Double($0) + $1) }),
      modalities: ["left": vector(1), "right": vector(-1)])
  }

  /// Unix seconds, and numbers beyond and below single precision.
  @Test(arguments: [(1.7e9, 50.0), (0, 1e39), (0, 1e-42), (-1e12, 1), (3e120, 1e115)] as [(Double, Double)])
  func offsetsAndUnitsChangeNoScore(_ offset: Double, _ scale: Double) throws {
    func record(_ offset: Double, _ scale: Double) throws -> TrialRecord {
      let prepared = try PreparedDataset(data(offset: offset, scale: scale))
      var training = TrainingOptions()
      training.epochs = 6
      let selection = try MethodSelection.parse("late", modalities: prepared.dataset.names)[0]
      let configuration = try TrialConfiguration(selection, training: training, seed: 1, on: prepared)
      return try ExampleData.inTemporaryFolder { folder in
        let run = RunFolder(folder)
        let record = try TrialRunner(prepared).run(configuration, in: run)
        #expect(try run.read(TrialRecord.self, from: run.trial) == record)
        let used = try ModelUse(run).evaluate(data(offset: offset, scale: scale), split: .test)
        #expect(abs(used["mae"]! - record.metrics["mae"]!) <= 1e-3 * record.metrics["mae"]!)
        return record
      }
    }
    let (plain, moved) = try (record(0, 1), record(offset, scale))
    #expect(plain.metrics["r2"]! > 0.3)
    #expect(abs(moved.metrics["r2"]! - plain.metrics["r2"]!) < 0.01)
    #expect(abs(moved.metrics["mae"]! / scale / plain.metrics["mae"]! - 1) < 0.01)
    #expect(abs(moved.metrics["pearson"]! - plain.metrics["pearson"]!) < 0.01)
  }

  /// Before anything is trained: no prediction has a correlation with a test split that does not vary.
  @Test(arguments: [(Split.test, "pearson"), (.validation, "r2")])
  func aMetricThatIsUndefinedIsRefused(_ split: Split, _ metric: String) throws {
    let same = (0..<120).map { row in
      row % 4 == (split == .test ? 0 : 1) ? 3 : Double(row)
    }
    var manifest = data(offset: 0, scale: 1).manifest
    manifest.metric = metric
    func prepared(_ values: [Double]) throws -> PreparedDataset {
      let data = data(offset: 0, scale: 1, values)
      return try PreparedDataset(
        Dataset(
          manifest: manifest, ids: data.ids, splits: data.splits, targets: data.targets, modalities: data.modalities))
    }
    let error = #expect(throws: InputError.self) { try prepared(same) }
    #expect(error?.description.contains("metric: ") == true)
    #expect(
      error?.description.contains("is undefined: all 30 targets of the \(split.rawValue) split are the same") == true)
    #expect(throws: Never.self) { try prepared((0..<120).map(Double.init)) }
  }

  @Test func whatCannotBeSquaredIsRefusedByRow() {
    var values = [Double](repeating: 1, count: 120)
    values[7] = -1e200
    let error = #expect(throws: InputError.self) { try TargetScaling(data(offset: 0, scale: 1, values)) }
    #expect(error?.description.contains("samples.csv: row 9 (id \"s7\"): the target -1e+200") == true)
  }

  @Test func aConstantTargetHasUnitScale() throws {
    let scaling = try TargetScaling(data(offset: 0, scale: 1, [Double](repeating: 5e8, count: 120)))
    #expect(scaling == TargetScaling(mean: 5e8, scale: 1))
  }

  @Test func standardisedTargetsAreNarrowedLast() throws {
    let scaling = TargetScaling(mean: 1.7e9, scale: 50)
    let learned = scaling.standardised(Tensor([1.7e9 + 1, 1.7e9 - 100] as [Double]))
    #expect(learned.dtype == .float32)
    #expect(learned.floats == [0.02, -2])
    #expect(scaling.restored(learned).dtype == .float64)
    #expect(abs(scaling.restored(learned).doubles[0] - 1.7e9 - 1) < 1e-5)
    // Classes are no numbers to scale.
    #expect(scaling.standardised(Tensor([1, 2])).integers == [1, 2])
  }
}
