import Training

/// Probabilities of several labels beside the right ones, ready to be scored on any selection of the samples.
struct LabelScores: ScoredPredictions {
  /// `[N, K]`, row-major.
  private let probabilities: [Double]
  private let targets: [Bool]
  /// Whether each probability reaches its label's threshold.
  private let decisions: [Bool]
  private let labels: Int
  private let count: Int
  /// Means over the labels of each sample.
  private let losses, briers: [Double]
  /// Each label, and all cells as one.
  private let rankings, pooled: Rankings

  /// - Parameters:
  ///   - probabilities: `[N, K]`, row-major.
  ///   - targets: the same shape.
  ///   - thresholds: from which probability on a label is given, `[K]`.
  init(_ probabilities: [Double], targets: [Bool], thresholds: [Double]) {
    let labels = thresholds.count
    self.probabilities = probabilities
    self.targets = targets
    self.labels = labels
    count = targets.count / labels
    decisions = probabilities.indices.map { probabilities[$0] >= thresholds[$0 % labels] }
    func rows(_ score: (Double, Bool) -> Double) -> [Double] {
      (0..<targets.count / labels).map { Self.row(score, probabilities, $0, targets, $0, labels) }
    }
    losses = rows(Self.loss)
    briers = rows(Self.brier)
    rankings = Rankings(labels) { label in
      let cells = stride(from: label, to: targets.count, by: labels)
      return Rankings.Column(scores: cells.map { probabilities[$0] }, positives: cells.map { targets[$0] })
    }
    pooled = Rankings(1) { _ in Rankings.Column(scores: probabilities, positives: targets) }
  }

  /// The labels that no sample has, or all have.
  var uniformLabels: [Int] {
    (0..<labels).filter { label in
      stride(from: label, to: targets.count, by: labels).allSatisfy { targets[$0] == targets[label] }
    }
  }

  func callAsFunction(_ metrics: [Metric], at indices: [Int]) -> [Double?] {
    precondition(!indices.isEmpty, "a metric needs at least one sample")
    lazy var weights = Rankings.weights(indices, of: count)
    lazy var areas = rankings.areas(weights: weights)
    lazy var pooledAreas = pooled.areas(weights: weights.flatMap { [Int32](repeating: $0, count: labels) })
    lazy var counts = self.counts(indices, targetsOf: indices)
    var scores: [Double?] = []
    for metric in metrics {
      switch metric {
      case .macroAUROC: scores.append(areas?.auroc)
      case .macroAveragePrecision: scores.append(areas?.averagePrecision)
      case .microAUROC: scores.append(pooledAreas?.auroc)
      case .microAveragePrecision: scores.append(pooledAreas?.averagePrecision)
      case .logLoss: scores.append(indices.reduce(0) { $0 + losses[$1] } / Double(indices.count))
      case .brier: scores.append(indices.reduce(0) { $0 + briers[$1] } / Double(indices.count))
      default: scores.append(Self.score(metric, counts))
      }
    }
    return scores
  }

  func score(_ metric: Metric, permuting order: [Int]) -> Double? {
    switch metric {
    case .macroAUROC: return rankings.areas(order: order)?.auroc
    case .macroAveragePrecision: return rankings.areas(order: order)?.averagePrecision
    case .microAUROC: return pooled.areas(order: cells(order))?.auroc
    case .microAveragePrecision: return pooled.areas(order: cells(order))?.averagePrecision
    case .logLoss: return mean(Self.loss, targetsOf: order)
    case .brier: return mean(Self.brier, targetsOf: order)
    default: return Self.score(metric, counts(Array(order.indices), targetsOf: order))
    }
  }

  func sampleScores(_ metric: Metric) -> [Double]? {
    switch metric {
    case .logLoss: losses
    case .brier: briers
    case .subsetAccuracy:
      (0..<count).map { sample in
        let cells = sample * labels..<(sample + 1) * labels
        return decisions[cells] == targets[cells] ? 1 : 0
      }
    default: nil
    }
  }

