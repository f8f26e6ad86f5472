import Training

/// Answers of a classifier beside the right classes, ready to be scored on any selection of the samples: a bootstrap asks for
/// that thousands of times, so that one pass over the selection serves all metrics.
struct ClassificationScores: Sendable {
  /// A sample as the metrics see it.
  private struct Answer {
    let predicted, target, bin: Int32
    /// Hit (0 or 1) minus confidence.
    let gap: Double
    /// −ln p(target).
    let loss: Double
  }

  /// The predicted class of every sample.
  let predicted: [Int]
  private let answers: [Answer]
  private let classes: Int
  private let calibration: CalibrationBins

  /// - Parameters:
  ///   - probabilities: `[N, K]`, row-major.
  ///   - targets: class indices `[N]`.
  init(_ probabilities: [Double], targets: [Int], classes: Int) {
    self.classes = classes
    let predicted = ProbabilityMetrics.argmax(probabilities, classes: classes)
    let calibration = CalibrationBins(
      confidences: ProbabilityMetrics.confidences(probabilities, classes: classes),
      hits: zip(predicted, targets).map { $0 == $1 })
    answers = targets.indices.map { sample in
      Answer(
        predicted: Int32(predicted[sample]), target: Int32(targets[sample]), bin: Int32(calibration.bin[sample]),
        gap: calibration.gap[sample],
        loss: ProbabilityMetrics.loss(ofTarget: probabilities[sample * classes + targets[sample]]))
    }
    self.predicted = predicted
    self.calibration = calibration
  }

  /// The scores over the samples at `indices`, a sample as often as it occurs.
  func callAsFunction(_ metrics: [Metric], at indices: [Int]) -> [Double?] {
    precondition(!indices.isEmpty, "a metric needs at least one sample")
    var sums = Sums(classes: classes, bins: calibration.bins)
    sums.add(answers, at: indices)
    let counts = ClassCounts(hits: sums.hits, support: sums.support, predicted: sums.predicted)
    return metrics.map { metric in
      switch metric {
      case .accuracy: counts.accuracy
      case .balancedAccuracy: counts.balancedAccuracy
      case .macroF1: counts.macroF1
      case .weightedF1: counts.weightedF1
      case .logLoss: sums.loss / Double(indices.count)
      case .calibrationError: CalibrationBins.error(sums.gaps, of: indices.count)
      default: preconditionFailure("\(metric.rawValue) is not a metric of classification")
      }
    }
  }

  /// What the metrics are functions of.
  private struct Sums {
    /// Per class.
    var hits, support, predicted: [Int]
    /// Per bin of confidence.
    var gaps: [Double]
    var loss = 0.0

    init(classes: Int, bins: Int) {
      hits = [Int](repeating: 0, count: classes)
      support = [Int](repeating: 0, count: classes)
      predicted = [Int](repeating: 0, count: classes)
      gaps = [Double](repeating: 0, count: bins)
    }

    /// Through pointers: a check of each array's owner at each sample takes longer than the sums.
    mutating func add(_ answers: [Answer], at indices: [Int]) {
      var loss = 0.0
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
              }
            }
          }
        }
      }
      self.loss += loss
    }
  }
}
