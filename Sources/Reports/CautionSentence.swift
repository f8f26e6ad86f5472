public import Evaluation
import Models

extension Caution {
  /// The caution in a sentence or two.
  public var sentence: String {
    switch self {
    case .imbalance(let majority, let classes, let metric):
      let better = classes == 2 ? "metric: auroc or averagePrecision" : "metric: balancedAccuracy or macroF1"
      return
        "\(Self.percent(majority.share)) of the test samples are of class \(majority.name): \(metric.label) hardly shows "
        + "what is learned of the others; \(better) in dataset.yaml does."
    case .absent(let modalities):
      let parts = modalities.sorted { $0.key < $1.key }.map { "\($0.key) is in no row of \(Format.list($0.value))" }
      return parts.joined(separator: "; ") + ": what is chosen or measured there says nothing about "
        + "\(parts.count == 1 ? "it" : "them")."
    case .splitsDiffer(let method, let validation, let test, let others, let metric):
      return "The validation split is not like the test split: \(method) reaches "
        + "\(Format.score(validation, metric)) on validation, \(Format.score(test, metric)) on test"
        + (others > 0 ? " (and \(others) other methods differ alike)" : "")
        + "; choosing methods and epochs on it says little. Do the splits hold different groups, or were features fitted "
        + "on the training labels?"
    case .faultless(let methods, let samples, let bound):
      let isOne = methods.count == 1
      return "\(Format.list(methods)) \(isOne ? "makes" : "make") no mistake on the \(samples) test samples, so "
        + "\(isOne ? "its interval has" : "their intervals have") no width; up to \(Self.percent(bound)) of mistakes "
        + "could go unseen in so many."
    case .widthless(let fusion, let reference, let metric):
      return "The interval of the difference has no width: on these test samples \(fusion) and \(reference) never "
        + "differ in what \(metric.label) counts, which says little about others."
    case .oneSeed:
      return "One seed only: the spread between trainings is not known, and the intervals do not hold it."
    case .oneGroup:
      return
        "All test samples are of one group: intervals take samples as independent, and nothing is known about other "
        + "groups."
    case .untestedGroups:
      return "The groups of the test split leave nothing to exchange: whether anything was learned was not tested."
    case .oneClass(let name):
      return "All test samples are of class \(name): nothing here shows whether classes are told apart."
    case .untestedTargets:
      return
        "The test targets are too few or too much alike to be shuffled: whether anything was learned was not tested."
    case .collapse(let fusion, let rates, let most, let rate, let metric):
      let names = rates.keys.sorted()
      return
        "\(fusion) hardly uses \(Format.list(names)): without \(names.count == 1 ? "it" : "each of them") the validation "
        + "\(metric.label) changes by \(names.map { Self.percent(rates[$0]!) }.joined(separator: ", ")) of itself, without "
        + "\(most) by \(Self.percent(rate)). Either \(most) says the same, or training neglected the weaker one; "
        + "--balance conditional, blending or impartial shows which."
    case .unstarted(let unstarted):
      return
        "\(unstarted.trainings) of \(unstarted.planned) trainings were not started in the time given; resume the run "
        + "to train the rest."
    }
  }

  private static func percent(_ share: Double) -> String { Format.decimals(100 * share, 1) + " %" }
}
