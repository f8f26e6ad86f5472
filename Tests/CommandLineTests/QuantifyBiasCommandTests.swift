import Foundation
import Testing

@Suite struct QuantifyBiasCommandTests {
  @Test func groupsOfAColumnThatNoModelReads() throws {
    let place = try Workplace(copying: Workplace.synthetic.get().folder)
    let lines = try place.text("data/samples.csv").split(separator: "\n").map(String.init)
    let rows = lines.enumerated().map { $0 == 0 ? "\($1),speaker" : "\($1),\($0 % 2 == 0 ? "ann" : "bob")" }
    try (rows.joined(separator: "\n") + "\n").write(
      to: place.url("data/samples.csv"), atomically: true, encoding: .utf8)
    try place.chiasm(["train", "data", "--method", "tensor", "--epochs", "3", "--quiet"]).expectSuccess()
    let id = try place.runs()[0]
    let outcome = try place.chiasm(["quantify", id, "bias", "--group", "speaker", "--json", "b.json"])
    outcome.expectSuccess()
    for text in [
      "ann", "bob", "best less worst group", "of which chance makes", "p = ", "bias amplification", "swap of a",
      "swap of b",
    ] {
      #expect(outcome.output.contains(text), "\(outcome.output)")
    }
    let result = try #require(try place.json("b.json") as? [String: Any])
    #expect(result["column"] as? String == "speaker" && result["samples"] as? Int == 40)
    try place.chiasm(["quantify", "bias", id, "--group", "age"])
      .expectRefusal(64, "samples.csv has no column \"age\" to group by; expected redundant1, speaker")
    try place.chiasm(["quantify", "bias", id]).expectRefusal(64, "--group")
    try place.chiasm(["quantify", "bias", id, "--group", "speaker", "--draws", "0"]).expectRefusal(64, "--draws is 0")
  }
}
