import Evaluation
import Foundation
public import Quantification

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
    return verdict.information.map { "\(answer) \(Self.information($0))" } ?? answer
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

  // MARK: Information

  /// What the sides say about the target, and the regime.
  private static func information(_ finding: InformationFinding) -> LinkedText {
    let both = list((finding.first + "+" + finding.second).split(separator: "+").map(String.init).sorted())
    let total = bits(finding.total)
    let entropy = bits(finding.entropy)
    guard finding.regime != .nothing else {
      return "About the target, \(both) are not shown to say anything: \(total, from: .information) of "
        + "\(entropy, from: .information) \(finding.unit)."
    }
    let parts = finding.parts.map { name, value in
      let amount = bits(value.mean)
      return "\(amount, from: .information) \(name)" as LinkedText
    }
    let listed = parts.dropFirst().reduce(parts[0]) { "\($0), \($1)" }
    return "About the target, \(both) say \(total, from: .information) of \(entropy, from: .information) "
      + "\(finding.unit): \(listed). \(regime(finding))\(doubt(finding))"
  }

  /// Where models are far surer than they are right, as where validation is not like test.
  private static func doubt(_ finding: InformationFinding) -> LinkedText {
    guard let shown = finding.quality?.demonstrated.max(), shown < finding.total / 2 else { return "" }
    return " The models are too sure of this: they demonstrate only \(bits(max(shown, 0)), from: .information)."
  }

  private static func regime(_ finding: InformationFinding) -> LinkedText {
    guard finding.regime != .nothing else { return "" }
    let doubt: LinkedText
    if let support = finding.regimeSupport, support < 0.95 {
      let share = Format.decimals(100 * support, 0)
      doubt = " (so in \(share, from: .information) % of the resamples)"
    } else {
      doubt = ""
    }
    let (name, meaning) = (finding.regime.rawValue, finding.regime.meaning)
    return "The regime is \(name)\(doubt): \(meaning)."
  }

  private static func bits(_ value: Double) -> String { Format.decimals(value, 2) }

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

extension InformationRegime {
  /// In running text.
  var meaning: String {
    switch self {
    case .redundant: "most of it is in both"
    case .unique: "most of it is in one and not in the other"
    case .synergistic: "most of it is in neither alone, only in both together"
    case .mixed: "no kind makes up two thirds"
    case .nothing: "there is too little to name"
    }
  }

  /// The regime in a sentence, with the share of the resamples that name it.
  public func sentence(support: Double) -> String {
    "The regime is \(rawValue) (so in \(Format.decimals(100 * support, 0)) % of the resamples): \(meaning)."
  }
}
