import Foundation
import Fusion
import Kernels
public import Modalities
import Tensors

/// Learns a weighted sum of kernels of the modalities and compares it with each kernel alone, their average, and a Gaussian
/// kernel on all features side by side.
///
/// Every way learns from train with the same costs; the cost is chosen on validation, and test is looked at once.
///
/// - Parameters:
///   - dataset: as loaded.
///   - settings: kernels, constraint and costs.
///   - progress: told how many of how many ways are learned.
/// - Throws: `UsageError` for settings that do not fit the data, `InputError` where a kernel has no answer,
///   `NotConverged` where the gap stays above the tolerance.
public func compareKernels(
  _ dataset: Dataset, _ settings: KernelSettings, progress: (Int, Int) -> Void = { _, _ in }
) throws -> KernelReport {
  let terms =
    try settings.terms
    ?? dataset.names.flatMap { name in
      try ["linear", "rbf"].map { KernelTerm(modality: name, kernel: try KernelChoice($0)) }
    }
  var names: [String] = []
  for term in terms where !names.contains(term.modality) { names.append(term.modality) }
  let paired = try PairedViews(dataset, names: names, least: 1)
  let rows = Dictionary(uniqueKeysWithValues: Split.allCases.map { ($0, paired.rows([$0])) })
  guard let train = rows[.train], train.count >= 2, let test = rows[.test], !test.isEmpty else {
    throw InputError("no samples to learn from and to test have all of \(names.joined(separator: ", "))")
  }
  guard !settings.costs.isEmpty else { throw UsageError("no cost; at least one expected") }
  let trial = try KernelTrial(paired, rows, settings)
  let kernels = try terms.map { try trial.kernels($0) }
  let ways = terms.count + (names.count > 1 ? 3 : 2)
  let learned = try trial.fit("mkl", kernels, settings.constraint)
  var all = [learned.row]
  func add(_ row: KernelReport.Row) {
    progress(all.count, ways)
    all.append(row)
  }
  add(try trial.fit("average", kernels, .uniform).row)
  if names.count > 1 {
    let side = try trial.concatenation()
    add(try trial.fit("concatenation", [side], .fixed([1])).row)
  }
  for (term, kernel) in zip(terms, kernels) { add(try trial.fit(term.description, [kernel], .fixed([1])).row) }
  return KernelReport(
    dataset: dataset.manifest.name, settings: settings, metric: trial.isRegression ? "r2" : "accuracy",
    samples: ["train": train.count, "validation": rows[.validation]?.count ?? 0, "test": test.count],
    kernels: terms.map(\.description), rows: all, weights: learned.weights, predictions: learned.predictions)
}

/// Kernels of one data set, and what is learned with them.
private struct KernelTrial {
  /// A kernel of the train samples, and the samples of the other splits that it is going to compare with them.
  struct Gram {
    let train: ScaledKernel
    let samples: [Split: Tensor]
  }

  let settings: KernelSettings
  let names: [String]
  private let paired: PairedViews
  private let views: [Split: [Tensor]]
  private let plain: [Split: [Tensor]]
  private let classes: [Split: [Int]]?
  private let values: [Split: [Double]]
  private let classCount: Int

  var isRegression: Bool { classes == nil }

  init(_ paired: PairedViews, _ rows: [Split: [Int]], _ settings: KernelSettings) throws {
    self.settings = settings
    names = paired.names
    self.paired = paired
    views = rows.mapValues { paired.views($0).map { $0.to(.float64) } }
    plain = rows.mapValues { paired.plainViews($0).map { $0.to(.float64) } }
    classCount = paired.classNames.count
    let classes = rows.compactMapValues { paired.classes($0) }
    self.classes = classes.count == rows.count ? classes : nil
    let values = rows.compactMapValues { paired.values($0) }
    self.values = values
    guard classes.count == rows.count || values.count == rows.count else {
      throw UsageError("kernel mkl learns classes or values; the data set has neither")
    }
  }

