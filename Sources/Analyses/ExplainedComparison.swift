public import Evaluation

/// What `chiasm compare` finds: the leaderboard and the verdict, and what was measured of the best fusion afterwards.
///
/// In a file the findings stand among the keys of the verdict.
public struct ExplainedComparison: Codable, Sendable, Equatable {
  public var comparison: Comparison
  public var findings: Findings
  /// What `quantify robustness` found; nil where it was not measured.
  public var robustness: RobustnessResult?
  /// What `quantify heterogeneity` found; nil where it was not measured.
  public var heterogeneity: HeterogeneityResult?

  public init(_ comparison: Comparison, findings: Findings = Findings()) {
    self.comparison = comparison
    self.findings = findings
  }

  /// The name of the best fusion; nil without a verdict.
  public var bestFusion: String? { comparison.verdict?.bestFusion }

  private enum CodingKeys: CodingKey {
    case dataset, methods, verdict, unstarted, cautions, robustness, heterogeneity
  }

  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    let verdict = try values.decodeIfPresent(ToldVerdict.self, forKey: .verdict)
    comparison = Comparison(
      dataset: try values.decode(DatasetSummary.self, forKey: .dataset),
      methods: try values.decode([MethodResult].self, forKey: .methods), verdict: verdict?.verdict,
      unstarted: try values.decodeIfPresent(Comparison.Unstarted.self, forKey: .unstarted))
    findings = verdict?.findings ?? Findings()
    robustness = try values.decodeIfPresent(RobustnessResult.self, forKey: .robustness)
    heterogeneity = try values.decodeIfPresent(HeterogeneityResult.self, forKey: .heterogeneity)
  }

  public func encode(to encoder: any Encoder) throws { try encode(to: encoder, sentence: nil, cautions: nil) }

  /// Encodes the result with what it says in words.
  ///
  /// - Parameters:
  ///   - encoder: takes one object.
  ///   - sentence: the verdict; left out where nil, or where there is none.
  ///   - cautions: one sentence each; left out where nil.
  package func encode(to encoder: any Encoder, sentence: String?, cautions: [String]?) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(comparison.dataset, forKey: .dataset)
    try values.encode(comparison.methods, forKey: .methods)
    try values.encodeIfPresent(
      comparison.verdict.map { ToldVerdict(verdict: $0, findings: findings, sentence: sentence) }, forKey: .verdict)
    try values.encodeIfPresent(comparison.unstarted, forKey: .unstarted)
    try values.encodeIfPresent(cautions, forKey: .cautions)
    try values.encodeIfPresent(robustness, forKey: .robustness)
    try values.encodeIfPresent(heterogeneity, forKey: .heterogeneity)
  }
}

/// A verdict and its findings as one object.
private struct ToldVerdict: Codable {
  let verdict: Verdict
  let findings: Findings
  let sentence: String?

  private enum CodingKeys: CodingKey {
    case sentence
  }

  init(verdict: Verdict, findings: Findings, sentence: String?) {
    (self.verdict, self.findings, self.sentence) = (verdict, findings, sentence)
  }

  init(from decoder: any Decoder) throws {
    self.init(verdict: try Verdict(from: decoder), findings: try Findings(from: decoder), sentence: nil)
  }

  func encode(to encoder: any Encoder) throws {
    try verdict.encode(to: encoder)
    try findings.encode(to: encoder)
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encodeIfPresent(sentence, forKey: .sentence)
  }
}
