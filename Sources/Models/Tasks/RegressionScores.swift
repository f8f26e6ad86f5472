import Training

/// Predicted values beside the right ones, ready to be scored on any selection of the samples.
struct RegressionScores: ScoredPredictions {
  let predicted: [Double]
  let targets: [Double]

  func callAsFunction(_ metrics: [Metric], at indices: [Int]) -> [Double?] {
    let (predicted, targets) = (indices.map { self.predicted[$0] }, indices.map { self.targets[$0] })
    return metrics.map { Self.score($0, predicted, targets) }
  }

  func score(_ metric: Metric, permuting order: [Int]) -> Double? {
    Self.score(metric, predicted, order.map { targets[$0] })
  }

  private static func score(_ metric: Metric, _ predicted: [Double], _ targets: [Double]) -> Double? {
    switch metric {
    case .mae: RegressionMetrics.meanAbsoluteError(predicted: predicted, targets: targets)
    case .mse: RegressionMetrics.meanSquaredError(predicted: predicted, targets: targets)
    case .rmse: RegressionMetrics.rootMeanSquaredError(predicted: predicted, targets: targets)
    case .r2: RegressionMetrics.r2(predicted: predicted, targets: targets)
    case .pearson: RegressionMetrics.pearson(predicted: predicted, targets: targets)
    case .accuracy2Has0: SentimentMetrics.has0(predicted: predicted, targets: targets).accuracy
    case .f1Has0: SentimentMetrics.has0(predicted: predicted, targets: targets).weightedF1
    case .accuracy2Non0: SentimentMetrics.non0(predicted: predicted, targets: targets)?.accuracy
    case .f1Non0: SentimentMetrics.non0(predicted: predicted, targets: targets)?.weightedF1
    case .accuracy7: SentimentMetrics.accuracy7(predicted: predicted, targets: targets)
    default: preconditionFailure("\(metric.rawValue) is not a metric of regression")
    }
  }

  func sampleScores(_ metric: Metric) -> [Double]? {
    switch metric {
    case .mae, .mse, .accuracy2Has0, .accuracy7:
      zip(predicted, targets).map { Self.score(metric, [$0], [$1])! }
    default: nil
    }
  }

  func scores(_ metric: Metric, withoutEach units: Units) -> [Double]? {
    switch metric {
    case .rmse, .r2, .pearson:
      guard let whole = Self.score(metric, predicted, targets) else { return nil }
      let sums = Moments(predicted, targets)
      return units.members.map { samples in sums.score(metric, without: samples) ?? whole }
    case .accuracy2Non0: return twoClasses(units, where: { $0 != 0 }, isPositive: { $0 > 0 }, \.accuracy)
    case .f1Non0: return twoClasses(units, where: { $0 != 0 }, isPositive: { $0 > 0 }, \.weightedF1)
    case .f1Has0: return twoClasses(units, where: { _ in true }, isPositive: { $0 >= 0 }, \.weightedF1)
    default: preconditionFailure("\(metric.rawValue) is a mean over samples")
    }
  }

  /// A score of two classes over the samples whose target `counts`.
  private func twoClasses(
    _ units: Units, where counts: (Double) -> Bool, isPositive: (Double) -> Bool, _ score: (ClassCounts) -> Double
  ) -> [Double]? {
    func number(_ value: Double) -> Int { isPositive(value) ? 1 : 0 }
    let (answers, truth) = (predicted.map(number), targets.map(number))
    let chosen = targets.indices.filter { counts(targets[$0]) }
    guard !chosen.isEmpty else { return nil }
    let whole = ClassCounts(predicted: chosen.map { answers[$0] }, targets: chosen.map { truth[$0] }, classes: 2)
    let members = units.members.map { $0.filter { counts(targets[$0]) } }
    return whole.leavingOut(members, predicted: answers, targets: truth) { rest in
      rest.total > 0 ? score(rest) : score(whole)
    }
  }
}

/// Sums about the means of all samples, from which samples can be taken away without loss of digits.
private struct Moments {
  private let errors, predicted, targets: [Double]
  private var total = Sums()

  private struct Sums {
    var count = 0.0
    /// Σ e², Σ p, Σ t, Σ p², Σ t², Σ p t.
    var squaredError = 0.0, p = 0.0, t = 0.0, pp = 0.0, tt = 0.0, pt = 0.0

    mutating func add(_ error: Double, _ prediction: Double, _ target: Double, _ sign: Double) {
      count += sign
      squaredError += sign * error * error
      p += sign * prediction
      t += sign * target
      pp += sign * prediction * prediction
      tt += sign * target * target
      pt += sign * prediction * target
    }
  }

  init(_ predicted: [Double], _ targets: [Double]) {
    func centred(_ values: [Double]) -> [Double] {
      let mean = values.reduce(0, +) / Double(values.count)
      return values.map { $0 - mean }
    }
    errors = zip(predicted, targets).map { $0 - $1 }
    self.predicted = centred(predicted)
    self.targets = centred(targets)
    for sample in errors.indices { total.add(errors[sample], self.predicted[sample], self.targets[sample], 1) }
  }

  /// nil where it is undefined for the rest, such as a correlation with values that are all equal.
  func score(_ metric: Metric, without samples: [Int]) -> Double? {
    var sums = total
    for sample in samples { sums.add(errors[sample], predicted[sample], targets[sample], -1) }
    guard sums.count > 0 else { return nil }
    // What is left of a sum that cancels is rounding.
    func spread(_ squares: Double, _ sum: Double, of whole: Double) -> Double? {
      let spread = squares - sum * sum / sums.count
      return spread > 1e-12 * whole ? spread : nil
    }
    if metric == .rmse { return (max(0, sums.squaredError) / sums.count).squareRoot() }
    guard let targetSpread = spread(sums.tt, sums.t, of: total.tt) else { return nil }
    if metric == .r2 { return 1 - max(0, sums.squaredError) / targetSpread }
    return spread(sums.pp, sums.p, of: total.pp).map { predictionSpread in
      let covariance = sums.pt - sums.p * sums.t / sums.count
      return min(1, max(-1, covariance / (predictionSpread.squareRoot() * targetSpread.squareRoot())))
    }
  }
}
