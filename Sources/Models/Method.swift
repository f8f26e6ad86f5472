public import Encoders
public import Modalities
public import Tensors
public import Training

/// What a model is made for.
public struct ModelRequest: Sendable {
  /// The modalities to use, by name.
  public var modalities: [String: ModalitySpecification]
  /// Shape of one sample of each: `[D]`, `[T, D]` or `[C, H, W]`.
  public var shapes: [String: [Int]]
  /// What is asked of the model.
  public var task: any LearningTask
  /// What is lost, where it is not what the task says, such as with weights for rare classes.
  public var criterion: Criterion?

  public init(
    modalities: [String: ModalitySpecification], shapes: [String: [Int]], task: any LearningTask,
    criterion: Criterion? = nil
  ) {
    self.modalities = modalities
    self.shapes = shapes
    self.task = task
    self.criterion = criterion
  }
}

/// A system as users call it: name, source, options, and how it learns. It stands beside the system; a room lists its own, and
/// `Method.all` all rooms'.
public struct Method: Sendable {
  /// How a method comes to its model.
  public enum Learning: Sendable {
    /// By gradient steps on batches, from a model with first weights.
    ///
    /// - `replicates`: whether several seeds can train as one; else they train in parallel.
    case gradients(
      replicates: Bool, make: @Sendable (ModelRequest, OptionValues, Generator) throws -> any LearningModel)
    /// At once, by a solver.
    ///
    /// - `isDeterministic`: whether every seed gives the same model; a comparison then trains it once.
    case solver(isDeterministic: Bool, make: @Sendable (OptionValues) throws -> any Solver)
  }

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
  /// How many modalities it takes.
  public let modalities: ClosedRange<Int>
  /// The tasks it learns.
  public let tasks: Set<TaskKind>
  public let learning: Learning
  private let adds: @Sendable (OptionValues) throws -> AdditiveScale?

  /// - Parameter adds: the scale in which it adds its modalities up where classes or labels are predicted; nil where it does
  ///   not.
  public init(
    _ name: String, area: String, summary: String, paper: String, options: [MethodOption] = [],
    modalities: ClosedRange<Int> = 2...64, tasks: Set<TaskKind> = [.classification, .multilabel, .regression],
    adds: @escaping @Sendable (OptionValues) throws -> AdditiveScale? = { _ in nil }, learning: Learning
  ) {
    self.name = name
    self.area = area
    self.summary = summary
    self.paper = paper
    self.options = options
    self.modalities = modalities
    self.tasks = tasks
    self.adds = adds
    self.learning = learning
  }

  /// Whether several seeds can train as one; else they train in parallel.
  public var replicates: Bool {
    if case .gradients(let replicates, _) = learning { replicates } else { false }
  }

  /// Whether every seed gives the same model; a comparison then trains it once.
  public var isDeterministic: Bool {
    if case .solver(let isDeterministic, _) = learning { isDeterministic } else { false }
  }

  /// The values of its options: those given, over the defaults.
  ///
  /// - Throws: `UsageError` for an option that it does not have.
  public func values(_ given: [String: String]) throws -> OptionValues {
    try OptionValues(given, of: options, method: name)
  }

  /// The scale in which it adds its modalities up, and so holds no interaction, by how it is built; nil where it does not.
  ///
  /// - Parameter options: values given by the user; the rest take their defaults.
  /// - Throws: `UsageError` for an unknown option or a value out of range.
  public func additiveScale(options: [String: String] = [:], task: TaskKind) throws -> AdditiveScale? {
    try adds(values(options))?.scale(of: task)
  }
}

extension Method: Equatable {
  /// Methods are known by their names.
  public static func == (first: Method, second: Method) -> Bool { first.name == second.name }
}

extension Method: Encodable {
  private enum Key: String, CodingKey {
    case name, area, summary, paper, options, minimumModalities, maximumModalities, replicates, isDeterministic
  }

  public func encode(to encoder: any Swift.Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(name, forKey: .name)
    try container.encode(area, forKey: .area)
    try container.encode(summary, forKey: .summary)
    try container.encode(paper, forKey: .paper)
    try container.encode(options, forKey: .options)
    try container.encode(modalities.lowerBound, forKey: .minimumModalities)
    try container.encode(modalities.upperBound, forKey: .maximumModalities)
    try container.encode(replicates, forKey: .replicates)
    try container.encode(isDeterministic, forKey: .isDeterministic)
  }
}

extension [Method] {
  /// The method of that name.
  /// - Throws: `UsageError` listing the names there are.
  public func named(_ name: String) throws -> Method {
    guard let method = first(where: { $0.name == name }) else {
      let names = map(\.name)
      throw UsageError(
        "unknown method \"\(name)\"; expected one of \(names.joined(separator: ", "))"
          + suggestion(for: name, among: names))
    }
    return method
  }
}
