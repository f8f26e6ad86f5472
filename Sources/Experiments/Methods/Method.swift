public import Encoders
import Fusion
public import Modalities
public import Models
import Tensors

/// An implemented system as `chiasm methods` lists it.
public struct Method: Sendable, Codable {
  /// What users call it: `low-rank`.
  public let name: String
  /// Area of the field: `fusion`; `unimodal` for the baseline.
  public let area: String
  /// One line on what it computes.
  public let summary: String
  /// Its source.
  public let paper: String
  /// Its options with defaults, those of the encoders first.
  public let options: [MethodOption]
  /// Fewest modalities it takes.
  public let minimumModalities: Int
  /// Most modalities it takes.
  public let maximumModalities: Int
  /// Whether several seeds can train as one; else they train in parallel.
  public let replicates: Bool
  /// Whether every seed gives the same model; a comparison then trains it once.
  public let isDeterministic: Bool

  init(_ description: FusionDescription, area: String) {
    name = description.name
    self.area = area
    summary = description.summary
    paper = description.paper
    options = description.allOptions
    minimumModalities = description.modalities.lowerBound
    maximumModalities = description.modalities.upperBound
    replicates = description.replicates
    isDeterministic = false
  }

  init(_ method: FittedMethod) {
    name = method.name
    area = method.area
    summary = method.summary
    paper = method.paper
    options = method.options
    minimumModalities = method.modalities.lowerBound
    maximumModalities = method.modalities.upperBound
    replicates = false
    isDeterministic = method.isDeterministic
  }

  /// The baseline: one modality alone.
  public static let unimodal = Method(FusionRegistry.unimodal, area: "unimodal")

  /// Every registered method: the baseline, the fusions, then what solvers fit.
  public static let all: [Method] =
    [unimodal] + FusionRegistry.all.map { Method($0, area: "fusion") } + FittedMethod.all.map { Method($0) }

  /// Whether it takes so many modalities.
  func takes(_ modalities: Int) -> Bool { (minimumModalities...maximumModalities).contains(modalities) }

  /// The scale in which it adds its modalities up, and so holds no interaction, by how it is built; nil where it does not.
  ///
  /// - Parameter options: values given by the user; the rest take their defaults.
  /// - Throws: `UsageError` for an unknown option or a value out of range.
  public func additiveScale(options: [String: String] = [:], task: TaskKind) throws -> AdditiveScale? {
    guard let fitted = FittedMethod.named(name) else {
      return try FusionRegistry.description(named: name).additiveScale(options: options, task: task)
    }
    _ = try OptionValues(options, of: self.options, method: name)
    return fitted.adds?.scale(of: task)
  }

  /// The method of that name.
  /// - Throws: `UsageError` listing the names there are.
  public static func named(_ name: String) throws -> Method {
    guard let method = all.first(where: { $0.name == name }) else {
      let names = all.map(\.name)
      throw UsageError(
        "unknown method \"\(name)\"; expected one of \(names.joined(separator: ", "))"
          + suggestion(for: name, among: names))
    }
    return method
  }
}
