import Foundation
import Testing

@Suite struct CompareCommandTests {
  /// Whatever improves by less does not count, and every verdict says how much that is; a run is also named by its folder.
  @Test func theMarginIsAnOption() throws {
    let place = try Workplace(copying: Workplace.synthetic.get().folder)
    let outcome = try place.chiasm([
      "compare", "data", "--methods", "unimodal,late", "--seeds", "2", "--epochs", "2", "--quick", "--margin", "0.5",
    ])
    #expect(outcome.status == 0 && outcome.output.contains("50.0 points"), "\(outcome.errors)\(outcome.output)")
    let run = try place.runs()[0]
    let again = try place.chiasm(["compare", "--resume", "runs/\(run)", "--json", "-"])
    #expect(again.output.contains("\"margin\" : 0.5"), "\(again.errors)")
    try place.chiasm(["report", run, "page.html"]).expectSuccess()
    #expect(try place.text("page.html").contains("50.0 points"))
    try place.chiasm(["compare", "data", "--margin", "0"]).expectRefusal(64, "--margin")
    try place.chiasm(["compare", "--resume", run, "--margin", "0.1"]).expectRefusal(64)
  }

  @Test func theResultHasTheDocumentedKeys() throws {
    let (place, outcome) = try Workplace.compared.get()
    #expect(outcome.output.isEmpty && outcome.errors.isEmpty, "--quiet prints nothing: \(outcome.errors)")
    let result = try #require(try place.json("result.json") as? [String: Any])
    let dataset = try #require(result["dataset"] as? [String: Any])
    #expect(dataset["name"] as? String == "synthetic" && dataset["task"] as? String == "classification")
    #expect(dataset["samples"] as? [String: Int] == ["train": 120, "validation": 40, "test": 40])
    #expect((dataset["modalities"] as? [String: Any])?.keys.sorted() == ["a", "b"])
    let methods = try #require(result["methods"] as? [[String: Any]])
    #expect(methods.compactMap { $0["name"] as? String }.sorted() == ["late", "tensor", "unimodal@a", "unimodal@b"])
    for method in methods {
      #expect(
        Set(method.keys).isSuperset(of: [
          "name", "area", "modalities", "metrics", "parameters", "trainSeconds", "epochs", "latencyMicroseconds",
          "peakBytes",
        ]))
      let accuracy = try #require((method["metrics"] as? [String: [String: Any]])?["accuracy"])
      let interval = try #require(accuracy["ci95"] as? [Double])
      let mean = try #require(accuracy["mean"] as? Double)
      let seeds = try #require(accuracy["perSeed"] as? [Double])
      #expect(seeds.count == 2 && interval.count == 2 && accuracy["std"] is Double)
      #expect(interval[0] <= mean && mean <= interval[1])
      #expect(abs(seeds.reduce(0, +) / 2 - mean) < 1e-9)
      #expect((method["latencyMicroseconds"] as? [String: Double])?.keys.sorted() == ["p50", "p95"])
    }
    let verdict = try #require(result["verdict"] as? [String: Any])
    #expect((verdict["bestUnimodal"] as? String)?.hasPrefix("unimodal@") == true)
    #expect(["late", "tensor"].contains(verdict["bestFusion"] as? String))
    let estimate = try #require(verdict["difference"] as? [String: Any])
    #expect(estimate["mean"] is Double && (estimate["ci95"] as? [Double])?.count == 2)
    // What adds up by construction is its own projection.
    #expect((verdict["emapGap"] == nil) == (verdict["bestFusion"] as? String == "late"))
    let information = try #require(verdict["information"] as? [String: Any])
    for key in ["redundancy", "synergy"] {
      #expect((information[key] as? [String: Any])?["mean"] is Double, "\(key)")
    }
    #expect((information["unique"] as? [String: Any])?.keys.sorted() == ["a", "b"])
    #expect(information["unit"] as? String == "bits" && information["estimator"] is String)
    #expect(((verdict["missing"] as? [String: Any])?["rows"] as? [Any])?.count == 3)
    #expect((verdict["importance"] as? [String: Any])?["share"] is [String: Double])
    #expect(((verdict["interactions"] as? [String: Any])?["rows"] as? [Any])?.count == 8)
    let robustness = try #require(verdict["robustness"] as? [String: Any])
    let conditions = try #require(robustness["conditions"] as? [[String: Any]])
    #expect(conditions.compactMap { $0["modalities"] as? [String] } == [["a"], ["b"], ["a", "b"]])
    let fusion = try #require(verdict["bestFusion"] as? String)
    for condition in conditions {
      let methods = try #require(condition["methods"] as? [[String: Any]])
      #expect(Set(methods.compactMap { $0["method"] as? String }).isSuperset(of: [fusion, "unimodal@a", "unimodal@b"]))
      let curve = try #require(methods.first { $0["method"] as? String == fusion }?["curve"] as? [String: Any])
      #expect((curve["scores"] as? [Double])?.count == 4)
      #expect(methods.count { $0["effectiveAgainstLate"] == nil } == 1, "all but late fusion itself")
    }
  }

  @Test func reasonsFitTheTerminal() throws {
    let place = try Workplace(copying: Workplace.synthetic.get().folder)
    let outcome = try place.chiasm([
      "compare", "data", "--methods", "unimodal,late,tensor", "--seeds", "2", "--epochs", "3", "--report", "r.html",
    ])
    outcome.expectSuccess()
    let lines = outcome.output.split(separator: "\n").map(String.init)
    let robustness = lines.filter { $0.hasPrefix("  on ") }
    #expect(robustness.count == 3 && robustness.allSatisfy { $0.contains("loss") && $0.count <= 100 }, "\(robustness)")
    #expect(try place.text("r.html").contains("<h2>Robustness</h2>"))
    let again = try place.chiasm(["quantify", place.runs()[0], "pid"])
    again.expectSuccess()
    #expect(again.output.contains("regime") && again.output.contains("demonstrated by the models"), "\(again.output)")
    #expect(again.output.contains("by 199 random orders of the target"))
  }

  @Test func quickLeavesOutWhy() throws {
    let place = try Workplace(copying: Workplace.synthetic.get().folder)
    let outcome = try place.chiasm([
      "compare", "data", "--methods", "unimodal,late", "--seeds", "1", "--epochs", "3", "--quick", "--json", "q.json",
    ])
    outcome.expectSuccess()
    #expect(!outcome.output.contains("regime") && !outcome.output.contains("Contributions"))
    let verdict = try #require((try place.json("q.json") as? [String: Any])?["verdict"] as? [String: Any])
    #expect(verdict["information"] == nil && verdict["missing"] == nil && verdict["adds"] != nil)
    #expect(verdict["robustness"] == nil && !outcome.output.contains("noise"))
  }

  /// One class, a constant modality: a refusal or an answer.
  @Test func hostileData() throws {
    let place = try Workplace(copying: Workplace.synthetic.get().folder)
    var array = try Data(contentsOf: place.url("data/a.npy"))
    array.resetBytes(in: 128..<array.count)
    try array.write(to: place.url("data/a.npy"))
    let constant = try place.chiasm([
      "compare", "data", "--methods", "unimodal,late", "--seeds", "1", "--epochs", "30", "--json", "c.json",
    ])
    constant.expectSuccess()
    let verdict = try #require((try place.json("c.json") as? [String: Any])?["verdict"] as? [String: Any])
    let information = try #require(verdict["information"] as? [String: Any])
    #expect(information["regime"] as? String == "unique", "only b says anything")
    #expect((verdict["importance"] as? [String: Any])?["share"] as? [String: Double] != nil)

    let table = try place.text("data/samples.csv").split(separator: "\n", omittingEmptySubsequences: false)
    /// The table with class 0 in every row of some splits.
    func write(_ isChanged: (String) -> Bool) throws {
      let lines = table.map { line -> String in
        var cells = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        if cells.count > 2, cells[0] != "id", isChanged(cells[1]) { cells[2] = "0" }
        return cells.joined(separator: ",")
      }
      try Data(lines.joined(separator: "\n").utf8).write(to: place.url("data/samples.csv"))
    }
    let call = ["compare", "data", "--methods", "unimodal,late", "--seeds", "1", "--epochs", "2", "--json", "o.json"]
    try write { _ in true }
    try place.chiasm(call + ["--quiet"]).expectRefusal(65, "samples.csv: the train split has one class only, \"0\"")
    try write { $0 == "test" }
    let one = try place.chiasm(call)
    one.expectSuccess()
    let reasons = try #require(
      ((try place.json("o.json") as? [String: Any])?["verdict"] as? [String: Any])?["notMeasured"] as? [String: String])
    #expect(reasons["information"] == "all held-out samples have one label; there is nothing to tell apart")
    #expect(one.output.contains("Not measured, information: "))
  }

  @Test func runsShowAndReport() throws {
    let place = try Workplace(copying: Workplace.compared.get().place.folder)
    let id = try place.runs()[0]
    let page = try place.text("runs/\(id)/report.html")
    let verdict = try #require((try place.json("result.json") as? [String: Any])?["verdict"] as? [String: Any])
    let sentence = try #require(verdict["sentence"] as? String)
    let shown = try place.chiasm(["runs", "show", String(id.suffix(4))])
    shown.expectSuccess()
    #expect(shown.output.contains(sentence) && shown.output.contains("unimodal@a"))
    #expect(try place.chiasm(["runs", "show", id, "--json", "-"]).output == place.text("result.json"))

    try place.chiasm(["report", id, "page.html"]).expectSuccess()
    let again = try place.text("page.html")
    for text in [page, again] {
      #expect(text.hasPrefix("<!") && text.contains("</html>") && text.contains("<svg"))
      #expect(!text.contains("src=\"http") && !text.contains("href=\"http"), "readable without the network")
    }
    for text in ["How to repeat it", "chiasm compare data \\\n  --methods ", "--epochs", "Any two methods"] {
      #expect(again.contains(text), "\(text)")
    }
    try place.chiasm(["evaluate", id, "data"]).expectRefusal(64, "is a comparison; name one of its trainings")
    let metrics = try place.chiasm(["evaluate", "runs/\(id)/trials/late-seed0", "data", "--json", "-"])
    metrics.expectSuccess()

    let best = try #require(verdict["bestFusion"] as? String)
    let row = try #require(try place.chiasm(["runs"]).output.split(separator: "\n").first { $0.contains(id) })
    #expect(row.contains("  \(best)  ") && row.contains(" %  "), "neither method nor score in \(row)")
    let outcomes = ["undecided", "fusing helps", "fusing hurts", "one modality is enough", "nothing was learned"]
    #expect(outcomes.contains { row.hasSuffix($0) }, "no verdict in \(row)")
    let listed = try place.chiasm(["runs", "--json", "-"])
    #expect(listed.output.contains(id) && listed.output.contains("finished"))
    try place.chiasm(["runs", "delete", id, "none"]).expectRefusal(64, "no run none in ")
    #expect(place.exists("runs/\(id)"), "nothing is deleted where one name is wrong")
    try place.chiasm(["runs", "delete", id]).expectSuccess()
    #expect(try !place.exists("runs/\(id)") && place.chiasm(["runs", "list"]).output == "no runs in runs\n")
  }

  @Test func reportsOfSeveralAndOtherForms() throws {
    let place = try Workplace(copying: Workplace.compared.get().place.folder)
    let id = try place.runs()[0]
    for (name, start) in [("l.csv", "method,area"), ("l.md", "| method |"), ("l.tex", "% needs")] {
      try place.chiasm(["report", id, name]).expectSuccess()
      #expect(try place.text(name).hasPrefix(start))
    }
    try place.chiasm(["report", id, "p.html", "--figures", "figures"]).expectSuccess()
    #expect(try place.text("figures/scores.svg").hasPrefix("<svg "))

    try FileManager.default.copyItem(at: place.url("runs/\(id)"), to: place.url("again"))
    try place.chiasm(["report", id, "again", "both.html"]).expectSuccess()
    let both = try place.text("both.html")
    #expect(both.contains("\(id) and again compared") && both.contains("over \(id)") && both.contains("0.0 [0.0, 0.0]"))
    try place.chiasm(["report", id, "again", "pooled.html", "--pool"]).expectSuccess()
    #expect(try place.text("pooled.html").contains("<h2>Leaderboard</h2>"))
    try place.chiasm(["report", id, "again", "l.csv"]).expectRefusal(64, "are of one comparison")
  }

  /// Stopped at any moment, a comparison goes on and ends with the table it would have had.
  @Test func ctrlCAndResume() throws {
    let place = try Workplace(copying: Workplace.synthetic.get().folder)
    let stopped = try place.chiasm(Workplace.compare + ["--jobs", "1", "--quiet"]) {
      guard let id = try? place.runs().first else { return false }
      let trials = (try? FileManager.default.subpathsOfDirectory(atPath: place.url("runs/\(id)/trials").path)) ?? []
      return trials.contains { $0.hasSuffix("trial.json") }
    }
    let id = try place.runs()[0]
    stopped.expectRefusal(130, "chiasm: interrupted; go on with: chiasm compare --resume \(id)\n")
    #expect(stopped.output.isEmpty)
    #expect(try place.chiasm(["runs", "list"]).output.contains("interrupted"))
    try place.chiasm(["train", "--resume", id]).expectRefusal(64, "go on with: chiasm compare --resume \(id)")
    try place.chiasm(["compare", "--resume", id, "--seeds", "3"]).expectRefusal(64, "leave the others out")

    let resumed = try place.chiasm(["compare", "--resume", id, "--json", "result.json"])
    resumed.expectSuccess()
    #expect(try place.runs() == [id])
    let whole = try Workplace.compared.get().place
    #expect(try table(place) == table(whole))
    #expect(resumed.output.contains("report: runs/\(id)/report.html"))
  }

  @Test func otherDataAreNotResumed() throws {
    let place = try Workplace(copying: Workplace.compared.get().place.folder)
    try FileManager.default.removeItem(at: place.url("data"))
    let id = try place.runs()[0]
    try place.chiasm(["compare", "--resume", id]).expectRefusal(65, "data: no such folder")
    try place.chiasm(["data", "synthetic", "data", "--samples", "200", "--seed", "8", "--quiet"]).expectSuccess()
    try place.chiasm(["compare", "--resume", id]).expectRefusal(65, "the data are not those that the comparison")
  }

  /// Everything in the result that is not a measurement of time or memory.
  private func table(_ place: Workplace) throws -> NSDictionary {
    var result = try #require(try place.json("result.json") as? [String: Any])
    let methods = try #require(result["methods"] as? [[String: Any]])
    result["methods"] = methods.map { method in
      method.filter { !["trainSeconds", "latencyMicroseconds", "peakBytes"].contains($0.key) }
    }
    return result as NSDictionary
  }
}
