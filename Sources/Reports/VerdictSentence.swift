import Analyses
public import Evaluation
import Foundation
import Models

/// A verdict in words: one sentence that names the fusion, its score and what it gains, then what it rests on. Every number
/// leads to where it is to be found, and every sign follows the verb: a loss is told as a loss, with the interval turned.
struct VerdictSentence {
  private let verdict: Verdict
  private let fusion: MethodResult
  private let found: [DependenceFinding]

  /// - Parameters:
  ///   - verdict: what is told.
  ///   - methods: of the comparison.
  ///   - dependence: how far the fusion's modalities depend on each other.
  /// - Returns: nil where the verdict's fusion is not among the methods.
  init?(_ verdict: Verdict, _ methods: [MethodResult], dependence: [DependenceFinding] = []) {
    guard let fusion = methods.first(where: { $0.name == verdict.bestFusion }) else { return nil }
    self.verdict = verdict
    self.fusion = fusion
    found = dependence
  }

  /// The answer.
  var headline: Headline {
    switch verdict.outcome {
    case .fusionHelps:
      Headline("\(reached) and \(gained) over \(single) alone \(interval(told))", "; ", interactions)
    case .oneModalityIsEnough: Headline("One modality is enough", ": ", enough)
    case .fusionHurts:
      Headline(
        "Fusing hurts", ": ",
        "\(reached) and \(gained) against \(single) alone \(interval(told)); use \(single) alone")
    case .nothingLearned: Headline("Nothing was learned", ": ", nothing)
    case .undecided: Headline("Undecided", ": ", undecided)
    }
  }

  /// What the headline rests on, in sentences: what the interval holds for, what the fusion was held against, samples that
  /// lack a modality.
  var notes: [LinkedText] { [basis, asked, placebo, dependence, learnedBy, incomplete].compactMap { $0 } }

  private var metric: Metric { verdict.metric }
  private var single: String { verdict.modality }
  private var told: Estimate { verdict.difference }

  // MARK: The answer

  /// "late reaches 93.1 %"; of other metrics than accuracy with their name.
  private var reached: LinkedText {
    let score = fusion.metrics[metric.rawValue].map { Format.score($0.mean, metric) } ?? "–"
    if !metric.isShare {
      let article = metric == .r2 ? "an" : "a"
      return "\(fusion.name) reaches \(article) \(metric.label) of \(score, from: .leaderboard)"
    }
    return "\(fusion.name) reaches \(score, from: .leaderboard)\(metric == .accuracy ? "" : " \(metric.label)")"
  }

  /// What `change` tells; of which samples, where the score is of others, too.
  private var gained: LinkedText {
    guard let rows = verdict.incomplete else { return change(told) }
    return "on the \(rows.complete) test samples that have every modality \(change(told))"
  }

  /// "gains 10.4 points", "lowers it by 0.05", "loses 1.2 points", "raises it by 0.013".
  private func change(_ estimate: Estimate) -> LinkedText {
    let isBetter = estimate.mean >= 0
    let number = amount(abs(estimate.mean))
    return metric.higherIsBetter
      ? "\(isBetter ? "gains" : "loses") \(number, from: .gain)"
      : "\(isBetter ? "lowers" : "raises") it by \(number, from: .gain)"
  }

  /// The interval of what `change` tells: of the loss where it is one.
  private func interval(_ estimate: Estimate) -> LinkedText {
    let ends =
      estimate.mean >= 0
      ? (estimate.ci95.low, estimate.ci95.high) : (-estimate.ci95.high, -estimate.ci95.low)
    return "\("[\(Format.difference(ends.0, metric)), \(Format.difference(ends.1, metric))]", from: .gain)"
  }

  private var enough: LinkedText {
    let contest = verdict.perModality[verdict.modality]?.contest
    let most = max(contest?.ci90.high ?? told.ci95.high, 0)
    return "\(reached) and \(gained) over \(single) alone \(interval(told)), so that fusing brings at most "
      + "\(amount(most), from: .gain) (one-sided 95 % bound), less than the \(amount(verdict.margin), from: .measures) "
      + "that would count"
  }

  private var nothing: LinkedText {
    let of =
      verdict.pNull.metric == metric ? "" : " of \(verdict.pNull.metric.label), as all its predictions are one class"
    let p = verdict.pNull.fusion.map { " (p = \(Self.p($0))\(of))" } ?? ""
    return "\(reached), no more than with shuffled test targets\(p), and neither is "
      + "\(Format.list(verdict.perModality.keys.sorted(), last: "or")) alone shown to know the target"
  }

  private var undecided: LinkedText {
    let start: LinkedText = "\(reached) and \(gained) against \(single) alone \(interval(told))"
    switch verdict.need {
    case .units(let count):
      let what = verdict.interval.isGrouped ? "groups" : "samples"
      let needed = Format.rounded(count)
      return "\(start); about \(needed, from: .gain) test \(what) like these would decide it; "
        + "there are \(verdict.interval.units)"
    case .seeds: return "\(start); more seeds would decide it, not more samples"
    case nil: return start
    }
  }

  // MARK: Interactions

  private var interactions: LinkedText? {
    if verdict.adds != nil { return "it adds up what each modality says, so no interaction is needed" }
    guard let gap = verdict.emapGap else { return nil }
    let estimated = verdict.emapIsExact == false ? " (estimated from random recombinations)" : ""
    guard verdict.interactionsClaimed, let additive = verdict.additive else {
      return "that interactions between the modalities bring it is not shown"
    }
    return "it uses interactions between the modalities: without them its own predictions would be worse by "
      + "\(amount(gap.mean), from: .gain) \(interval(gap))\(estimated), and the best model without interactions, "
      + "\(additive.reference), is worse by \(amount(additive.difference.mean), from: .gain) "
      + "\(interval(additive.difference))"
  }

