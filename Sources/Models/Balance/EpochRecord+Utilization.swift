public import Training

extension TrainingOptions {
  /// Whether conditional utilisation rates are measured after each epoch; nil: where that is cheap.
  public var measuresUtilization: Bool? {
    get { measuresEpochs }
    set { measuresEpochs = newValue }
  }
}

extension EpochRecord {
  /// Conditional utilisation rate of each modality on the validation split after the epoch (Wu et al., 2022); nil where it
  /// was not measured.
  public var utilization: [String: Double]? {
    get { measurements }
    set { measurements = newValue }
  }
}

extension TrainingProgress {
  /// Conditional utilisation rates after the last finished epoch; nil where they are not measured.
  public var utilization: [String: Double]? { measurements }
}
