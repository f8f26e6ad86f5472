import Training

/// Answers of a classifier beside the right classes, ready to be scored on any selection of the samples: a bootstrap asks for
/// that thousands of times, so that one pass over the selection serves all metrics but the areas.
struct ClassificationScores: ScoredPredictions {
  /// A sample as the metrics see it.
  private struct Answer {
    let predicted, target, bin: Int32
    /// Hit (0 or 1) minus confidence.
    let gap: Double
    /// −ln p(target), and Brier's score.
    let loss, brier: Double
  }

  /// The predicted class of every sample.
  let predicted: [Int]
  let targets: [Int]
  let classes: Int
  /// Of two classes the second, of more each against the rest.
  let rankings: Rankings
  private let probabilities: [Double]
  private let answers: [Answer]
  private let calibration: CalibrationBins

  /// - Parameters:
  ///   - probabilities: `[N, K]`, row-major.
  ///   - targets: class indices `[N]`.
  init(_ probabilities: [Double], targets: [Int], classes: Int) {
    self.classes = classes
    self.probabilities = probabilities
    self.targets = targets
    let predicted = ProbabilityMetrics.argmax(probabilities, classes: classes)
    let calibration = CalibrationBins(
      confidences: ProbabilityMetrics.confidences(probabilities, classes: classes),
      hits: zip(predicted, targets).map { $0 == $1 })
    let briers = ProbabilityMetrics.brierScores(probabilities, targets: targets, classes: classes)
    answers = targets.indices.map { sample in
      Answer(
        predicted: Int32(predicted[sample]), target: Int32(targets[sample]), bin: Int32(calibration.bin[sample]),
        gap: calibration.gap[sample],
        loss: ProbabilityMetrics.loss(ofTarget: probabilities[sample * classes + targets[sample]]),
        brier: briers[sample])
    }
    rankings = Rankings(classes == 2 ? 1 : classes) { column in
      let chosen = classes == 2 ? 1 : column
      return Rankings.Column(
        scores: targets.indices.map { probabilities[$0 * classes + chosen] }, positives: targets.map { $0 == chosen })
    }
    self.predicted = predicted
    self.calibration = calibration
  }

  func callAsFunction(_ metrics: [Metric], at indices: [Int]) -> [Double?] {
    precondition(!indices.isEmpty, "a metric needs at least one sample")
    var sums = Sums(classes: classes, bins: calibration.bins)
    sums.add(answers, at: indices)
    let counts = ClassCounts(hits: sums.hits, support: sums.support, predicted: sums.predicted)
    let areas =
      metrics.contains { $0 == .auroc || $0 == .averagePrecision }
      ? rankings.areas(weights: Rankings.weights(indices, of: targets.count)) : nil
    return metrics.map { metric in
      switch metric {
      case .auroc: areas?.auroc
      case .averagePrecision: areas?.averagePrecision
      case .logLoss: sums.loss / Double(indices.count)
      case .brier: sums.brier / Double(indices.count)
      case .calibrationError: CalibrationBins.error(sums.gaps, of: indices.count)
      default: Self.score(metric, counts)
      }
    }
  }

  /// A metric that is a function of counts.
  static func score(_ metric: Metric, _ counts: ClassCounts) -> Double {
    switch metric {
    case .accuracy: counts.accuracy
    case .balancedAccuracy: counts.balancedAccuracy
    case .macroF1: counts.macroF1
    case .weightedF1: counts.weightedF1
    case .mcc: counts.matthewsCorrelation
    default: preconditionFailure("\(metric.rawValue) is not a metric of classification")
    }
  }

  func sampleScores(_ metric: Metric) -> [Double]? {
    switch metric {
    case .accuracy: answers.map { $0.predicted == $0.target ? 1 : 0 }
    case .logLoss: answers.map(\.loss)
    case .brier: answers.map(\.brier)
    default: nil
    }
  }

