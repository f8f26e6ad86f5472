import Foundation
import Testing

@Suite struct QuantifySharedRepresentationCommandTests {
  /// The class is one bit that both modalities show, each in noise of its own.
  @Test func tableAndJSON() throws {
    let place = try Workplace(copying: Workplace.synthetic.get().folder)
    let call = ["quantify", "data", "shared-representation", "--epochs", "20", "--learning-rate", "0.003"]
    let outcome = try place.chiasm(call + ["--json", "s.json"])
    outcome.expectSuccess()
    for part in ["squared error on validation", "fusion", "cross-modality", "shared-representation", "a+b", "chance"] {
      #expect(outcome.output.contains(part), "\(outcome.output)")
    }
    let result = try #require(try place.json("s.json") as? [String: Any])
    let rows = try #require(result["rows"] as? [[String: Any]])
    #expect(rows.map { $0["learned"] as? [String] } == [["a", "b"], ["a"], ["b"], ["a"], ["b"]])
    #expect(rows.map { $0["tested"] as? [String] } == [["a", "b"], ["a"], ["b"], ["b"], ["a"]])
    let chance = try #require(result["chance"] as? Double)
    for row in rows { #expect(try #require(row["accuracy"] as? Double) > chance + 0.2, "\(row)") }
    #expect(try place.chiasm(call + ["--json", "-"]).output == place.chiasm(call + ["--json", "-"]).output)
  }

  @Test(arguments: [
    (["--modalities", "a"], Int32(64), "at least 2 expected"),
    (["--modalities", "a,d"], 64, "no modality \"d\"; the data set has a, b"),
    (["--balanced"], 64, "--balanced weighs the classes of a target that is predicted; the autoencoder has none"),
    (["--code", "0"], 64, "--code is 0; expected 1 to 4096"), (["--depth", "0"], 64, "--depth is 0; expected 1 to 8"),
  ]) func refusals(_ options: [String], _ status: Int32, _ message: String) throws {
    let place = try Workplace(copying: Workplace.synthetic.get().folder)
    try place.chiasm(["quantify", "data", "shared-representation"] + options).expectRefusal(status, message)
  }
}
