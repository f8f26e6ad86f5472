import Analyses
import InformationTheory
import Modalities
import Quantification
import Tensors

/// What models of the first side, of the second and of both answer to the same samples, seeds together.
struct SideAnswers: Sendable {
  /// Of the test samples, by the first side, the second and both.
  let posteriors: [CalibratedPosteriors]
  let labels: [Int]
  /// The test samples, as positions in the data set.
  let rows: [Int]
  /// Names of the three methods.
  let names: [String]
  let seeds: Int
  /// How many validation samples they are calibrated on.
  let held: Int

  /// - Parameter logits: `[3][seeds]`, of the validation samples and the test samples.
  init(logits: [[[[[Double]]]]], validation: [Int], test: [Int], rows: [Int], names: [String]) throws {
    (labels, self.rows, self.names, seeds) = (test, rows, names, logits[0].count)
    held = validation.count
    posteriors = try logits.map { perSeed in
      /// Logarithms of the mean probabilities.
      func pooled(_ part: Int) -> Tensor {
        let sums = perSeed.map { seed in
          Tensor(seed[part].flatMap { $0 }, shape: [seed[part].count, seed[part][0].count])
            .softmax(axis: 1)
        }
        return (sums.dropFirst().reduce(sums[0], +) / Double(sums.count)).clamped(min: 1e-30).log()
      }
      return try CalibratedPosteriors(logits: pooled(1), calibration: pooled(0), labels: validation)
    }
  }

  /// - Parameters:
  ///   - groups: the groups of the validation and the test samples, where they are not independent.
  ///   - isCancelled: asked all along, from several threads.
  func information(
    _ sides: Sides, groups: (held: [Int], measured: [Int])? = nil, isCancelled: @Sendable () -> Bool = { false }
  ) throws -> InformationFinding {
    InformationFinding(
      try PosteriorInformation().estimate(
        posteriors, labels: labels, sampleGroups: groups, unit: .bits, isCancelled: isCancelled), sides,
      estimator: "BATCH: calibrated predictions of \(names.joined(separator: ", ")), "
        + "\(seeds) \(seeds == 1 ? "seed" : "seeds")",
      split: Split.test.rawValue)
  }

  /// Seconds that `information` is going to take.
  func secondsOfInformation(cores: Int) -> Double {
    PosteriorInformation().seconds(
      held: held, samples: labels.count, classes: posteriors[0].rows[0].count, cores: cores)
  }
}
