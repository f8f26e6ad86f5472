/// Why the best fusion of a comparison does as it does: what is measured after the training.
public struct Findings: Codable, Sendable, Equatable {
  /// What the best single modality and the others say about the target, alone and only together.
  public var information: InformationFinding?
  /// How the best fusion does without some of its modalities.
  public var missing: MissingFinding?
  /// How much each modality contributes to what the best fusion answers.
  public var importance: ImportanceFinding?
  /// How joint answers relate to those of the sides, sample by sample.
  public var interactions: LabelFinding?
  /// How the best fusion, late fusion and the single modalities fare in white noise.
  public var robustness: RobustnessResult?
  /// How far the fusion's modalities depend on each other, pair by pair; measured where interactions are spoken of.
  public var dependence: [DependenceFinding]?
  private var reasons: [String: String]?

  private enum CodingKeys: String, CodingKey {
    case information, missing, importance, interactions, robustness, dependence
    case reasons = "notMeasured"
  }

  public init() {}

  /// Why something was not measured, by its name in results.
  public var notMeasured: [String: String] {
    get { reasons ?? [:] }
    set { reasons = newValue.isEmpty ? nil : newValue }
  }
}
