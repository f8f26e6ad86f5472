import Foundation

/// What a reader should know before believing a verdict, in sentences; empty where nothing stands out.
struct Cautions {
  private let dataset: DatasetSummary
  private let methods: [MethodResult]

  init(_ dataset: DatasetSummary, _ methods: [MethodResult]) {
    self.dataset = dataset
    self.methods = methods
  }

  var sentences: [String] { [validation, seeds].compactMap { $0 } }

  /// A validation score far from the test score: the splits are not alike, so selection on validation says little.
  ///
  /// Shares only: the difference must exceed five points and four standard errors of two independent shares.
  private var validation: String? {
    let metric = dataset.metric
    guard metric.isShare, let test = dataset.samples["test"], let held = dataset.samples["validation"] else {
      return nil
    }
    let odd = methods.compactMap { method -> (name: String, gap: Double, text: String)? in
      guard let validation = method.validationScore, let score = method.metrics[metric.rawValue]?.mean else {
        return nil
      }
      let error = (validation * (1 - validation) / Double(held) + score * (1 - score) / Double(test)).squareRoot()
      let gap = abs(validation - score)
      guard gap > 0.05, gap > 4 * error else { return nil }
      let text = "\(Format.score(validation, metric)) on validation, \(Format.score(score, metric)) on test"
      return (method.name, gap, text)
    }
    guard let worst = odd.max(by: { $0.gap < $1.gap }) else { return nil }
    return "The validation split is not like the test split: \(worst.name) reaches \(worst.text)"
      + (odd.count > 1 ? " (and \(odd.count - 1) other methods differ alike)" : "")
      + "; choosing methods and epochs on it says little. Do the splits hold different groups, or were features fitted on "
      + "the training labels?"
  }

  private var seeds: String? {
    let most = methods.flatMap { $0.metrics.values.map(\.perSeed.count) }.max() ?? 0
    guard most == 1 else { return nil }
    return "One seed only: the spread between trainings is not known, and the intervals do not hold it."
  }
}
