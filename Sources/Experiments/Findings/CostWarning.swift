import Evaluation

/// What is said before work that is going to take more than a minute.
public enum CostWarning {
  /// - Returns: nil where it takes a minute or less.
  public static func text(_ what: String, seconds: Double) -> String? {
    seconds > 60 ? "\(what) takes about \(Format.seconds(seconds))" : nil
  }
}