  func score(_ metric: Metric, permuting order: [Int]) -> Double? {
    let count = Double(order.count)
    func target(_ sample: Int) -> Int { targets[order[sample]] }
    switch metric {
    case .auroc: return rankings.areas(order: order)?.auroc
    case .averagePrecision: return rankings.areas(order: order)?.averagePrecision
    case .logLoss:
      return order.indices.reduce(0) {
        $0 + ProbabilityMetrics.loss(ofTarget: probabilities[$1 * classes + target($1)])
      } / count
    case .brier:
      let permuted = order.map { targets[$0] }
      return ProbabilityMetrics.brierScores(probabilities, targets: permuted, classes: classes).reduce(0, +) / count
    case .calibrationError:
      var sums = [Double](repeating: 0, count: calibration.bins)
      for (sample, answer) in answers.enumerated() {
        let confidence = (answer.predicted == answer.target ? 1 : 0) - answer.gap
        sums[Int(answer.bin)] += (Int(answer.predicted) == target(sample) ? 1 : 0) - confidence
      }
      return CalibrationBins.error(sums, of: order.count)
    default:
      var counts = ClassCounts(classes: classes)
      for sample in order.indices { counts.add(predicted: predicted[sample], target: target(sample)) }
      return Self.score(metric, counts)
    }
  }

  /// What the metrics are functions of.
  private struct Sums {
    /// Per class.
    var hits, support, predicted: [Int]
    /// Per bin of confidence.
    var gaps: [Double]
    var loss = 0.0
    var brier = 0.0

    init(classes: Int, bins: Int) {
      hits = [Int](repeating: 0, count: classes)
      support = [Int](repeating: 0, count: classes)
      predicted = [Int](repeating: 0, count: classes)
      gaps = [Double](repeating: 0, count: bins)
    }

    /// Through pointers: a check of each array's owner at each sample takes longer than the sums.
    mutating func add(_ answers: [Answer], at indices: [Int]) {
      var (loss, brier) = (0.0, 0.0)
      hits.withUnsafeMutableBufferPointer { hits in
        support.withUnsafeMutableBufferPointer { support in
          predicted.withUnsafeMutableBufferPointer { predicted in
            gaps.withUnsafeMutableBufferPointer { gaps in
              for index in indices {
                let answer = answers[index]
                let (prediction, target) = (Int(answer.predicted), Int(answer.target))
                support[target] += 1
                predicted[prediction] += 1
                hits[target] += prediction == target ? 1 : 0
                gaps[Int(answer.bin)] += answer.gap
                loss += answer.loss
                brier += answer.brier
              }
            }
          }
        }
      }
      self.loss += loss
      self.brier += brier
    }
  }
}

extension ClassificationScores {
  func scores(_ metric: Metric, withoutEach units: Units) -> [Double]? {
    switch metric {
    case .auroc: return rankings.aurocs(withoutEach: units)
    case .averagePrecision: return rankings.averagePrecisions(withoutEach: units)
    case .calibrationError: return nil
    default: break
    }
    let whole = ClassCounts(predicted: predicted, targets: targets, classes: classes)
    return whole.leavingOut(units.members, predicted: predicted, targets: targets) { rest in
      switch metric {
      case .balancedAccuracy:
        Self.mean(whole.support.indices.filter { whole.support[$0] > 0 }) {
          rest.support[$0] > 0 ? rest.recall(of: $0) : whole.recall(of: $0)
        }
      case .macroF1:
        Self.mean(whole.support.indices.filter { whole.support[$0] + whole.predicted[$0] > 0 }) {
          rest.support[$0] + rest.predicted[$0] > 0 ? rest.f1(of: $0) : whole.f1(of: $0)
        }
      case .mcc where rest.support.count { $0 > 0 } < 2: whole.matthewsCorrelation
      default: Self.score(metric, rest)
      }
    }
  }

  private static func mean(_ classes: [Int], _ score: (Int) -> Double) -> Double {
    classes.reduce(0) { $0 + score($1) } / Double(classes.count)
  }
}

extension ClassCounts {
  /// A score of the counts without each unit's samples in turn.
  func leavingOut(_ units: [[Int]], predicted: [Int], targets: [Int], _ score: (ClassCounts) -> Double) -> [Double] {
    var rest = self
    return units.map { samples in
      for sample in samples { rest.remove(predicted: predicted[sample], target: targets[sample]) }
      defer { for sample in samples { rest.add(predicted: predicted[sample], target: targets[sample]) } }
      return score(rest)
    }
  }
}
