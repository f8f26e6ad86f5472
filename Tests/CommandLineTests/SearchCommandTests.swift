import Foundation
import Testing

@Suite struct SearchCommandTests {
  private func place() throws -> Workplace { try Workplace(copying: Workplace.synthetic.get().folder) }

  private let short = ["--epochs", "3", "--seeds", "2", "--methods", "unimodal,late"]

  @Test func searchesComparesAndGoesOn() throws {
    let place = try place()
    let outcome = try place.chiasm(["search", "data", "--trials", "5", "--json", "result.json"] + short)
    outcome.expectSuccess()
    #expect(outcome.output.contains("Best of 5 architectures on validation"))
    #expect(outcome.output.contains("\nchiasm train data --method mufasa --set architecture="))
    #expect(outcome.errors.contains("search synthetic") && outcome.errors.contains("5 trials"))
    #expect(outcome.errors.contains("compare synthetic"))
    let result = try #require(try place.json("result.json") as? [String: Any])
    let architecture = try #require(result["architecture"] as? String)
    let options = try #require(result["options"] as? [String: String])
    #expect(options["architecture"] == architecture && (result["equations"] as? [String])?.isEmpty == false)
    let trials = try #require(result["trials"] as? [[String: Any]])
    #expect(trials.count == 5 && trials.allSatisfy { $0["score"] is Double })
    #expect(trials.compactMap { $0["score"] as? Double }.max() == result["validationScore"] as? Double)
    let comparison = try #require(result["comparison"] as? [String: Any])
    let methods = try #require(comparison["methods"] as? [[String: Any]]).compactMap { $0["name"] as? String }
    #expect(methods.count == 4 && methods.contains { $0.hasPrefix("mufasa:architecture=") })
    let id = try place.runs()[0]
    #expect(try place.text("runs/\(id)/report.html").contains("Graph of the architecture"))

    // What was found can be trained, and used, as any other method.
    try place.chiasm(
      ["train", "data", "--method", "mufasa", "--epochs", "2", "--quiet"]
        + options.sorted { $0.key < $1.key }.flatMap { ["--set", "\($0.key)=\($0.value)"] }
    ).expectSuccess()
    try place.chiasm(["evaluate", place.runs()[1], "data", "--quiet"]).expectSuccess()
    try place.chiasm(["runs", "show", id]).expectSuccess()
    try place.chiasm(["report", id, "page.html", "--quiet"]).expectSuccess()

    // More trials keep those that are there.
    try place.chiasm(["search", "--resume", id, "--trials", "7", "--json", "more.json", "--quiet"]).expectSuccess()
    let more = try #require((try place.json("more.json") as? [String: Any])?["trials"] as? [[String: Any]])
    #expect(more.count == 7)
    #expect(more.prefix(5).map { $0["score"] as? Double } == trials.map { $0["score"] as? Double })

    try place.chiasm(["compare", "--resume", id]).expectRefusal(64, "is a search; go on with: chiasm search --resume")
    try place.chiasm(["search", "--resume", id, "--seeds", "3"]).expectRefusal(64, "leave the others out")
    try place.chiasm(["evaluate", id, "data"]).expectRefusal(64, "is a search; name one of its trainings")
  }

  @Test func theBudgetIsMinutes() throws {
    let place = try place()
    let outcome = try place.chiasm(["search", "data", "--budget", "0.02", "--json", "-"] + short)
    outcome.expectSuccess()
    let result = try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
    #expect((result["trials"] as? [Any])?.isEmpty == false)
  }

  @Test(arguments: [
    (["search"], "search needs the folder of a data set"), (["search", "data", "--trials", "0"], "--trials is 0"),
    (["search", "data", "--budget", "0"], "--budget is 0"), (["search", "data", "--methods", "x"], "unknown method"),
    (["search", "data", "--seeds", "0"], "--seeds is 0"),
  ]) func wrongUseIsNamed(arguments: [String], expected: String) throws {
    let place = try place()
    try place.chiasm(arguments).expectRefusal(64, expected)
    #expect(try !place.exists("runs") || place.runs().isEmpty, "nothing is left behind")
  }
}
