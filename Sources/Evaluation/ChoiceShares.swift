/// How much a fusion that chooses (`ChoosingFusion`) relies on what, averaged over the samples of each class.
public struct ChoiceShares: Codable, Sendable, Equatable {
  /// What it chooses among: fusions, or modalities.
  public let names: [String]
  /// Each class of the split in order, then all samples.
  public let rows: [Row]

  /// The samples of one class.
  public struct Row: Codable, Sendable, Equatable {
    /// The class; `all` for the whole split.
    public let label: String
    /// How many samples.
    public let samples: Int
    /// Mean share of each choice, from 0 to 1.
    public let shares: [Double]

    package init(label: String, samples: Int, shares: [Double]) {
      (self.label, self.samples, self.shares) = (label, samples, shares)
    }
  }

  package init(names: [String], rows: [Row]) { (self.names, self.rows) = (names, rows) }

  /// As entries of a list of metrics: `choice(additive | seven)`, `choice(additive)` over all classes.
  public var metrics: [String: Double] {
    var metrics: [String: Double] = [:]
    for (number, row) in rows.enumerated() {
      for (name, share) in zip(names, row.shares) {
        metrics[number == rows.count - 1 ? "choice(\(name))" : "choice(\(name) | \(row.label))"] = share
      }
    }
    return metrics
  }
}
