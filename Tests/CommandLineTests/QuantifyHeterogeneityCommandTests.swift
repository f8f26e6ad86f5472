import Foundation
import Testing

@Suite struct QuantifyHeterogeneityCommandTests {
  @Test func distancesOfADataSetAndOfAComparison() throws {
    let place = try Workplace(copying: Workplace.compared.get().place.folder)
    let call = ["--repetitions", "1", "--components", "4"]
    let outcome = try place.chiasm(["quantify", "data", "heterogeneity", "--json", "h.json"] + call)
    outcome.expectSuccess()
    #expect(outcome.output.contains("trained on") && outcome.output.contains("distance"))
    let result = try #require(try place.json("h.json") as? [String: Any])
    let matrix = try #require(result["modalities"] as? [String: Any])
    let distances = try #require(matrix["distances"] as? [[Double]])
    #expect(distances[0][0] == 0 && distances[0][1] == distances[1][0])
    #expect(result["pairs"] == nil)
    let id = try place.runs()[0]
    try place.chiasm(["quantify", "heterogeneity", id, "--quiet"] + call).expectSuccess()
    #expect(try place.text("runs/\(id)/heterogeneity.json") == place.text("h.json"))
    try place.chiasm(["quantify", "heterogeneity", "data", "--modalities", "a"]).expectRefusal(64, "at least two")
    try place.chiasm(["quantify", "heterogeneity", "data", "--split", "test"]).expectRefusal(65, "data", "40 samples")
    try place.chiasm(["quantify", "heterogeneity", "nothing"]).expectRefusal(64, "no run nothing in")
  }

  @Test func pairsOfThreeModalities() throws {
    let place = try Workplace()
    try place.chiasm([
      "data", "synthetic", "data", "--samples", "200", "--unique", "0,0,0", "--width", "4", "--quiet",
    ]).expectSuccess()
    let outcome = try place.chiasm(["quantify", "heterogeneity", "data", "--repetitions", "1", "--components", "4"])
    outcome.expectSuccess()
    #expect(outcome.output.contains("transfer of pairs") && outcome.output.contains("a+b"))
  }
}
