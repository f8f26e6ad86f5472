import Tensors

/// One setting of a method, as `chiasm methods` shows it and `--set name=value` changes it.
public struct MethodOption: Codable, Hashable, Sendable {
  /// The name before the equals sign.
  public let name: String
  /// The value taken when none is given.
  public let defaultValue: String
  /// What it does, in one line, with the values it takes.
  public let help: String

  public init(_ name: String, default defaultValue: String, help: String) {
    self.name = name
    self.defaultValue = defaultValue
    self.help = help
  }
}

/// The values of a method's options: those given, over the defaults.
public struct OptionValues: Sendable {
  /// The method the values belong to, for messages.
  public let method: String
  /// Every declared option with its value.
  public let values: [String: String]

  /// Merges `given` over the defaults of `declared`.
  ///
  /// - Throws: `UsageError` naming an option that is not declared and those that are.
  public init(_ given: [String: String], of declared: [MethodOption], method: String) throws {
    let known = Dictionary(uniqueKeysWithValues: declared.map { ($0.name, $0.defaultValue) })
    if let unknown = given.keys.filter({ known[$0] == nil }).min() {
      let names = known.keys.sorted().joined(separator: ", ")
      throw UsageError(
        "method \(method) has no option \"\(unknown)\"; it has \(names.isEmpty ? "none" : names)"
          + suggestion(for: unknown, among: known.keys))
    }
    self.method = method
    values = known.merging(given) { $1 }
  }

  /// The value of a declared option.
  public func text(_ name: String) -> String {
    guard let value = values[name] else { preconditionFailure("method \(method) does not declare option \(name)") }
    return value
  }

  /// - Throws: `UsageError` where the value is not a whole number in `range`.
  public func integer(_ name: String, in range: ClosedRange<Int>) throws -> Int {
    guard let value = Int(text(name)), range.contains(value) else {
      throw refusal(name, "a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  /// - Throws: `UsageError` where the value is not a number in `range`.
  public func number(_ name: String, in range: ClosedRange<Double>) throws -> Double {
    guard let value = Double(text(name)), range.contains(value) else {
      throw refusal(name, "a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  /// - Throws: `UsageError` where the value names no case of `Choice`.
  public func choice<Choice: RawRepresentable & CaseIterable>(_ name: String, as type: Choice.Type) throws -> Choice
  where Choice.RawValue == String {
    guard let value = Choice(rawValue: text(name)) else {
      throw refusal(name, "one of " + Choice.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return value
  }

  /// The value of an option that may be left open; nil for `auto`.
  public func open<Value>(_ name: String, _ read: (OptionValues) throws -> Value) rethrows -> Value? {
    text(name) == "auto" ? nil : try read(self)
  }

  private func refusal(_ name: String, _ expected: String) -> UsageError {
    UsageError("method \(method): option \(name) is \"\(text(name))\"; expected \(expected)")
  }
}
