import Evaluation
public import Quantification

/// What the sides of a comparison say about the target, in words; every number leads to where it is to be found.
struct InformationSentence {
  private let finding: InformationFinding

  init(_ finding: InformationFinding) { self.finding = finding }

  var text: LinkedText {
    let names = (finding.first + "+" + finding.second).split(separator: "+").map(String.init).sorted()
    let both = VerdictSentence.list(names)
    let (total, entropy) = (bits(finding.total), bits(finding.entropy))
    guard finding.regime != .nothing else {
      return "About the target, \(both) are not shown to say anything: \(total, from: .information) of "
        + "\(entropy, from: .information) \(finding.unit)."
    }
    let parts = finding.parts.map { name, value in "\(bits(value.mean), from: .information) \(name)" as LinkedText }
    let listed = parts.dropFirst().reduce(parts[0]) { "\($0), \($1)" }
    return "About the target, \(both) say \(total, from: .information) of \(entropy, from: .information) "
      + "\(finding.unit): \(listed). \(regime)\(doubt)"
  }

  /// Where models are far surer than they are right, as where validation is not like test.
  private var doubt: LinkedText {
    guard let shown = finding.quality?.demonstrated.max(), shown < finding.total / 2 else { return "" }
    return " The models are too sure of this: they demonstrate only \(bits(max(shown, 0)), from: .information)."
  }

  private var regime: LinkedText {
    guard finding.regime != .nothing else { return "" }
    let doubt: LinkedText
    if let support = finding.regimeSupport, support < 0.95 {
      doubt = " (so in \(Format.decimals(100 * support, 0), from: .information) % of the resamples)"
    } else {
      doubt = ""
    }
    return "The regime is \(finding.regime.rawValue)\(doubt): \(finding.regime.meaning)."
  }

  private func bits(_ value: Double) -> String { Format.decimals(value, 2) }
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
