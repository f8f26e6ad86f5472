import Modalities
import Models
import Tensors
public import Training

/// What is read back from a run folder. Such a folder may come from anybody, so that what follows from the type is not all that
/// has to be right: whoever uses a result relies on what `check` has made sure of.
public protocol CheckedResult: Decodable {
  /// - Throws: `InputError` naming the key, what was found and what was expected.
  func check() throws
}

/// Numbers that are counted, timed or scored are not larger; whole numbers up to here are exact.
private let most = 9e15

/// - Throws: `InputError` unless `isRight`.
func expect(_ isRight: Bool, at key: String, _ problem: @autoclosure () -> String) throws {
  guard isRight else { throw InputError(at: key, problem()) }
}

/// Refuses names that are there twice, or say nothing.
func checkNames(_ names: [String], at key: String, least: Int = 1) throws {
  try expect(names.count >= least, at: key, "\(names.count) names; at least \(least) expected")
  try expect(Set(names).count == names.count && !names.contains(""), at: key, "a name is empty or there twice")
}

/// Refuses numbers beyond all that is measured, which no figure could show.
func checkNumbers(_ values: some Sequence<Double>, at key: String, from least: Double = -most) throws {
  for value in values {
    try expect(value >= least && value <= most, at: key, "\(value); a number from \(least) to \(most) expected")
  }
}

extension TrainingOptions: CheckedResult {
  public func check() throws {
    func number(_ value: Double, _ key: String, _ range: ClosedRange<Double>) throws {
      try expect(
        range.contains(value), at: "training.\(key)",
        "\(value); \(range.lowerBound) to \(range.upperBound) expected")
    }
    try number(Double(epochs), "epochs", 1...1e5)
    try number(Double(batchSize), "batchSize", 1...1e6)
    try number(learningRate, "learningRate", 0...1e3)
    try number(weightDecay, "weightDecay", 0...1e3)
    try number(Double(patience ?? 1), "patience", 0...1e6)
    try number(gradientClip ?? 1, "gradientClip", 1e-30...1e30)
    try number(Double(accumulation), "accumulation", 1...1e6)
    try expect(
      balancer == nil || balance != nil, at: "training.balance",
      "\"\(balancer ?? "")\"; \(Balance.allCases.map(\.rawValue).joined(separator: ", ")) expected")
    switch schedule {
    case .constant: break
    case .cosine(let warmUp): try number(warmUp, "schedule.warmUp", 0...1)
    case .plateau(let factor, let patience):
      try number(factor, "schedule.factor", 0...1)
      try number(Double(patience), "schedule.patience", 0...1e6)
    }
  }
}

extension MethodSelection: CheckedResult {
  public func check() throws {
    try checkNames(modalities, at: "modalities")
    try expect(modalities == modalities.sorted(), at: "modalities", "are not sorted")
    // A method that is not known here is refused where it is used.
    if let known = try? Method.all.named(method) {
      try expect(
        known.modalities.contains(modalities.count), at: "modalities",
        "\(modalities.count) of them, which \(method) does not take")
    }
    try expect(!name.isEmpty && name.utf8.count <= 4096, at: "name", "is empty or too long")
  }
}

extension TrialConfiguration: CheckedResult {
  public func check() throws {
    try within("selection") { try selection.check() }
    try training.check()
    if task.task(classes: classes).outputsAreClasses {
      try checkNames(classes, at: "classes")
    } else {
      try expect(classes.isEmpty, at: "classes", "a \(task.rawValue) has none")
    }
    let expected = task.outputs(classes: classes.count, modalities: selection.modalities.count)
    try expect(outputs == expected, at: "outputs", "\(outputs) for a \(task.rawValue); \(expected) expected")
    try expect(
      Metric.all(for: task).contains(metric), at: "metric", "\(metric.rawValue) is no metric of \(task.rawValue)")
    try expect(
      scaling.scale > 0 && scaling.scale.isFinite && scaling.mean.isFinite, at: "scaling",
      "mean \(scaling.mean), scale \(scaling.scale); finite numbers and a scale above 0 expected")
    for name in selection.modalities {
      guard let shape = shapes[name] else { throw InputError(at: "shapes.\(name)", "missing") }
      // What no file could hold a sample of is not allocated for either.
      let size = shape.reduce(1.0) { $0 * Double($1) }
      try expect(
        (1...3).contains(shape.count) && shape.allSatisfy { $0 > 0 } && size <= Double(1 << 28), at: "shapes.\(name)",
        "\(shape) is no shape of a sample")
    }
  }

  /// Refuses a manifest that is of other data.
  func check(_ manifest: Manifest) throws {
    try expect(
      manifest.task == task, at: "task", "\"\(manifest.task.rawValue)\"; the configuration says \"\(task.rawValue)\"")
    for name in selection.modalities {
      guard let specification = manifest.modalities[name], let shape = shapes[name] else {
        throw InputError(at: "modalities.\(name)", "missing; the run's configuration names it")
      }
      let rank = specification.kind == .image ? 3 : specification.isSequence ? 2 : 1
      try expect(
        shape.count == rank, at: "modalities.\(name)",
        "\(specification.kind.rawValue); the configuration has samples of shape \(shape)")
    }
  }

  /// Refuses a normalisation that does not fit the samples' features.
  func check(_ normalisation: Normalisation) throws {
    for name in selection.modalities {
      let shape = shapes[name] ?? []
      let features = shape.count == 3 ? shape[0] : shape.last ?? 0
      guard let mean = normalisation.mean[name], normalisation.scale[name] != nil, mean.shape == [features] else {
        throw InputError(
          at: "normalisation.\(name)",
          "\(normalisation.mean[name].map { "\($0.shape)" } ?? "missing"); [\(features)] expected")
      }
    }
  }
}

extension ComparisonPlan: CheckedResult {
  public func check() throws {
    for (number, selection) in selections.enumerated() { try within("selections.\(number)") { try selection.check() } }
    try checkNames(selections.map(\.name), at: "selections")
    try expect(!seeds.isEmpty && Set(seeds).count == seeds.count, at: "seeds", "are none, or one is there twice")
    try expect(seeds.allSatisfy { abs(Double($0)) <= most }, at: "seeds", "one is too large")
    try training.check()
    try expect((1...1024).contains(replicas ?? 1), at: "replicas", "\(replicas ?? 1); 1 to 1024 expected")
    try expect((1...1024).contains(threads ?? 1), at: "threads", "\(threads ?? 1); 1 to 1024 expected")
    try checkNumbers([budgetMinutes ?? 1], at: "budgetMinutes", from: 0)
    try expect(margin.map { $0 > 0 && $0.isFinite } ?? true, at: "margin", "\(margin ?? 0); a number above 0 expected")
  }
}

extension ArchitectureSearchPlan: CheckedResult {
  public func check() throws {
    for (number, rival) in rivals.enumerated() { try within("rivals.\(number)") { try rival.check() } }
    try training.check()
    try expect((1...10_000).contains(seeds), at: "seeds", "\(seeds); 1 to 10000 expected")
    try expect(abs(Double(seed)) <= most, at: "seed", "\(seed) is too large")
    try expect((1...1_000_000).contains(trials ?? 1), at: "trials", "\(trials ?? 1); 1 to 1000000 expected")
    try checkNumbers([budgetMinutes ?? 1], at: "budgetMinutes", from: 0)
  }
}

/// Runs `body` and puts a key in front of what it complains about.
func within(_ key: String, _ body: () throws -> Void) throws {
  do {
    try body()
  } catch var error as InputError {
    error.place = [key, error.place].compactMap { $0 }.joined(separator: ".")
    throw error
  }
}
