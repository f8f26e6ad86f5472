import Tensors

/// One setting of a method, as `chiasm methods` shows it and `--set name=value` changes it. What it takes is said here, once: in
/// the help, the documentation and the refusal of anything else.
public struct MethodOption: Encodable, Hashable, Sendable {
  /// The name before the equals sign.
  public let name: String
  /// The value taken when none is given.
  public let defaultValue: String
  /// What it does, in one line.
  public let help: String
  /// What it takes in words, such as "a whole number from 1 to 64"; nil for text that the method itself reads.
  public var values: String? { domain.words }
  let domain: Domain

  /// What stands for a value that the method chooses.
  public enum Automatic: String, Sendable { case automatic = "auto" }

  /// What values there are.
  enum Domain: Hashable, Sendable {
    case text
    case integer(ClosedRange<Int>, orAuto: Bool)
    case number(ClosedRange<Double>, orAuto: Bool)
    case choice([String])

    var words: String? {
      func range<Bound>(_ range: ClosedRange<Bound>, _ orAuto: Bool) -> String {
        "from \(range.lowerBound) to \(range.upperBound)" + (orAuto ? ", or auto" : "")
      }
      return switch self {
      case .text: nil
      case .integer(let values, let orAuto): "a whole number " + range(values, orAuto)
      case .number(let values, let orAuto): "a number " + range(values, orAuto)
      case .choice(let names): "one of " + names.joined(separator: ", ")
      }
    }

    func holds(_ text: String) -> Bool {
      switch self {
      case .text: true
      case .integer(let range, let orAuto): (orAuto && text == "auto") || Int(text).map(range.contains) ?? false
      case .number(let range, let orAuto): (orAuto && text == "auto") || Double(text).map(range.contains) ?? false
      case .choice(let names): names.contains(text)
      }
    }
  }

  /// Text that the method itself reads.
  public init(_ name: String, default defaultValue: String, help: String) {
    self.init(name, defaultValue, .text, help)
  }

  public init(_ name: String, default value: Int, in range: ClosedRange<Int>, help: String) {
    self.init(name, "\(value)", .integer(range, orAuto: false), help)
  }

  public init(_ name: String, default value: Double, in range: ClosedRange<Double>, help: String) {
    self.init(name, value == value.rounded() ? "\(Int(value))" : "\(value)", .number(range, orAuto: false), help)
  }

  public init(_ name: String, default value: Automatic, in range: ClosedRange<Int>, help: String) {
    self.init(name, value.rawValue, .integer(range, orAuto: true), help)
  }

  public init(_ name: String, default value: Automatic, in range: ClosedRange<Double>, help: String) {
    self.init(name, value.rawValue, .number(range, orAuto: true), help)
  }

  /// - Parameter choices: those that there are; nil for all cases.
  public init<Choice: RawRepresentable<String> & CaseIterable>(
    _ name: String, default value: Choice, of choices: [Choice]? = nil, help: String
  ) {
    self.init(name, value.rawValue, .choice((choices ?? Array(Choice.allCases)).map(\.rawValue)), help)
  }

  private init(_ name: String, _ defaultValue: String, _ domain: Domain, _ help: String) {
    precondition(domain.holds(defaultValue), "option \(name): \(defaultValue) is none of its values")
    (self.name, self.defaultValue, self.domain, self.help) = (name, defaultValue, domain, help)
  }

  private enum Key: String, CodingKey { case name, defaultValue, help, values }

  public func encode(to encoder: any Swift.Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(name, forKey: .name)
    try container.encode(defaultValue, forKey: .defaultValue)
    try container.encode(help, forKey: .help)
    try container.encodeIfPresent(values, forKey: .values)
  }
}

/// The values of a method's options: those given, over the defaults.
public struct OptionValues: Sendable {
  /// The method the values belong to, for messages.
  public let method: String
  /// Every declared option with its value.
  public let values: [String: String]
  private let declared: [String: MethodOption]

  /// Merges `given` over the defaults of `declared`.
  ///
  /// - Throws: `UsageError` naming an option that is not declared and those that are, or a value that it does not take.
  public init(_ given: [String: String], of declared: [MethodOption], method: String) throws {
    let known = Dictionary(uniqueKeysWithValues: declared.map { ($0.name, $0) })
    if let unknown = given.keys.filter({ known[$0] == nil }).min() {
      let names = known.keys.sorted().joined(separator: ", ")
      throw UsageError(
        "method \(method) has no option \"\(unknown)\"; it has \(names.isEmpty ? "none" : names)"
          + suggestion(for: unknown, among: known.keys))
    }
    self.method = method
    self.declared = known
    values = known.mapValues(\.defaultValue).merging(given) { $1 }
    for (name, value) in given.sorted(by: { $0.key < $1.key }) where !known[name]!.domain.holds(value) {
      throw refusal(name, known[name]!.values ?? "")
    }
  }

  /// The value of a declared option.
  public func text(_ name: String) -> String {
    guard let value = values[name] else { preconditionFailure("method \(method) does not declare option \(name)") }
    return value
  }

  /// A whole number.
  ///
  /// - Parameter range: narrower than declared, where it depends on other options; nil for as declared.
  /// - Throws: `UsageError` where the value is outside.
  public func integer(_ name: String, in range: ClosedRange<Int>? = nil) throws -> Int {
    guard case .integer(let declared, _) = domain(name) else {
      preconditionFailure("option \(name) of method \(method) is no whole number")
    }
    let range = range ?? declared
    guard let value = Int(text(name)), range.contains(value) else {
      throw refusal(name, MethodOption.Domain.integer(range, orAuto: false).words!)
    }
    return value
  }

  /// A number.
  public func number(_ name: String) throws -> Double {
    guard case .number(let range, _) = domain(name) else {
      preconditionFailure("option \(name) of method \(method) is no number")
    }
    guard let value = Double(text(name)), range.contains(value) else {
      throw refusal(name, MethodOption.Domain.number(range, orAuto: false).words!)
    }
    return value
  }

  /// - Throws: `UsageError` where the value names no case of `Choice`.
  public func choice<Choice: RawRepresentable & CaseIterable>(_ name: String, as type: Choice.Type) throws -> Choice
  where Choice.RawValue == String {
    guard let value = Choice(rawValue: text(name)) else { throw refusal(name, domain(name).words ?? "") }
    return value
  }

  private func domain(_ name: String) -> MethodOption.Domain {
    guard let option = declared[name] else { preconditionFailure("method \(method) does not declare option \(name)") }
    return option.domain
  }

  /// The value of an option that may be left open; nil for `auto`.
  public func open<Value>(_ name: String, _ read: (OptionValues) throws -> Value) rethrows -> Value? {
    text(name) == "auto" ? nil : try read(self)
  }

  private func refusal(_ name: String, _ expected: String) -> UsageError {
    UsageError("method \(method): option \(name) is \"\(text(name))\"; expected \(expected)")
  }
}
