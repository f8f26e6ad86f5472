public import Modalities
public import Tensors
public import Training

/// A number: squared error of the standardised target, and the target's own unit in predictions.
public struct RegressionTask: PredictionTask {
  public let kind = TaskKind.regression
  public let outputs: Int
  /// What a model's output is multiplied by and added to.
  public let scaling: TargetScaling

  /// - Parameter outputs: how many numbers a model puts out; a data set has one target.
  public init(outputs: Int = 1, scaling: TargetScaling = .identity) {
    self.outputs = outputs
    self.scaling = scaling
  }

  // MARK: Learning

  public func criterion(balancing targets: Targets?) -> Criterion { .meanSquaredError }

  public let balances = false

  public func predictions(of outputs: Tensor) -> Tensor { scaling.restored(outputs) }

  // MARK: Scoring

  public let metrics: [Metric] = [.mae, .mse, .rmse, .r2, .pearson] + Metric.sentiment
  public let targetWidth = 1
  public let hasExclusiveClasses = false
  public let usesThresholds = false

  public func scored(
    _ predictions: [Double], targets: [Double], thresholds: [Double]?
  ) throws -> any ScoredPredictions {
    RegressionScores(
      predicted: stride(from: 0, to: predictions.count, by: outputs).map { predictions[$0] }, targets: targets)
  }

  public func bestConstant(_ metric: Metric, targets: [Double]) -> [Double]? {
    switch metric {
    case .pearson: nil
    case .mae, .accuracy7: [targets.sorted()[targets.count / 2]]
    case .accuracy2Has0, .accuracy2Non0, .f1Has0, .f1Non0:
      [targets.count { $0 > 0 } >= targets.count { $0 < 0 } ? 1 : -1]
    default: [targets.reduce(0, +) / Double(targets.count)]
    }
  }

  // MARK: Files

  public let outputsAreClasses = false

  public func objection(to targets: [Double]) -> String? { nil }

  public func text(_ row: [Double], classes: [String], thresholds: [Double]?) -> String {
    row.map { "\($0)" }.joined(separator: " ")
  }

  public func text(target: [Double], classes: [String]) -> String { "\(target[0])" }

  public func change(from before: [Double], to now: [Double], thresholds: [Double]?) -> Double {
    zip(before, now).reduce(0) { $0 + abs($1.0 - $1.1) }
  }

  // MARK: Experts

  public let hasProbabilities = false

  public func logarithms(_ outputs: Tensor) -> Tensor { outputs }

  public func mixture(_ outputs: Tensor, logWeights: Tensor) -> Tensor { (outputs * logWeights.exp()).sum(axes: [1]) }

  public func votes(_ outputs: Tensor) -> Tensor { preconditionFailure("values have no votes") }

  public func shares(ofMixture mixture: Tensor) -> Tensor { preconditionFailure("values have no shares") }

  public func outputs(ofShares shares: Tensor) -> Tensor { preconditionFailure("values have no shares") }

  public func truth(_ targets: Tensor) -> Tensor { targets.reshaped([-1, outputs]).to(.float64) }

  public func losses(_ outputs: Tensor, truth: Tensor) -> Tensor { (outputs - truth).square().sum(axes: [1]) / 2 }

  public func derivatives(_ outputs: Tensor, truth: Tensor, features: Tensor) -> (
    errors: Tensor, centred: Tensor, curvature: Tensor
  ) {
    (outputs - truth, features, outputs.onesLike())
  }

  // MARK: Solvers

  public func binaryProblems(_ targets: Targets) -> [[Bool]] { [] }

  public let machines = 1

  public func outputs(ofDecisions decisions: Tensor, logOdds: Tensor) -> Tensor { decisions }

  public let isAffineInDecisions = true

  public func linear(
    fitting x: Tensor, _ targets: Targets, sampleWeights: ([Bool]) -> [Double]?, cost: Double
  ) throws -> (slopes: Tensor, offset: Tensor) {
    let truth = Tensor(targets.numericValues!).unsqueezed(1)
    let middle = truth.mean(axes: [0])
    let square = x.transposed(0, 1).matmul(x) * cost + Tensor.eye(x.shape[1], dtype: .float64)
    return (square.solve(x.transposed(0, 1).matmul(truth - middle) * cost), middle)
  }
}
