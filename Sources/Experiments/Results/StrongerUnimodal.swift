public import Evaluation

/// The single modality that test prefers to the one that validation preferred.
///
/// The verdict keeps to what validation chose. Where the two differ by more than chance, a gain over the weaker one would
/// flatter the fusion, so the gain over the stronger one is told, too.
public struct StrongerUnimodal: Codable, Sendable, Equatable {
  /// The best unimodal method on test.
  public var method: String
  /// Its improvement over the one chosen on validation; the interval lies above zero.
  public var ahead: Estimate
  /// Improvement of the best fusion over it.
  public var difference: Estimate

  /// - Returns: `nil` unless the best unimodal method on test is shown to be better than the chosen one.
  init?(_ leaderboard: Leaderboard, than chosen: String, below fusion: String) {
    guard let best = leaderboard.methods.first(where: \.isUnimodal), best.name != chosen,
      let ahead = leaderboard.improvement(of: best.name, over: chosen), ahead.ci95.low > 0,
      let difference = leaderboard.improvement(of: fusion, over: best.name)
    else { return nil }
    method = best.name
    self.ahead = ahead
    self.difference = difference
  }
}