  func scores(_ metric: Metric, withoutEach units: Units) -> [Double]? {
    switch metric {
    case .macroAUROC: return rankings.aurocs(withoutEach: units)
    case .macroAveragePrecision: return rankings.averagePrecisions(withoutEach: units)
    case .microAUROC: return pooled.aurocs(withoutEach: cells(units))
    case .microAveragePrecision: return pooled.averagePrecisions(withoutEach: cells(units))
    default: break
    }
    let whole = counts(Array(0..<count), targetsOf: Array(0..<count))
    guard Self.score(metric, whole) != nil else { return nil }
    let mixed = whole.mixedLabels
    var rest = whole
    return units.members.map { samples in
      for cells in samples.map({ $0 * labels..<($0 + 1) * labels }) {
        rest.remove(predicted: decisions[cells], targets: targets[cells])
      }
      defer {
        for cells in samples.map({ $0 * labels..<($0 + 1) * labels }) {
          rest.add(predicted: decisions[cells], targets: targets[cells])
        }
      }
      let still = Set(rest.mixedLabels)
      func mean(_ score: (MultilabelMetrics, Int) -> Double) -> Double {
        mixed.reduce(0) { $0 + score(still.contains($1) ? rest : whole, $1) } / Double(mixed.count)
      }
      switch metric {
      case .macroF1: return mean { $0.f1(of: $1) }
      case .mcc: return mean { $0.matthewsCorrelation(of: $1) }
      default: return Self.score(metric, rest)!
      }
    }
  }

  /// A metric that is a function of counts.
  private static func score(_ metric: Metric, _ counts: MultilabelMetrics) -> Double? {
    switch metric {
    case .microF1: counts.microF1
    case .macroF1: counts.macroF1
    case .mcc: counts.matthewsCorrelation
    case .subsetAccuracy: counts.subsetAccuracy
    default: preconditionFailure("\(metric.rawValue) is not a metric of multilabel")
    }
  }

  /// The answers to some samples beside the labels of others.
  private func counts(_ samples: [Int], targetsOf others: [Int]) -> MultilabelMetrics {
    MultilabelMetrics(
      predicted: cells(samples).map { decisions[$0] }, targets: cells(others).map { targets[$0] }, labels: labels)
  }

  private func cells(_ samples: [Int]) -> [Int] { samples.flatMap { $0 * labels..<($0 + 1) * labels } }

  /// A cell belongs to its sample's unit.
  private func cells(_ units: Units) -> Units {
    Units(units.unit.flatMap { [Int](repeating: $0, count: labels) }, count: units.count)
  }

  private func mean(_ score: (Double, Bool) -> Double, targetsOf order: [Int]) -> Double {
    order.indices.reduce(0) { $0 + Self.row(score, probabilities, $1, targets, order[$1], labels) } / Double(count)
  }

  /// Mean over labels of a score of one sample's probabilities and another's labels.
  private static func row(
    _ score: (Double, Bool) -> Double, _ probabilities: [Double], _ sample: Int, _ targets: [Bool], _ other: Int,
    _ labels: Int
  ) -> Double {
    (0..<labels).reduce(0) { $0 + score(probabilities[sample * labels + $1], targets[other * labels + $1]) }
      / Double(labels)
  }

  private static func loss(_ probability: Double, _ target: Bool) -> Double {
    ProbabilityMetrics.loss(ofTarget: target ? probability : 1 - probability)
  }

  private static func brier(_ probability: Double, _ target: Bool) -> Double {
    let miss = probability - (target ? 1 : 0)
    return miss * miss
  }
}

extension LabelScores {
  /// The threshold of each label with the largest F1 on these samples, half-way between two probabilities; of equally good
  /// ones the closest to one half, and one half where all or none have the label.
  var bestThresholds: [Double] {
    zip(rankings.columns, 0..<labels).map { column, label in
      let scores = (0..<count).map { probabilities[$0 * labels + label] }
      let total = column.positives.count { $0 }
      guard total > 0, total < count else { return 0.5 }
      var best = (f1: 0.0, threshold: 0.5)
      var hits = 0
      let order = scores.indices.sorted { scores[$0] > scores[$1] }
      for (rank, sample) in order.enumerated() {
        hits += column.positives[sample] ? 1 : 0
        let next = rank + 1 < count ? scores[order[rank + 1]] : 0
        guard rank + 1 == count || next < scores[sample] else { continue }
        let f1 = 2 * Double(hits) / Double(rank + 1 + total)
        // Nothing lies between the two, so that one half is as good as any place there.
        let threshold = next < 0.5 && 0.5 <= scores[sample] ? 0.5 : (next + scores[sample]) / 2
        if f1 > best.f1 || (f1 == best.f1 && abs(threshold - 0.5) < abs(best.threshold - 0.5)) {
          best = (f1, threshold)
        }
      }
      return best.threshold
    }
  }
}