  func kernels(_ term: KernelTerm) throws -> Gram {
    let index = names.firstIndex(of: term.modality)!
    return try paired.naming(index) {
      try gram(term.kernel, (term.kernel.name.readsHistograms ? plain : views).mapValues { $0[index] })
    }
  }

  /// A Gaussian kernel on the features of all modalities side by side.
  func concatenation() throws -> Gram {
    try gram(try KernelChoice("rbf"), views.mapValues { Tensor.concatenated($0, axis: 1) })
  }

  private func gram(_ choice: KernelChoice, _ samples: [Split: Tensor]) throws -> Gram {
    guard let train = samples[.train] else { preconditionFailure("no train split") }
    return Gram(
      train: try ScaledKernel(choice.kernel(for: train), train, settings.normalisation), samples: samples)
  }

  /// Predictions of a split, in blocks: kernels of all its samples with all of train may not fit into memory.
  private func predictions(
    _ split: Split, _ grams: [Gram], _ predict: ([Tensor]) -> [Double]
  ) throws -> [Double] {
    try stride(from: 0, to: truth(split).count, by: 1024).flatMap { start in
      try predict(
        grams.map { gram in
          guard let new = gram.samples[split] else { preconditionFailure("no samples of \(split)") }
          return try gram.train(new.narrow(axis: 0, start: start, length: min(1024, new.shape[0] - start)))
        })
    }
  }

  func fit(
    _ name: String, _ grams: [Gram], _ constraint: MultipleKernelLearning.Constraint
  ) throws -> (row: KernelReport.Row, weights: [[Double]], predictions: [Double]) {
    let stack = try KernelStack(grams.map(\.train), memoryLimit: settings.memoryLimit)
    typealias Predict = ([Tensor]) -> [Double]
    var best: (validation: Double?, cost: Double, models: [MultipleKernelModel], seconds: Double, predict: Predict)?
    var classifier: MultipleKernelClassifier?
    var regressor: MultipleKernelModel?
    // Costs rise, each started from the one before.
    for cost in settings.costs.sorted() {
      let start = ContinuousClock.now
      let learning = MultipleKernelLearning(constraint: constraint, cost: cost, tolerance: settings.tolerance)
      let models: [MultipleKernelModel]
      let predict: Predict
      if let targets = classes?[.train] {
        let fitted = try MultipleKernelClassifier(
          learning, stack, targets: targets, classes: classCount, start: classifier)
        classifier = fitted
        models = fitted.machines
        predict = { fitted.predict($0).map(Double.init) }
      } else {
        let fitted = try learning.regress(
          stack, targets: values[.train] ?? [], epsilon: settings.epsilon, start: regressor)
        regressor = fitted
        models = [fitted]
        predict = { fitted.decision($0) }
      }
      let seconds = (ContinuousClock.now - start) / .seconds(1)
      let validation =
        truth(.validation).isEmpty ? nil : score(try predictions(.validation, grams, predict), .validation)
      if best == nil || (validation ?? 0) > (best?.validation ?? 0) {
        best = (validation, cost, models, seconds, predict)
      }
    }
    let kept = best!
    let test = try predictions(.test, grams, kept.predict)
    let vectors = kept.models.map { Double($0.supportVectors.count) }.reduce(0, +) / Double(kept.models.count)
    let row = KernelReport.Row(
      name: name, cost: kept.cost, validation: kept.validation, test: score(test, .test),
      supportVectors: vectors, gap: kept.models.map(\.relativeGap).max() ?? 0, seconds: kept.seconds)
    return (row, kept.models.map(\.weights), test)
  }

  private func truth(_ split: Split) -> [Double] {
    classes?[split].map { $0.map(Double.init) } ?? values[split] ?? []
  }

  /// Accuracy, or R² (0 where the values do not vary).
  private func score(_ predictions: [Double], _ split: Split) -> Double {
    let truth = truth(split)
    guard isRegression else {
      return Double(zip(predictions, truth).count { $0 == $1 }) / Double(max(1, truth.count))
    }
    let mean = truth.reduce(0, +) / Double(max(1, truth.count))
    let total = truth.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let missed = zip(predictions, truth).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    return total > 0 ? 1 - missed / total : 0
  }
}
