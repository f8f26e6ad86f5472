import InformationTheory

/// A count out of so many trials with its one-sided 95 % bounds (Clopper & Pearson, 1934).
struct Count: Codable, Sendable, Equatable {
  var events: Int
  var trials: Int

  init(_ events: Int, of trials: Int) {
    self.events = events
    self.trials = trials
  }

  /// Counts where `values` are true.
  init(_ values: some Sequence<Bool>) {
    let values = Array(values)
    self.init(values.count { $0 }, of: values.count)
  }

  var rate: Double { trials == 0 ? .nan : Double(events) / Double(trials) }

  /// The smallest rate that so many events do not exclude.
  var lower: Double {
    events == 0 ? 0 : Self.betaQuantile(0.05, Double(events), Double(trials - events + 1))
  }

  /// The largest rate that so few events do not exclude.
  var upper: Double {
    events == trials ? 1 : Self.betaQuantile(0.95, Double(events + 1), Double(trials - events))
  }

  /// Whether the count does not exclude that the rate is at most `limit`: 15 of 200 for 5 %.
  func isAtMost(_ limit: Double) -> Bool { lower <= limit }

  /// Whether the count does not exclude that the rate is at least `limit`: 173 of 200 for 90 %.
  func isAtLeast(_ limit: Double) -> Bool { upper >= limit }

  /// The x at which the beta distribution has `probability` below it, by bisection.
  private static func betaQuantile(_ probability: Double, _ a: Double, _ b: Double) -> Double {
    var (low, high) = (0.0, 1.0)
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if Distribution.incompleteBeta(middle, a, b) < probability { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }
}
