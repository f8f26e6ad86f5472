import Foundation
import Testing

@Suite struct QuantifyRobustnessCommandTests {
  @Test func curvesOfOneTraining() throws {
    let place = try Workplace(copying: Workplace.trained.get().folder)
    let call = ["--levels", "1,4", "--draws", "2", "--resamples", "20"]
    let one = try place.chiasm(["quantify", "run", "robustness"] + call + ["--json", "-"])
    one.expectSuccess()
    let id = try place.runs()[0]
    // By id, by folder, with the data named: the same.
    let two = try place.chiasm(["quantify", "robustness", id, "data"] + call + ["--json", "-"])
    #expect(one.output == two.output)
    let table = try place.chiasm(["quantify", "robustness", id, "--perturbations", "all"] + call.suffix(4))
    table.expectSuccess()
    for text in ["noise on a", "drop on b", "noise on a and b", "low-rank", "signal to noise 12, 6, 0, -6 dB"] {
      #expect(table.output.contains(text), "\(table.output)")
    }
    #expect(!place.exists("run/robustness.json"))
  }

  @Test func curvesOfAComparisonGoToItsFolder() throws {
    let place = try Workplace(copying: Workplace.compared.get().place.folder)
    let id = try place.runs()[0]
    let outcome = try place.chiasm(
      ["quantify", id, "robustness", "--draws", "1", "--resamples", "20", "--json", "r.json"])
    outcome.expectSuccess()
    #expect(outcome.output.contains("against late") && outcome.output.contains("loss"))
    let result = try #require(try place.json("r.json") as? [String: Any])
    let conditions = try #require(result["conditions"] as? [[String: Any]])
    #expect(conditions.count == 3)
    #expect((conditions[0]["methods"] as? [Any])?.count == 4)
    #expect(try place.text("r.json") == place.text("runs/\(id)/robustness.json"))
  }

  @Test func refusals() throws {
    let place = try Workplace(copying: Workplace.trained.get().folder)
    func quantify(_ arguments: String...) throws -> Program.Outcome {
      try place.chiasm(["quantify", "robustness"] + arguments)
    }
    try quantify("nothing").expectRefusal(64, "no run nothing in")
    try quantify("run", "none").expectRefusal(65, "none")
    try quantify("run", "--perturbations", "rain").expectRefusal(64, "--perturbations \"rain\"; expected all, noise")
    try quantify("run", "--perturbations", "blur").expectRefusal(64, "no modality of the data set can meet blur")
    try quantify("run", "--levels", "1,x").expectRefusal(64, "\"x\" is not a number")
    try quantify("run", "--levels=-1").expectRefusal(64, "means nothing to noise")
    try quantify("run", "--modalities", "c").expectRefusal(64, "no model of the run reads \"c\"")
    try quantify("run", "--draws", "0").expectRefusal(64, "--draws is 0")
    try quantify("run", "--split", "half").expectRefusal(64, "--split is \"half\"")
    // Other data under the same path are not measured by mistake, only where they are named.
    var array = try Data(contentsOf: place.url("data/a.npy"))
    array.resetBytes(in: 128..<array.count)
    try array.write(to: place.url("data/a.npy"))
    let id = try place.runs()[0]
    try quantify(id).expectRefusal(65, "the data are not those that \(id) was made on")
    try quantify(id, "data", "--draws", "1", "--resamples", "5").expectSuccess()
  }
}
