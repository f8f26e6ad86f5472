public import Training

/// What a comparison was asked to do: all that it takes to do it again.
public struct Provenance: Sendable, Equatable {
  /// Folder of the data set, as given.
  public var dataset: String
  /// Of the data set when the comparison began.
  public var fingerprint: String
  /// As the command line takes them.
  public var methods: [String]
  public var seeds: [Int]
  public var training: TrainingOptions
  /// Threads of one operation, which decide the last bits of the results; nil where they were not chosen.
  public var threads: Int?
  /// Smallest improvement that counts; nil for the metric's own.
  public var margin: Double?
  /// Whether placebos and what explains the verdict were left out.
  public var isQuick: Bool

  public init(
    dataset: String, fingerprint: String, methods: [String], seeds: [Int], training: TrainingOptions,
    threads: Int? = nil, margin: Double? = nil, isQuick: Bool = false
  ) {
    (self.dataset, self.fingerprint, self.methods, self.seeds) = (dataset, fingerprint, methods, seeds)
    (self.training, self.threads, self.margin, self.isQuick) = (training, threads, margin, isQuick)
  }
}
