/// Why the best fusion of a comparison does as it does: what is measured after the training.
public struct Findings: Sendable, Equatable {
  public var information: InformationFinding?
  public var missing: MissingFinding?
  public var importance: ImportanceFinding?
  public var interactions: LabelFinding?
  public var robustness: RobustnessResult?
  public var dependence: [DependenceFinding]?
  /// Why something was not measured, by its name in results.
  public var notMeasured: [String: String] = [:]

  public init() {}
}

extension Verdict {
  /// What was measured after the training.
  public var findings: Findings {
    get {
      var findings = Findings()
      (findings.information, findings.missing) = (information, missing)
      (findings.importance, findings.interactions) = (importance, interactions)
      (findings.robustness, findings.dependence) = (robustness, dependence)
      findings.notMeasured = notMeasured ?? [:]
      return findings
    }
    set {
      (information, missing) = (newValue.information, newValue.missing)
      (importance, interactions) = (newValue.importance, newValue.interactions)
      (robustness, dependence) = (newValue.robustness, newValue.dependence)
      notMeasured = newValue.notMeasured.isEmpty ? nil : newValue.notMeasured
    }
  }
}
