/// A candidate against a reference on the same test units: what it improves on it by, and for what that holds.
///
/// Differences are improvements: positive where the candidate is better, whichever direction the metric has.
public struct Contest: Codable, Sendable, Equatable {
  /// What an interval holds for.
  public enum Target: String, Codable, Sendable {
    /// Other seeds and other test samples, with this training set: a crossed interval.
    case thisTrainingSet
    /// These models alone, on other test samples: a bootstrap. All that is to be had of one seed, or of a metric that is
    /// not smooth.
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

  /// - Parameters:
  ///   - candidate: what it is called.
  ///   - reference: what it is called.
  ///   - mean: improvement of the candidate.
  ///   - crossed: `nil` where there is none; the bootstrap's intervals then stand in.
  ///   - bootstrap: improvements in the resamples of the test units; undefined ones are left out.
  /// - Returns: `nil` where the improvement is undefined in every resample.
  public init?(
    _ candidate: String, over reference: String, mean: Double, crossed: CrossedInterval?, bootstrap: [Double?]
  ) {
    guard let trained = Bootstrap.interval(bootstrap), let trained90 = Bootstrap.interval(bootstrap, level: 0.9) else {
      return nil
    }
    self.candidate = candidate
    self.reference = reference
    self.crossed = crossed
    trainedModels = trained
    difference = crossed?.estimate(around: mean) ?? Estimate(mean: mean, ci95: trained)
    ci90 = crossed?.interval(around: mean, level: 0.9) ?? trained90
    target = crossed == nil ? .theseTrainedModels : .thisTrainingSet
  }
}