  // MARK: What it rests on

  private var basis: LinkedText {
    let units = verdict.interval.isGrouped ? "groups" : "samples"
    let counts: LinkedText =
      verdict.outcome == .oneModalityIsEnough
      ? "" : " Improvements below \(amount(verdict.margin), from: .measures) do not count (--margin)."
    guard verdict.interval.target == .thisTrainingSet else {
      return "The interval holds for these trained models on other test \(units), not for other seeds or training "
        + "sets.\(counts)"
    }
    let trained = verdict.interval.trainedModels
    let turned = told.mean >= 0 ? (trained.low, trained.high) : (-trained.high, -trained.low)
    return
      "The interval holds for other seeds and other test \(units) with this training set, not for new training sets; "
      + "of these trained models alone it is "
      + "\("[\(Format.difference(turned.0, metric)), \(Format.difference(turned.1, metric))]", from: .gain).\(counts)"
  }

  /// Of many modalities, which were asked.
  private var asked: LinkedText? {
    let names = verdict.perModality.keys.sorted()
    guard names.count < fusion.modalities.count else { return nil }
    return
      "Of the \(fusion.modalities.count) modalities, the \(names.count) that are best alone on validation were asked: "
      + "\(Format.list(names))."
  }

  private var placebo: LinkedText? {
    guard [.fusionHelps, .undecided].contains(verdict.outcome) else { return nil }
    let best = "\(single) alone is \(verdict.reference), the best by validation of what was made of it"
    guard verdict.placebo.checked.isEmpty else { return "\(best)." }
    return "\(best); \(verdict.placebo.refused.isEmpty ? "not compared with" : "not checked against") a placebo."
  }

  /// Where the gap to the additive projection is spoken of: recombinations of modalities that depend on each other leave
  /// the data.
  private var dependence: LinkedText? {
    guard verdict.outcome == .fusionHelps, verdict.adds == nil, verdict.emapGap != nil else { return nil }
    let told = found.filter(\.isTold).sorted { $0.alignment > $1.alignment }
    guard let strongest = told.first else { return nil }
    let others = told.count > 1 ? ", and \(told.count - 1) other pair\(told.count > 2 ? "s" : "") as well" : ""
    return "\(Format.list(strongest.modalities)) depend on each other (kernel alignment "
      + "\(Format.decimals(strongest.alignment, 2)), p = \(Self.p(strongest.pValue)))\(others): what the fusion would "
      + "predict without interactions is asked of recombined samples, and these leave the data."
  }

  /// Where a p is not of the metric that ranks, because predictions that are all one class show nothing in it.
  private var learnedBy: LinkedText? {
    let others = verdict.perModality.values.filter { $0.pMetric != nil }.map(\.contest.reference).sorted()
    let isOther = verdict.pNull.metric != metric
    let names = (isOther ? [fusion.name] : []) + others
    guard verdict.outcome != .nothingLearned, !names.isEmpty, let p = verdict.pNull.fusion else { return nil }
    let start: LinkedText =
      "All predictions of \(Format.list(names)) are one class, in which \(metric.label) shows nothing: "
      + "whether \(names.count == 1 ? "it" : "each") knows the target was asked of AUROC"
    guard isOther, p < Judgement.learned else { return "\(start)." }
    return "\(start), where \(fusion.name) does; metric: auroc in dataset.yaml ranks by it."
  }

  private var incomplete: LinkedText? {
    guard let rows = verdict.incomplete else { return nil }
    let start: LinkedText =
      "The verdict is about the \(rows.complete) test samples that have every modality; \(rows.incomplete) lack one"
    guard let difference = rows.difference else { return "\(start)." }
    let preferred = verdict.perModality.values.max {
      metric.improvement(of: $1.validationScore, over: $0.validationScore) > 0
    }?.modality
    return
      "\(start). On these, \(fusion.name) \(change(difference)) over \(preferred ?? single) \(interval(difference)), "
      + "which may lack what it reads there."
  }

  // MARK: Numbers

  private func amount(_ value: Double) -> String {
    let number = Format.difference(value, metric)
    return metric.isShare ? "\(number) \(number == "1.0" ? "point" : "points")" : number
  }

  private static func p(_ value: Double) -> String {
    value < 0.01 ? String(format: "%.3f", value) : String(format: "%.2f", value)
  }
}

extension Outcome {
  /// In a few words, for a list.
  public var words: String {
    switch self {
    case .fusionHelps: "fusing helps"
    case .fusionHurts: "fusing hurts"
    case .oneModalityIsEnough: "one modality is enough"
    case .nothingLearned: "nothing was learned"
    case .undecided: "undecided"
    }
  }
}

extension Format {
  /// A count with two significant digits, in groups of three: 340, 12 000.
  static func rounded(_ count: Int) -> String {
    var unit = 1
    while count / unit >= 100 { unit *= 10 }
    let digits = String((count + unit / 2) / unit * unit)
    return digits.reversed().enumerated().reduce(into: "") { text, digit in
      if digit.offset > 0, digit.offset % 3 == 0 { text.insert("\u{202F}", at: text.startIndex) }
      text.insert(digit.element, at: text.startIndex)
    }
  }
}
