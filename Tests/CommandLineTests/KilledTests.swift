import Foundation
import Testing

/// Runs that are killed, hung up on or stopped in the middle: the list says so, and going on ends where they would have.
@Suite struct KilledTests {
  /// One training after the other, so that most are left when the first ones are done.
  private static let compare = [
    "compare", "data", "--methods", "unimodal,late,tensor", "--seeds", "3", "--epochs", "80", "--patience", "80",
    "--jobs", "1", "--replicas", "1", "--quick",
  ]

  /// What does not depend on the clock.
  private func table(_ place: Workplace, _ file: String) throws -> [String: String] {
    let result = try #require(try place.json(file) as? [String: Any])
    let methods = try #require(result["methods"] as? [[String: Any]])
    return try methods.reduce(into: [:]) { table, method in
      let name = try #require(method["name"] as? String)
      let data = try JSONSerialization.data(
        withJSONObject: [method["metrics"], method["validationScore"], method["epochs"]].map { $0 ?? "none" },
        options: [.sortedKeys, .fragmentsAllowed])
      table[name] = String(decoding: data, as: UTF8.self)
    }
  }

  private func status(_ place: Workplace, of run: String) throws -> String? {
    let list = try place.chiasm(["runs", "list", "--json", "-"])
    let rows = try #require(try JSONSerialization.jsonObject(with: Data(list.output.utf8)) as? [[String: Any]])
    return rows.first { $0["id"] as? String == run }?["status"] as? String
  }

