public import Analyses
public import Evaluation
import Modalities
import Models
import Tensors

extension TrialRecord: CheckedResult {
  public func check() throws {
    try checkNames(modalities, at: "modalities")
    try expect(!method.isEmpty && method.utf8.count <= 4096, at: "method", "is empty or too long")
    try checkNumbers(
      [trainSeconds, latencyMicroseconds.p50, latencyMicroseconds.p95, Double(parameters), Double(peakBytes)],
      at: "costs", from: 0)
    try checkNumbers([Double(seed)], at: "seed")
    for record in epochs {
      try checkNumbers([Double(record.epoch), record.seconds], at: "epochs", from: 0)
    }
    try expect(
      bestEpoch >= 0 && bestEpoch <= max(epochs.count, epochs.last?.epoch ?? 0), at: "bestEpoch",
      "\(bestEpoch) of \(epochs.count) epochs")
    guard failure == nil else { return }
    let width = predictions.first?.count ?? 0
    try expect(
      !predictions.isEmpty && width > 0 && predictions.allSatisfy { $0.count == width }, at: "predictions",
      "are none, or rows of different lengths")
    try expect(predictions.allSatisfy { $0.allSatisfy(\.isFinite) }, at: "predictions", "one is not finite")
    try expect(ids.count == predictions.count, at: "ids", "\(ids.count) for \(predictions.count) predictions")
    try expect(
      [0, predictions.count, predictions.count * width].contains(targets.count), at: "targets",
      "\(targets.count) for \(predictions.count) predictions")
    try expect(
      emap == nil || emap?.map(\.count) == predictions.map(\.count), at: "emap", "has not the shape of the predictions")
    try expect(emap?.allSatisfy { $0.allSatisfy(\.isFinite) } ?? true, at: "emap", "one is not finite")
    try choices?.check()
  }

  /// Refuses predictions of something else than the classes or values of a data set.
  func check(on dataset: DatasetSummary) throws {
    guard failure == nil, let width = predictions.first?.count else { return }
    let outputs = dataset.task.outputs(classes: dataset.classes.count, modalities: modalities.count)
    let task = dataset.task.task(outputs: outputs)
    try expect(width == outputs, at: "predictions", "\(width) columns; the comparison has \(outputs)")
    try expect(
      targets.count == predictions.count * task.targetWidth, at: "targets",
      "\(targets.count) for \(predictions.count) predictions of \(task.kind.rawValue)")
    if task.outputsAreClasses {
      // A little more than 1 is rounding; calibration counts probabilities in bins.
      try expect(
        (predictions + (emap ?? [])).allSatisfy { $0.allSatisfy { (-1e-4...1.0001).contains($0) } }, at: "predictions",
        "one is no probability")
    }
    let objection = task.objection(to: targets)
    try expect(objection == nil, at: "targets", objection ?? "")
  }
}

extension ChoiceShares: CheckedResult {
  public func check() throws {
    try checkNames(names, at: "choices.names")
    for row in rows {
      try expect(
        row.shares.count == names.count && row.samples >= 0, at: "choices.rows",
        "\(row.shares.count) shares of \(names.count) choices, \(row.samples) samples")
      try checkNumbers(row.shares, at: "choices.rows")
    }
    try expect(!rows.isEmpty, at: "choices.rows", "are none")
  }
}

extension DatasetSummary: CheckedResult {
  public func check() throws {
    if task.task(classes: classes).outputsAreClasses {
      try checkNames(classes, at: "classes")
    } else {
      try expect(classes.isEmpty, at: "classes", "a \(task.rawValue) has none")
    }
    try expect(
      Metric.all(for: task).contains(metric), at: "metric", "\(metric.rawValue) is no metric of \(task.rawValue)")
    try expect(
      samples.values.allSatisfy { $0 >= 0 && Double($0) <= 1e12 }, at: "samples", "\(samples); counts expected")
    for (name, modality) in modalities {
      try expect(
        modality.shape.allSatisfy { $0 >= 0 && Double($0) <= 1e12 } && (0...1_000_000_000).contains(modality.missing),
        at: "modalities.\(name)", "shape \(modality.shape), \(modality.missing) missing")
    }
  }
}

extension ExplainedComparison: CheckedResult {
  public func check() throws {
    let methods = comparison.methods
    try within("dataset") { try comparison.dataset.check() }
    try checkNames(methods.map(\.name), at: "methods", least: 0)
    for method in methods { try within("methods.\(method.name)") { try method.check() } }
    if let verdict = comparison.verdict {
      try within("verdict") {
        try verdict.check(methods.map(\.name))
        try findings.check()
      }
    }
    if let robustness { try within("robustness") { try robustness.check() } }
    if let heterogeneity { try within("heterogeneity") { try heterogeneity.check() } }
  }
}

extension MethodResult: CheckedResult {
  public func check() throws {
    try checkNames(modalities, at: "modalities")
    try checkNumbers(
      [trainSeconds, latencyMicroseconds.p50, latencyMicroseconds.p95, Double(parameters), Double(peakBytes)]
        + [Double(epochs)], at: "costs", from: 0)
    for (name, summary) in metrics {
      try expect(!summary.perSeed.isEmpty, at: "metrics.\(name).perSeed", "is empty")
      try checkNumbers(
        [summary.mean, summary.std, summary.ci95.low, summary.ci95.high] + summary.perSeed, at: "metrics.\(name)")
    }
    try checkNumbers([validationScore ?? 0], at: "validationScore")
    try checkNumbers(utilization?.values.map { $0 } ?? [], at: "utilization")
  }
}

extension Estimate {
  fileprivate func check(_ key: String) throws { try checkNumbers([mean, ci95.low, ci95.high], at: key) }
}

extension Verdict {
  /// - Parameter methods: of the comparison.
  func check(_ methods: [String]) throws {
    for (key, name) in [("bestUnimodal", bestUnimodal), ("bestFusion", bestFusion)] {
      try expect(methods.contains(name), at: key, "\"\(name)\" is none of the methods compared")
    }
    try difference.check("difference")
    try expect(perModality[modality] != nil, at: "perModality", "has no \"\(modality)\"")
    for (name, contest) in perModality { try contest.contest.difference.check("perModality.\(name)") }
    try additive?.difference.check("additive")
    try emapGap?.check("emapGap")
    try checkNumbers([margin, baseline ?? 0], at: "margin")
  }
}

extension Findings {
  func check() throws {
    if let information {
      for part in information.parts {
        try checkNumbers(
          [part.value.mean] + (part.value.ci95.map { [$0.low, $0.high] } ?? []), at: "information.\(part.name)")
      }
      try checkNumbers(
        [information.entropy, information.gap, information.regimeSupport ?? 0, Double(information.samples)],
        at: "information")
    }
    if let missing {
      try expect(!missing.rows.isEmpty, at: "missing.rows", "are none")
      for row in missing.rows { try row.score?.check("missing.rows") }
    }
    if let importance {
      try checkNumbers(Array(importance.share.values) + Array(importance.relations.values), at: "importance")
    }
    if let interactions {
      try checkNumbers(
        interactions.rows.flatMap { [$0.share, $0.accuracy ?? 0, Double($0.count)] } + [interactions.tolerance],
        at: "interactions")
    }
    if let robustness { try within("robustness") { try robustness.check() } }
  }
}
