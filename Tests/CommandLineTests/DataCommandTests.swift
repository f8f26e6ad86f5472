import Foundation
import Testing

@Suite struct DataCommandTests {
  @Test func syntheticAndInspect() throws {
    let place = try Workplace()
    let made = try place.chiasm([
      "data", "synthetic", "new", "--samples", "100", "--unique", "0,0,1", "--width", "4", "--json", "-",
    ])
    made.expectSuccess()
    let json = try #require(try JSONSerialization.jsonObject(with: Data(made.output.utf8)) as? [String: Any])
    #expect(json["made"] as? String == "new" && json["samples"] as? Int == 100)
    #expect(
      try Set(FileManager.default.contentsOfDirectory(atPath: place.url("new").path))
        == ["dataset.yaml", "samples.csv", "a.npy", "b.npy", "c.npy"])

    let inspected = try place.chiasm(["data", "inspect", "new", "--json", "inspection.json"])
    inspected.expectSuccess()
    #expect(inspected.output.contains("new keeps the contract; next: chiasm compare new"))
    let inspection = try #require(try place.json("inspection.json") as? [String: Any])
    let splits = try #require(inspection["splits"] as? [String: [String: Any]])
    #expect(splits["train"]?["samples"] as? Int == 60 && splits["test"]?["samples"] as? Int == 20)
    #expect((inspection["modalities"] as? [String: Any])?.keys.sorted() == ["a", "b", "c"])
    #expect((inspection["violations"] as? [Any])?.isEmpty == true)
  }

  @Test func inspectTellsEveryBreach() throws {
    let place = try Workplace(copying: Workplace.synthetic.get().folder)
    let table = try place.text("data/samples.csv")
      .replacingOccurrences(of: "\n002,train", with: "\n001,train").replacingOccurrences(
        of: "\n007,train", with: "\n007,later")
    try Data(table.utf8).write(to: place.url("data/samples.csv"))
    let outcome = try place.chiasm(["data", "inspect", "data", "--json", "inspection.json"])
    outcome.expectRefusal(65, "samples.csv: row 3: duplicate id \"001\"", "(and 1 more)")
    #expect(outcome.output.contains("samples.csv: row 8: unknown split \"later\""))
    let inspection = try #require(try place.json("inspection.json") as? [String: Any])
    #expect((inspection["violations"] as? [String])?.count == 2)
  }

  @Test func methods() throws {
    let outcome = try Workplace().chiasm(["methods", "--json", "-"])
    outcome.expectSuccess()
    let methods = try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [[String: Any]])
    let names = methods.compactMap { $0["name"] as? String }
    #expect(
      Set(names).isSuperset(of: [
        "unimodal", "early", "late", "additive", "multiplicative", "bilinear", "tensor", "low-rank", "gated",
        "nonlinear",
      ]))
    for method in methods {
      #expect(["area", "summary", "paper"].allSatisfy { (method[$0] as? String)?.isEmpty == false })
      let options = try #require(method["options"] as? [[String: String]])
      #expect(options.allSatisfy { Set($0.keys) == ["name", "defaultValue", "help"] })
    }
    let table = try Workplace().chiasm(["methods", "--area", "fusion", "--options"]).output
    #expect(table.contains("low-rank") && table.contains("rank") && !table.contains("unimodal "))
  }

  /// What is missing depends on the machine; that it is said does not.
  @Test func doctor() throws {
    let place = try Workplace()
    let outcome = try place.chiasm(["doctor", "--json", "doctor.json"])
    #expect([0, 1].contains(outcome.status))
    let findings = try #require((try place.json("doctor.json") as? [String: Any])?["findings"] as? [[String: Any]])
    #expect(findings.contains { $0["what"] as? String == "libtorch" && $0["isFine"] as? Bool == true })
    for finding in findings {
      let isFine = try #require(finding["isFine"] as? Bool)
      #expect(isFine || finding["advice"] is String)
    }
    #expect((outcome.status == 0) == findings.allSatisfy { $0["isFine"] as? Bool == true })
    #expect(outcome.output.contains("arithmetic"))
  }
}