  @Test func aComparisonThatWasKilledEndsWithTheSameTable() throws {
    let place = try Workplace(copying: Workplace.synthetic.get().folder)
    try place.chiasm(Self.compare + ["--json", "whole.json", "--quiet", "--runs", "other"]).expectSuccess()
    func trials() -> Int {
      ((try? place.contents()) ?? []).count { $0.hasPrefix("runs/") && $0.hasSuffix("/trial.json") }
    }
    var deletion: Program.Outcome?
    let killed = try place.chiasm(Self.compare + ["--quiet"], signal: SIGKILL) {
      guard trials() >= 1 else { return false }
      // While it works, it is not deleted, and not worked on twice.
      if deletion == nil, let run = try? place.runs()[0] {
        deletion = try? place.chiasm(["runs", "delete", run])
        return false
      }
      return true
    }
    let run = try place.runs()[0]
    try #require(
      killed.status == 0 && !place.exists("runs/\(run)/comparison.json"), "it had ended before it could be killed")
    try #require(deletion).expectRefusal(64, "a process is at work on run \(run); stop it before deleting the run")
    #expect(try status(place, of: run) == "interrupted")
    for name in [".partial-model.safetensors", ".1x.partial-trial.json"] {
      try Data("half".utf8).write(to: place.url("runs/\(run)/\(name)"))
    }
    try place.chiasm(["compare", "--resume", run, "--json", "resumed.json", "--quiet"]).expectSuccess()
    #expect(try table(place, "resumed.json") == table(place, "whole.json"))
    #expect(try status(place, of: run) == "finished")
    #expect(try !place.contents().contains { $0.contains("partial-") })
    try place.chiasm(["runs", "delete", run]).expectSuccess()
    #expect(try !place.exists("runs/\(run)") && status(place, of: run) == nil)
  }

  @Test func aTrainingThatWasKilledEndsWithTheSameNumbers() throws {
    let place = try Workplace(copying: Workplace.synthetic.get().folder)
    let train = ["train", "data", "--method", "tensor", "--epochs", "150", "--patience", "150", "--quiet"]
    try place.chiasm(train + ["--json", "whole.json", "--runs", "other"]).expectSuccess()
    _ = try place.chiasm(train, signal: SIGKILL) {
      ((try? place.contents()) ?? []).contains { $0.hasPrefix("runs/") && $0.hasSuffix("/log.txt") }
    }
    let run = try place.runs()[0]
    #expect(try status(place, of: run) == "interrupted")
    try place.chiasm(["train", "--resume", run, "--json", "resumed.json", "--quiet"]).expectSuccess()
    let results = try ["whole.json", "resumed.json"].map { try #require(try place.json($0) as? [String: Any]) }
    #expect(results[0]["metrics"] as? [String: Double] == results[1]["metrics"] as? [String: Double])
    #expect(results[0]["bestEpoch"] as? Int == results[1]["bestEpoch"] as? Int)
  }

  @Test(arguments: [SIGINT, SIGTERM, SIGHUP]) func everySignalLeavesARunThatCanGoOn(_ signal: Int32) throws {
    let place = try Workplace(copying: Workplace.synthetic.get().folder)
    let train = ["train", "data", "--method", "tensor", "--epochs", "100000", "--patience", "100000"]
    let outcome = try place.chiasm(train, signal: signal) {
      ((try? place.contents()) ?? []).contains { $0.hasPrefix("runs/") && $0.hasSuffix("/log.txt") }
    }
    #expect(outcome.status == 130)
    let run = try place.runs()[0]
    let last = "chiasm: interrupted; go on with: chiasm train --resume \(run)"
    #expect(outcome.errorLines.last == last, "\(outcome.errors)")
    #expect(try status(place, of: run) == "interrupted")
    #expect(try place.contents().isDisjoint(with: ["runs/\(run)/.partial-checkpoint.safetensors"]))
  }

  /// A solver in the middle of its work reaches no step at which it could stop.
  @Test func whatReachesNoStepIsEndedToo() throws {
    let place = try Workplace()
    try place.chiasm(["data", "synthetic", "data", "--samples", "6000", "--width", "200", "--quiet"]).expectSuccess()
    var asked: ContinuousClock.Instant?
    let outcome = try place.chiasm(["train", "data", "--method", "mkl", "--quiet"]) {
      guard ((try? place.contents()) ?? []).contains(where: { $0.hasSuffix("/log.txt") }) else { return false }
      asked = .now
      return true
    }
    #expect(outcome.status == 130 && outcome.errorLines.count == 1, "\(outcome.errors)")
    // A second, and what a machine that does ten other things takes to end a process; the work itself takes far longer.
    #expect(try ContinuousClock.now - #require(asked) < .seconds(60))
    #expect(try status(place, of: place.runs()[0]) == "interrupted")
  }

  /// Of other commands nothing is kept, and nothing has to be told.
  @Test func otherWorkEndsAtOnce() throws {
    let place = try Workplace()
    try place.chiasm(["data", "synthetic", "data", "--samples", "4000", "--width", "300", "--quiet"]).expectSuccess()
    for command in [
      ["kernel", "mkl", "data", "--cost", "0.01,0.1,1,10,100"],
      ["coordinate", "data", "--method", "deep-cca", "--epochs", "10000", "--out", "shared.npz"],
    ] {
      let begin = ContinuousClock.now
      _ = try place.chiasm(command + ["--quiet"]) { ContinuousClock.now - begin > .seconds(3) }
      #expect(ContinuousClock.now - begin < .seconds(120), "\(command)")
      #expect(try !place.contents().contains { $0.contains("shared") && $0 != "shared.npz" }, "half written")
    }
  }

  /// A data set that is being made leaves nothing when it is stopped; what one that was killed left goes with the next.
  @Test func aFolderThatWasNotMadeLeavesNothing() throws {
    let place = try Workplace()
    func partial() -> String? { ((try? place.contents()) ?? []).first { $0.hasSuffix(".partial") } }
    let make = ["data", "digits", "made", "--samples", "100000", "--quiet"]
    let isBegun = { ((try? place.contents()) ?? []).contains { $0.contains(".partial/images/") } }
    for signal in [SIGINT, SIGTERM] {
      let stopped = try place.chiasm(make, signal: signal, stops: isBegun)
      stopped.expectRefusal(130, "chiasm: interrupted; made was not made\n")
      #expect(try place.contents().isEmpty)
    }
    _ = try place.chiasm(make, signal: SIGKILL, stops: isBegun)
    #expect(partial() != nil)
    try place.chiasm(["data", "synthetic", "made", "--samples", "60", "--quiet"]).expectSuccess()
    #expect(partial() == nil && place.exists("made/samples.csv"))
  }

  @Test func aRunThatGoesOnForgetsWhyItFailed() throws {
    let place = try Workplace(copying: Workplace.synthetic.get().folder)
    let full = try place.chiasm(["train", "data", "--method", "tensor", "--epochs", "1", "--quiet"], fileBlocks: 300)
    full.expectRefusal(65, "cannot be written: ")
    let run = try place.runs()[0]
    #expect(try place.chiasm(["runs", "show", run]).output.contains("failed: "))
    try place.chiasm(["train", "--resume", run, "--quiet"]).expectSuccess()
    let shown = try place.chiasm(["runs", "show", run])
    #expect(shown.output.contains("finished") && !shown.output.contains("failed"), "\(shown.output)")
  }
}
