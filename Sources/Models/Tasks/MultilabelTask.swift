import Foundation
public import Modalities
public import Tensors
public import Training

/// Any subset of several labels: binary cross-entropy of logits, a sigmoid each, thresholds chosen on validation.
public struct MultilabelTask: PredictionTask {
  public let kind = TaskKind.multilabel
  public let outputs: Int

  /// - Parameter outputs: how many labels.
  public init(outputs: Int) { self.outputs = outputs }

  // MARK: Learning

  public func criterion(balancing targets: Targets?) -> Criterion {
    guard let labels = targets?.labelSets else { return .binaryCrossEntropy() }
    let counts = (0..<outputs).map { label in labels.count { $0[label] } }
    return .binaryCrossEntropy(positiveWeights: Criterion.positiveWeights(counts: counts, of: labels.count))
  }

  public let balances = true

  public func predictions(of outputs: Tensor) -> Tensor { outputs.sigmoid() }

  // MARK: Scoring

  public let metrics: [Metric] = [
    .macroAveragePrecision, .microAveragePrecision, .macroAUROC, .microAUROC, .macroF1, .microF1, .subsetAccuracy,
    .mcc, .logLoss, .brier,
  ]
  public var targetWidth: Int { outputs }
  public let hasExclusiveClasses = false
  public let usesThresholds = true

  public func scored(
    _ predictions: [Double], targets: [Double], thresholds: [Double]?
  ) throws -> any ScoredPredictions {
    let thresholds = thresholds ?? [Double](repeating: 0.5, count: outputs)
    guard thresholds.count == outputs else { throw InputError("\(thresholds.count) thresholds for \(outputs) labels") }
    return LabelScores(predictions, targets: targets.map { $0 >= 0.5 }, thresholds: thresholds)
  }

  public func bestConstant(_ metric: Metric, targets: [Double]) -> [Double]? { nil }

  // MARK: Files

  public let outputsAreClasses = true

  public func objection(to targets: [Double]) -> String? { nil }

  /// The labels given, with `|` between, as `samples.csv` lists them.
  public func text(_ row: [Double], classes: [String], thresholds: [Double]?) -> String {
    Self.given(row, thresholds).map { classes[$0] }.joined(separator: "|")
  }

  public func text(target: [Double], classes: [String]) -> String {
    zip(classes, target).filter { $0.1 >= 0.5 }.map(\.0).joined(separator: "|")
  }

  public func change(from before: [Double], to now: [Double], thresholds: [Double]?) -> Double {
    Self.given(before, thresholds) == Self.given(now, thresholds) ? 0 : 1
  }

  /// The positions of the probabilities that reach their thresholds, which are one half where none were chosen.
  private static func given(_ probabilities: [Double], _ thresholds: [Double]?) -> [Int] {
    probabilities.indices.filter { probabilities[$0] >= (thresholds?[$0] ?? 0.5) }
  }

  // MARK: Experts

  public let hasProbabilities = true

  public func logarithms(_ outputs: Tensor) -> Tensor { outputs }

  public func mixture(_ outputs: Tensor, logWeights: Tensor) -> Tensor {
    // ln p and ln (1 − p) of a logit; their difference is the logit of the mixture.
    let holds = outputs.logSigmoid() + logWeights
    let fails = (-outputs).logSigmoid() + logWeights
    return holds.logSumExp(axes: [1]) - fails.logSumExp(axes: [1])
  }

  public func votes(_ outputs: Tensor) -> Tensor { outputs .> 0 }

  public func shares(ofMixture mixture: Tensor) -> Tensor { mixture.sigmoid() }

  public func outputs(ofShares shares: Tensor) -> Tensor {
    shares.clamped(min: 1e-12).log() - (1 - shares).clamped(min: 1e-12).log()
  }

  public func truth(_ targets: Tensor) -> Tensor { targets.reshaped([-1, outputs]).to(.float64) }

  public func losses(_ outputs: Tensor, truth: Tensor) -> Tensor {
    -(outputs.logSigmoid() * truth + (-outputs).logSigmoid() * (1 - truth)).sum(axes: [1])
  }

  public func derivatives(_ outputs: Tensor, truth: Tensor, features: Tensor) -> (
    errors: Tensor, centred: Tensor, curvature: Tensor
  ) {
    let p = outputs.sigmoid()
    return (p - truth, features, p * (1 - p))
  }

  // MARK: Solvers

  public func binaryProblems(_ targets: Targets) -> [[Bool]] {
    let labels = targets.labelSets!
    return (0..<outputs).map { label in labels.map { $0[label] } }
  }

  public var machines: Int { outputs }

  public func outputs(ofDecisions decisions: Tensor, logOdds: Tensor) -> Tensor { logOdds }

  public let isAffineInDecisions = true

  public func linear(
    fitting x: Tensor, _ targets: Targets, sampleWeights: ([Bool]) -> [Double]?, cost: Double
  ) throws -> (slopes: Tensor, offset: Tensor) {
    let columns = try binaryProblems(targets).map {
      try Self.logistic(x, $0, sampleWeights: sampleWeights($0), cost: cost)
    }
    return (Tensor.stacked(columns.map(\.slopes), axis: 1), Tensor(columns.map(\.offset)))
  }

  /// The log-odds of a label. One that all samples have, or none, is predicted by its smoothed share alone.
  private static func logistic(
    _ x: Tensor, _ label: [Bool], sampleWeights: [Double]?, cost: Double
  ) throws -> (slopes: Tensor, offset: Double) {
    let positive = label.count { $0 }
    guard positive > 0, positive < label.count else {
      return (.zeros([x.shape[1]], dtype: .float64), log(Double(positive + 1) / Double(label.count - positive + 1)))
    }
    let found = try SoftmaxRegression(
      fitting: x, targets: label.map { $0 ? 1 : 0 }, classes: 2, cost: cost, sampleWeights: sampleWeights)
    let columns = (0..<2).map { found.weights.select(axis: 1, index: $0) }
    return (columns[1] - columns[0], found.bias[1].item() - found.bias[0].item())
  }
}
