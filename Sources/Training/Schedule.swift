import Foundation

/// How the learning rate changes while training: a factor on the base rate, a pure function of what has happened so far.
public enum Schedule: Codable, Sendable, Equatable {
  /// The base rate throughout.
  case constant
  /// Rises linearly over the first share `warmUp` of all steps, then falls to zero along half a cosine (Loshchilov &
  /// Hutter, 2017, eq. 5, without restarts).
  case cosine(warmUp: Double)
  /// Multiplies by `factor` each time the validation loss has not fallen by a relative 10⁻⁴ for more than `patience`
  /// epochs.
  case plateau(factor: Double, patience: Int)

  /// The factor for one step.
  ///
  /// - Parameters:
  ///   - step: counted from 0 over all epochs.
  ///   - total: number of steps that training takes at most.
  ///   - history: the finished epochs.
  public func factor(step: Int, of total: Int, history: [EpochRecord]) -> Double {
    switch self {
    case .constant: return 1
    case .cosine(let warmUp):
      let rising = (warmUp * Double(total)).rounded()
      if Double(step) < rising { return Double(step + 1) / rising }
      let done = (Double(step) - rising) / max(Double(total) - rising, 1)
      return 0.5 * (1 + cos(.pi * min(done, 1)))
    case .plateau(let factor, let patience):
      var (result, best, waited) = (1.0, Double.infinity, 0)
      for record in history {
        if record.validationLoss < best * (1 - 1e-4) {
          (best, waited) = (record.validationLoss, 0)
        } else {
          waited += 1
        }
        if waited > patience { (result, waited) = (result * factor, 0) }
      }
      return result
    }
  }
}
