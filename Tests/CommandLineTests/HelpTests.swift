import Testing

@Suite struct HelpTests {
  static let commands: [[String]] = [
    ["demo"], ["compare"], ["search"], ["data"], ["data", "synthetic"], ["data", "digits"], ["data", "inspect"],
    ["import"],
    ["methods"], ["train"], ["evaluate"], ["predict"], ["embed"], ["quantify"], ["runs"], ["runs", "list"],
    ["runs", "show"],
    ["runs", "delete"], ["report"], ["doctor"], ["quantify", "information"],
    ["quantify", "partial-information"], ["quantify", "interactions"],
    ["quantify", "robustness"], ["quantify", "utilization"],
    ["quantify", "heterogeneity"], ["quantify", "bias"],
    ["quantify", "emap"], ["quantify", "importance"], ["quantify", "missing"],
    ["quantify", "shared-representation"],
    ["coordinate"], ["index"], ["index", "build"], ["index", "query"], ["kernel"], ["kernel", "mkl"],
  ]

  @Test(arguments: commands) func everyCommandShowsAnExample(_ command: [String]) throws {
    let outcome = try Workplace().chiasm(command + ["--help"])
    outcome.expectSuccess()
    let call = "Example: chiasm " + command[0]
    #expect(outcome.output.split(separator: "\n").contains { $0.hasPrefix(call) }, "\(outcome.output)")
    let long = outcome.output.split(separator: "\n").filter { $0.count > 80 && !$0.hasPrefix("USAGE") }
    #expect(long.allSatisfy { $0.split(separator: " ").count == 1 }, "wider than 80 columns: \(long)")
    #expect(outcome.errors.isEmpty)
  }

  /// The list above is complete: what the program lists and has no example would not be noticed.
  @Test func everyCommandIsListed() throws {
    let named = try Set(
      Workplace().chiasm(["--help"]).output.split(separator: "\n").compactMap { line -> String? in
        guard line.hasPrefix("  "), !line.hasPrefix("   "), !line.hasPrefix("  -") else { return nil }
        return line.split(separator: " ").first.map(String.init)
      }
    ).subtracting(["See"])
    #expect(named == Set(Self.commands.map { $0[0] }))
  }

  @Test func version() throws {
    let outcome = try Workplace().chiasm(["--version"])
    outcome.expectSuccess()
    #expect(outcome.output.hasPrefix("chiasm 0.") && outcome.output.contains("libtorch 2."))
  }
}
