import Evaluation
import Foundation

/// A verdict in words: what was compared, the difference with its interval, where it comes from, and what the modalities
/// say. Every number leads to where it is to be found.
struct VerdictSentence {
  private let verdict: Verdict
  private let unimodal: MethodResult
  private let fusion: MethodResult

  init(_ verdict: Verdict, unimodal: MethodResult, fusion: MethodResult) {
    self.verdict = verdict
    self.unimodal = unimodal
    self.fusion = fusion
  }

  /// - Returns: nil where the verdict's methods are not among them.
  init?(_ verdict: Verdict, methods: [MethodResult]) {
    guard let unimodal = methods.first(where: { $0.name == verdict.bestUnimodal }),
      let fusion = methods.first(where: { $0.name == verdict.bestFusion })
    else { return nil }
    self.init(verdict, unimodal: unimodal, fusion: fusion)
  }

  var text: LinkedText {
    let answer: LinkedText =
      switch verdict.conclusion {
      case .fusionHelps: "\(gain); \(interactions)."
      case .oneModalityIsEnough: "One modality is enough: \(enough)."
      case .fusionHurts:
        "Fusing hurts: \(together) \(worse) than \(single) alone \(interval(verdict.difference)); use \(single) alone."
      case .nothingLearned: "Nothing was learned: \(nothing)."
      }
    return verdict.information.map { "\(answer) \(InformationSentence($0).text)" } ?? answer
  }

  private var metric: Metric { verdict.metric }
  private var single: String { unimodal.modalities.joined() }
  private var together: String { Self.list(fusion.modalities) }

  private var gain: LinkedText {
    let amount = amount(verdict.difference.mean)
    return metric.higherIsBetter
      ? "Fusing \(together) gains \(amount, from: .gain)\(ofMetric) over \(single) alone \(interval(verdict.difference))"
      : "Fusing \(together) lowers the \(metric.label) of \(single) alone by \(amount, from: .gain) \(interval(verdict.difference))"
  }

  private var worse: LinkedText {
    let amount = amount(-verdict.difference.mean)
    return metric.higherIsBetter
      ? "score \(amount, from: .gain)\(ofMetric) lower" : "have a \(metric.label) higher by \(amount, from: .gain)"
  }

  private var enough: LinkedText {
    let score = unimodal.metrics[metric.rawValue].map { Format.score($0.mean, metric) } ?? "–"
    let difference = verdict.difference
    let reached: LinkedText =
      metric.isShare
      ? "\(score, from: .leaderboard) \(metric.label)" : "a \(metric.label) of \(score, from: .leaderboard)"
    let start: LinkedText = "\(single) alone reaches \(reached), and fusing \(together)"
    if difference.ci95.low > 0 {
      return
        "\(start) improves it by only \(amount(difference.mean), from: .gain) \(interval(difference)), less than the "
        + "\(amount(verdict.margin), from: .measures) that would count as a gain"
    }
    let text: LinkedText =
      "\(start) changes it by \(signedAmount(difference.mean), from: .gain) \(interval(difference)), "
      + "not distinguishable from no gain"
    guard difference.ci95.high >= verdict.margin else { return text }
    return
      "\(text); a gain of up to \(amount(difference.ci95.high), from: .gain) cannot be ruled out with these test samples"
  }

  private var nothing: LinkedText {
    let baseline = verdict.baseline.map { Format.score($0, metric) } ?? "–"
    return "neither \(single) alone nor \(together) together is shown to beat a constant answer "
      + "(\(metric.label) \(baseline, from: .measures)); "
      + "fusing changes the score by \(signedAmount(verdict.difference.mean), from: .gain) \(interval(verdict.difference))"
  }

  private var interactions: LinkedText {
    guard let gap = verdict.emapGap else { return "how much of it comes from interactions was not measured" }
    return shareOfInteractions(gap) + (verdict.emapIsExact == false ? " (estimated from random recombinations)" : "")
  }

  private func shareOfInteractions(_ gap: Estimate) -> LinkedText {
    if gap.ci95.low > 0 {
      guard gap.mean < verdict.difference.mean else {
        return "all of it comes from interactions between the modalities: "
          + "without them the fusion loses \(amount(gap.mean), from: .gain) \(interval(gap))"
      }
      let share = Format.difference(gap.mean, metric)
      return "\(share, from: .gain) of \(metric.isShare ? "them come" : "it comes") from interactions "
        + "between the modalities \(interval(gap)), out of reach of an additive combination"
    }
    if gap.ci95.high < 0 {
      return "none of it comes from interactions between the modalities: the fusion's additive part alone does better "
        + "(difference \(signedAmount(gap.mean), from: .gain) \(interval(gap)))"
    }
    return
      "none of it is shown to come from interactions between the modalities: an additive combination is not shown to do worse "
      + "(difference \(signedAmount(gap.mean), from: .gain) \(interval(gap)))"
  }

  private var ofMetric: String { metric == .accuracy ? "" : " of \(metric.label)" }

  private func amount(_ value: Double) -> String {
    let number = Format.difference(value, metric)
    return metric.isShare ? "\(number) \(number == "1.0" ? "point" : "points")" : number
  }

  private func signedAmount(_ value: Double) -> String {
    (Format.difference(value, metric).contains { "123456789".contains($0) } && value > 0 ? "+" : "") + amount(value)
  }

  private func interval(_ estimate: Estimate) -> LinkedText {
    let (low, high) = (Format.difference(estimate.ci95.low, metric), Format.difference(estimate.ci95.high, metric))
    return "\("[\(low), \(high)]", from: .gain)"
  }

  /// "audio and image", "audio, text and video".
  static func list(_ names: [String]) -> String {
    names.count < 2 ? names.joined() : names.dropLast().joined(separator: ", ") + " and " + names[names.count - 1]
  }
}
