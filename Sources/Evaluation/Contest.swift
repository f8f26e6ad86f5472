/// A candidate against a reference on the same test units: what it improves on it by, and for what that holds.
///
/// Differences are improvements: positive where the candidate is better, whichever direction the metric has.
public struct Contest: Codable, Sendable, Equatable {
  /// What an interval holds for.
  public enum Target: String, Codable, Sendable {
    /// Other seeds and other test samples, with this training set: a crossed interval.
    case thisTrainingSet
    /// These models alone, on other test samples. All that is to be had of one seed, or of a metric that is not smooth.
    case theseTrainedModels
  }

  public var candidate: String
  public var reference: String
  /// Improvement of the candidate, with its 95 % interval for `target`.
  public var difference: Estimate
  /// The 90 % interval, whose upper end has to stay below the margin where the reference is to be enough.
  public var ci90: Interval
  public var target: Target
  /// The 95 % interval for these trained models, beside that for this training set.
  public var trainedModels: Interval
  /// Where `target` is this training set.
  public var crossed: CrossedInterval?
  /// Whether the metric has pseudo-values, from which intervals are made; else they are a bootstrap's.
  public var isSmooth: Bool

  /// Of a metric that has pseudo-values.
  ///
  /// - Parameters:
  ///   - candidate: what it is called.
  ///   - reference: what it is called.
  ///   - mean: improvement of the candidate.
  ///   - scores: of both, larger for better.
  ///   - sharesSeeds: whether both were trained with the same seeds.
  public init(
    _ candidate: String, over reference: String, mean: Double, scores: (SeededScores, SeededScores),
    sharesSeeds: Bool = false
  ) {
    let crossed = CrossedInterval(of: scores.0, over: scores.1, sharesSeeds: sharesSeeds)
    let trained = CrossedInterval(of: scores.0.asTrained, over: scores.1.asTrained)!
    // With two or three units, chance in the seeds lends the crossed interval degrees of freedom; what these models alone
    // leave open, other seeds leave open, too.
    let known = crossed.flatMap { $0.halfWidth() < trained.halfWidth() ? nil : $0 } ?? trained
    self.candidate = candidate
    self.reference = reference
    self.crossed = crossed
    isSmooth = true
    difference = known.estimate(around: mean)
    ci90 = known.interval(around: mean, level: 0.9)
    target = crossed == nil ? .theseTrainedModels : .thisTrainingSet
    trainedModels = trained.interval(around: mean)
  }

  /// Of any other metric.
  ///
  /// - Parameters:
  ///   - candidate: what it is called.
  ///   - reference: what it is called.
  ///   - mean: improvement of the candidate.
  ///   - bootstrap: improvements in the resamples of the test units; undefined ones are left out.
  /// - Returns: `nil` where the improvement is undefined in every resample.
  public init?(_ candidate: String, over reference: String, mean: Double, bootstrap: [Double?]) {
    guard let trained = Bootstrap.interval(bootstrap), let trained90 = Bootstrap.interval(bootstrap, level: 0.9) else {
      return nil
    }
    self.candidate = candidate
    self.reference = reference
    isSmooth = false
    difference = Estimate(mean: mean, ci95: trained)
    (ci90, trainedModels, target) = (trained90, trained, .theseTrainedModels)
  }
}

extension SeededScores {
  /// The same models, taken as all there are.
  public var asTrained: SeededScores { SeededScores(values, isDeterministic: true) }
}
