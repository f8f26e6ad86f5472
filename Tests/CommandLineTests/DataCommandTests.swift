import Chiasm
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
    #expect(inspected.output.contains("new is valid; next: chiasm compare new"))
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

  /// What inspect recommends is accepted by the command it names.
  @Test(arguments: [
    ("task: none", "coordinate"), ("task: retrieval", "coordinate"), ("task: classification", "compare"),
  ])
  func theNextCommandTakesTheTask(task: String, command: String) throws {
    let place = try Workplace(copying: Workplace.synthetic.get().folder)
    let manifest = try place.text("data/dataset.yaml").replacingOccurrences(of: "task: classification", with: task)
      .split(separator: "\n").filter {
        !$0.hasPrefix("classes") && !$0.hasPrefix("metric") && !$0.hasPrefix("information")
      }.joined(separator: "\n")
    try Data(manifest.utf8).write(to: place.url("data/dataset.yaml"))
    let outcome = try place.chiasm(["data", "inspect", "data"])
    outcome.expectSuccess()
    #expect(outcome.output.hasSuffix("data is valid; next: chiasm \(command) data\n"))
    if command == "coordinate" { try place.chiasm(["coordinate", "data", "--quiet"]).expectSuccess() }
  }

  /// What compare would refuse, inspect does.
  @Test func inspectPromisesNothingThatCompareRefuses() throws {
    let place = try Workplace(copying: Workplace.synthetic.get().folder)
    let manifest = try place.text("data/dataset.yaml")
      .replacingOccurrences(of: "metric: accuracy", with: "metric: rmse")
    try Data(manifest.utf8).write(to: place.url("data/dataset.yaml"))
    for command in [["data", "inspect", "data", "--json", "inspection.json"], ["compare", "data"]] {
      let outcome = try place.chiasm(command)
      outcome.expectRefusal(65, "chiasm: dataset.yaml: metric: \"rmse\" is not a metric of classification")
      #expect(!outcome.output.contains("is valid"))
    }
    let inspection = try #require(try place.json("inspection.json") as? [String: Any])
    #expect((inspection["violations"] as? [String])?.count == 1)
  }

  @Test func inspectTellsWhatShouldBeKnownBeforeTraining() throws {
    let place = try Workplace(copying: Workplace.synthetic.get().folder)
    let table = try place.text("data/samples.csv").replacingOccurrences(of: ",", with: ";")
    try Data(table.utf8).write(to: place.url("data/samples.csv"))
    let outcome = try place.chiasm(["data", "inspect", "data", "--json", "inspection.json"])
    outcome.expectSuccess()
    let note = "samples.csv is separated by semicolons, not by commas, and is read as such"
    #expect(outcome.output.contains("note: \(note)\n"))
    let inspection = try #require(try place.json("inspection.json") as? [String: Any])
    #expect(inspection["warnings"] as? [String] == [note])
  }

  /// Arrays linked from a store beside the folder.
  @Test func linksAreFollowedWhereThatIsAsked() throws {
    let place = try Workplace(copying: Workplace.synthetic.get().folder)
    try FileManager.default.moveItem(at: place.url("data/a.npy"), to: place.url("store.npy"))
    try FileManager.default.createSymbolicLink(
      atPath: place.url("data/a.npy").path, withDestinationPath: "../store.npy")
    let train = ["train", "data", "--method", "late", "--epochs", "1", "--quiet"]
    for command in [["data", "inspect", "data"], train] {
      try place.chiasm(command).expectRefusal(
        65, "chiasm: a.npy: leaves the folder of the data set through a symbolic link; --follow-links allows that")
      try place.chiasm(command + ["--follow-links"]).expectSuccess()
    }
  }

  /// A modality that never changes is named by the methods that cannot use it.
  @Test(arguments: [["kernel", "mkl"], ["coordinate"], ["coordinate", "--method", "kernel-cca"]])
  func aConstantModalityIsNamed(_ command: [String]) throws {
    let place = try Workplace(copying: Workplace.synthetic.get().folder)
    try NPY.write(Tensor.ones([200, 3]), to: place.url("data/a.npy"))
    try place.chiasm(command + ["data"]).expectRefusal(
      65, "chiasm: a.npy: a: is the same in every sample of the train split")
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
      #expect(options.allSatisfy { Set($0.keys).subtracting(["values"]) == ["name", "defaultValue", "help"] })
    }
    let table = try Workplace().chiasm(["methods", "--area", "fusion", "--options"]).output
    #expect(table.contains("low-rank") && table.contains("rank") && !table.contains("unimodal "))
  }

  /// What is missing depends on the machine; that it is said does not.
  @Test func oneMethodWithItsOptions() throws {
    let outcome = try Workplace().chiasm(["methods", "tensor"])
    #expect(outcome.status == 0 && outcome.output.hasPrefix("tensor (fusion): "), "\(outcome.errors)")
    #expect(outcome.output.contains("option") && outcome.output.contains("chiasm train DIR --method tensor --set "))
    try Workplace().chiasm(["methods", "tensr"]).expectRefusal(64, "tensor")
    try Workplace().chiasm(["methods", "tensor", "--area", "fusion"]).expectRefusal(64, "--area")
  }

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
