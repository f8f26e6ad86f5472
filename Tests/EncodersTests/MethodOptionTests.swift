import Encoders
import Foundation
import Tensors
import Testing

@Suite struct MethodOptionTests {
  private enum Way: String, CaseIterable { case slow, fast }

  private let options = [
    MethodOption("rank", default: 8, in: 1...64, help: "of the weight"),
    MethodOption("dropout", default: 0.25, in: 0...0.95, help: "of units"),
    MethodOption("patch", default: .automatic, in: 1...32, help: "side"),
    MethodOption("way", default: Way.slow, help: "how"),
    MethodOption("names", default: "a+b", help: "of parts"),
  ]

  @Test func valuesAreThoseGivenOverTheDefaults() throws {
    let values = try OptionValues(["rank": "3", "patch": "4"], of: options, method: "m")
    #expect(
      try values.integer("rank") == 3 && values.number("dropout") == 0.25 && values.choice("way", as: Way.self) == .slow
    )
    #expect(try values.open("patch") { try $0.integer("patch") } == 4 && values.text("names") == "a+b")
    #expect(try OptionValues([:], of: options, method: "m").open("patch") { try $0.integer("patch") } == nil)
    // Narrower than declared.
    #expect(throws: UsageError.self) { try values.integer("rank", in: 1...2) }
  }

  /// What an option takes is said once: the refusal and the documentation have the same words.
  @Test(arguments: [
    ("rank", "65", "a whole number from 1 to 64"), ("rank", "2.5", "a whole number from 1 to 64"),
    ("rank", "auto", "a whole number from 1 to 64"), ("dropout", "1", "a number from 0.0 to 0.95"),
    ("dropout", "nan", "a number from 0.0 to 0.95"), ("patch", "0", "a whole number from 1 to 32, or auto"),
    ("way", "none", "one of slow, fast"),
  ])
  func whatItDoesNotTakeIsRefusedAtOnce(_ name: String, _ value: String, _ expected: String) throws {
    let error = #expect(throws: UsageError.self) { _ = try OptionValues([name: value], of: options, method: "m") }
    #expect(error?.description == "method m: option \(name) is \"\(value)\"; expected \(expected)")
    #expect(options.first { $0.name == name }?.values == expected)
  }

  @Test func documentationHoldsTheRange() throws {
    let json = try JSONSerialization.jsonObject(with: JSONEncoder().encode(options[0])) as? [String: String]
    #expect(
      json == ["name": "rank", "defaultValue": "8", "help": "of the weight", "values": "a whole number from 1 to 64"])
    #expect(options[4].values == nil)
  }
}
