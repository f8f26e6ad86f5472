public import Modalities
public import Tensors
public import Training

/// One class out of several: cross-entropy of logits, a softmax, the metrics of classes and of their probabilities.
public struct ClassificationTask: PredictionTask {
  public let kind = TaskKind.classification
  public let outputs: Int

  /// - Parameter outputs: how many classes.
  public init(outputs: Int) { self.outputs = outputs }

  // MARK: Learning

  public func criterion(balancing targets: Targets?) -> Criterion {
    guard let classes = targets?.classIndices else { return .crossEntropy() }
    var counts = [Int](repeating: 0, count: outputs)
    for number in classes { counts[number] += 1 }
    return .crossEntropy(classWeights: Criterion.balancedWeights(counts: counts))
  }

  public let balances = true

  public func predictions(of outputs: Tensor) -> Tensor { outputs.softmax(axis: 1) }

  // MARK: Scoring

  public let metrics: [Metric] = [
    .accuracy, .balancedAccuracy, .macroF1, .weightedF1, .mcc, .auroc, .averagePrecision, .logLoss, .brier,
    .calibrationError,
  ]
  public let targetWidth = 1
  public let hasExclusiveClasses = true
  public let usesThresholds = false

  public func scored(
    _ predictions: [Double], targets: [Double], thresholds: [Double]?
  ) throws -> any ScoredPredictions {
    if let outside = targets.first(where: { !isClass($0) }) {
      throw InputError("target class \(outside) is not one of the \(outputs) predicted ones")
    }
    return ClassificationScores(predictions, targets: targets.map { Int($0) }, classes: outputs)
  }

  private func isClass(_ target: Double) -> Bool {
    (0..<Double(outputs)).contains(target) && target == target.rounded()
  }

  public func bestConstant(_ metric: Metric, targets: [Double]) -> [Double]? {
    guard metric != .calibrationError else { return nil }
    var shares = [Double](repeating: 0, count: outputs)
    for target in targets { shares[Int(target)] += 1 / Double(targets.count) }
    return shares
  }

  // MARK: Files

  public let outputsAreClasses = true

  public func objection(to targets: [Double]) -> String? {
    targets.allSatisfy(isClass) ? nil : "one is no class from 0 to \(outputs - 1)"
  }

  public func text(_ row: [Double], classes: [String], thresholds: [Double]?) -> String { classes[predicted(row)] }

  public func text(target: [Double], classes: [String]) -> String { classes[Int(target[0])] }

  public func change(from before: [Double], to now: [Double], thresholds: [Double]?) -> Double {
    predicted(before) == predicted(now) ? 0 : 1
  }

  /// The first of the most probable classes.
  private func predicted(_ row: [Double]) -> Int { ProbabilityMetrics.argmax(row, classes: outputs)[0] }

  // MARK: Experts

  public let hasProbabilities = true

  public func logarithms(_ outputs: Tensor) -> Tensor { outputs.logSoftmax(axis: -1) }

  public func mixture(_ outputs: Tensor, logWeights: Tensor) -> Tensor {
    (outputs.logSoftmax(axis: -1) + logWeights).logSumExp(axes: [1])
  }

  public func votes(_ outputs: Tensor) -> Tensor {
    let classes = Tensor((0..<self.outputs).map { $0 }, shape: [1, 1, self.outputs])
    return outputs.argmax(axis: 2).unsqueezed(2) .== classes
  }

  public func shares(ofMixture mixture: Tensor) -> Tensor { mixture.exp() }

  public func outputs(ofShares shares: Tensor) -> Tensor { shares.clamped(min: 1e-12).log() }

  public func truth(_ targets: Tensor) -> Tensor {
    (targets.unsqueezed(1) .== Tensor(Array(0..<outputs)).unsqueezed(0)).to(.float64)
  }

  public func losses(_ outputs: Tensor, truth: Tensor) -> Tensor {
    -(outputs.logSoftmax(axis: 1) * truth).sum(axes: [1])
  }

  public func derivatives(_ outputs: Tensor, truth: Tensor, features: Tensor) -> (
    errors: Tensor, centred: Tensor, curvature: Tensor
  ) {
    let p = outputs.softmax(axis: 1)
    return (p - truth, features - (features * p.unsqueezed(1)).sum(axes: [2], keepingDimensions: true), p)
  }

  // MARK: Solvers

  public func binaryProblems(_ targets: Targets) -> [[Bool]] {
    let classes = targets.classIndices!
    return (outputs == 2 ? [1] : Array(0..<outputs)).map { positive in classes.map { $0 == positive } }
  }

  public var machines: Int { outputs == 2 ? 1 : outputs }

  public func outputs(ofDecisions decisions: Tensor, logOdds: Tensor) -> Tensor {
    // The softmax of several divides the machines' probabilities by their sum.
    outputs == 2 ? Tensor.concatenated([logOdds.zerosLike(), logOdds], axis: 1) : logOdds.logSigmoid()
  }

  /// Log-probabilities of several machines are no affine function of their decisions.
  public var isAffineInDecisions: Bool { outputs == 2 }

  public func linear(
    fitting x: Tensor, _ targets: Targets, sampleWeights: ([Bool]) -> [Double]?, cost: Double
  ) throws -> (slopes: Tensor, offset: Tensor) {
    let found = try SoftmaxRegression(
      fitting: x, targets: targets.classIndices!, classes: outputs, cost: cost, sampleWeights: sampleWeights([]))
    return (found.weights, found.bias)
  }
}
