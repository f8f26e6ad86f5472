import Chiasm
import Foundation

/// Seeds that options take.
let seedRange = 0...1_000_000_000

/// Refuses a value outside its range.
func check<N: Comparable>(_ value: N, _ name: String, _ range: ClosedRange<N>) throws -> N {
  guard range.contains(value) else {
    throw UsageError("\(name) is \(value); expected \(range.lowerBound) to \(range.upperBound)")
  }
  return value
}

/// Refuses a value outside its range, where there is one.
func check<N: Comparable>(_ value: N?, _ name: String, _ range: ClosedRange<N>) throws -> N? {
  try value.map { try check($0, name, range) }
}

/// Reads the name of a choice.
/// - Parameter known: all of them in the order that errors list them in; nil for that of their type.
func choice<Value: RawRepresentable<String> & CaseIterable>(
  _ text: String, _ option: String, _ known: [Value]? = nil
) throws -> Value {
  guard let value = Value(rawValue: text) else {
    let names = (known ?? Array(Value.allCases)).map(\.rawValue)
    throw UsageError("\(option) is \"\(text)\"; expected \(Format.list(names, last: "or"))")
  }
  return value
}

func parseSplit(_ text: String) throws -> Split { try choice(text, "--split") }

/// A split, or all of them.
func parseSplits(_ text: String) throws -> Set<Split> { try text == "all" ? Set(Split.allCases) : [parseSplit(text)] }

/// Entries of a comma-separated list. One that is empty stays: what it should have been is asked where it means nothing.
func list(_ text: String) -> [String] { text.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }

/// Entries of a comma-separated list as values.
/// - Parameter problem: what to say of an entry that is none.
func list<Value>(_ text: String, _ read: (String) -> Value?, else problem: (String) -> String) throws -> [Value] {
  try list(text).map { entry in
    guard let value = read(entry) else { throw UsageError(problem(entry)) }
    return value
  }
}

/// Reads `key=value` pairs.
func pairs(_ texts: [String], of option: String) throws -> [String: String] {
  try texts.reduce(into: [:]) { result, text in
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, !parts[0].isEmpty else {
      throw UsageError("\(option) \"\(text)\" is not key=value")
    }
    guard result.updateValue(parts[1], forKey: parts[0]) == nil else {
      throw UsageError("\(option) \(parts[0]) is given twice")
    }
  }
}
