import Analyses
import Evaluation
public import Quantification

/// What the sides of a comparison say about the target, in words; every number leads to where it is to be found.
///
/// What models demonstrate comes first, then the parts of what they take themselves to know, and a regime only beyond
/// chance.
struct InformationSentence {
  private let finding: InformationFinding

  init(_ finding: InformationFinding) { self.finding = finding }

  var text: LinkedText {
    let entropy = bits(finding.entropy)
    let amount = bits(finding.demonstrated ?? finding.total)
    let start: LinkedText =
      "About the target, \(subject) \(finding.demonstrated == nil ? "say" : "demonstrate") \(amount, from: .information) of "
      + "\(entropy, from: .information) \(finding.unit)"
    let total = bits(finding.total)
    guard finding.withheld == nil, !finding.parts.isEmpty else {
      guard (finding.demonstrated ?? 0) > 0 else {
        return
          "\(start): predictions of \(whole) together are no better than the target's frequencies, and no parts are told."
      }
      return "\(start), less than half of the \(total, from: .information) that they take themselves to know: no parts "
        + "of it are told."
    }
    guard finding.regime != .nothing else { return "\(start), \(nothing)." }
    let parts = finding.parts.map { name, value in "\(bits(value.mean), from: .information) \(name)" as LinkedText }
    let listed = parts.dropFirst().reduce(parts[0]) { "\($0), \($1)" }
    let split: LinkedText =
      finding.demonstrated == nil
      ? ": \(listed)" : "; of the \(total, from: .information) that they take themselves to know, \(listed)"
    return "\(start)\(split). \(regime)\(synergy)\(warnings)"
  }

  private var subject: String {
    let names = (finding.first + "+" + finding.second).split(separator: "+").map(String.init).sorted()
    let both = Format.list(names)
    return finding.demonstrated == nil ? both : "models of \(both)"
  }

  /// Too little to name, or not more than chance.
  private var nothing: LinkedText {
    guard let p = finding.pValue else { return "which is not told apart from chance" }
    guard p >= 0.05 else { return "too little to name its kind" }
    return "which is not shown to be more than chance (p \(Format.decimals(p, 2), from: .information))"
  }

  private var regime: LinkedText {
    let doubt: LinkedText
    if let support = finding.regimeSupport, support < 0.95 {
      doubt = " (so in \(Format.decimals(100 * support, 0), from: .information) % of the resamples)"
    } else {
      doubt = ""
    }
    let meaning = finding.regime.meaning(ofBoth: whole == "both")
    return "The regime is \(finding.regime.rawValue)\(doubt): \(meaning)."
  }

  private var whole: String { Sides.together(finding.first, finding.second) }

  /// Where synergy counts, what it does not mean.
  private var synergy: LinkedText {
    switch finding.regime {
    case .synergistic, .mixed: LinkedText([.init(text: " " + InformationRegime.synergyNote, place: nil)])
    default: ""
    }
  }

  private var warnings: LinkedText {
    LinkedText((finding.warnings ?? []).map { .init(text: " But \($0).", place: .information) })
  }

  private func bits(_ value: Double) -> String { Format.decimals(value, 2) }
}

extension InformationRegime {
  /// What is often read into synergy, and is not in it.
  public static let synergyNote =
    "Synergy does not need interaction: evidence of independent sources that is added up is synergistic, too."

  /// In running text.
  /// - Parameter areTwo: whether the sides are one modality each, or several count as one side.
  func meaning(ofBoth areTwo: Bool = true) -> String {
    switch self {
    case .redundant: areTwo ? "most of it is in both" : "most of it is in the best and in the others alike"
    case .unique:
      areTwo ? "most of it is in one and not in the other" : "most of it is in the best or in the others, not in both"
    case .synergistic:
      areTwo
        ? "most of it is in neither alone, only in both together"
        : "most of it is neither in the best nor in the others, only in all together"
    case .mixed: "no kind makes up two thirds"
    case .nothing: "there is too little to name, or not more than chance"
    }
  }

  /// The regime in a sentence, with the share of the resamples that name it where there are some.
  public func sentence(support: Double?) -> String {
    let share = support.map { " (so in \(Format.decimals(100 * $0, 0)) % of the resamples)" } ?? ""
    return self == .nothing ? "No regime: \(meaning())." : "The regime is \(rawValue)\(share): \(meaning())."
  }
}
