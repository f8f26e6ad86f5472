import Foundation
import Testing

@Suite struct QuantifyCommandTests {
  /// 300 samples whose class is the parity of a bit in each modality.
  private static let parity = Result {
    let place = try Workplace()
    try place.chiasm([
      "data", "synthetic", "data", "--samples", "400", "--redundancy", "0", "--synergy", "1", "--width", "4", "--quiet",
    ]).expectSuccess()
    return place
  }

  private func numbers(_ place: Workplace, _ path: String) throws -> [String: Any] {
    try #require(try place.json(path) as? [String: Any])
  }

  @Test func information() throws {
    let place = try Workplace(copying: Workplace.synthetic.get().folder)
    let outcome = try place.chiasm(["quantify", "information", "data", "--permutations", "19", "--json", "i.json"])
    outcome.expectSuccess()
    #expect(outcome.output.contains("KSG 1 and Ross, k = 3, 3 components; 200 samples"))
    let result = try numbers(place, "i.json")
    let rows = try #require(result["rows"] as? [[String: Any]])
    #expect(rows.map { $0["first"] as? String } == ["a", "b", "a"])
    #expect(rows.map { $0["second"] as? String } == ["target", "target", "b"])
    // The class is one bit that both show.
    for row in rows {
      #expect(abs(try #require(row["value"] as? Double) - 1) < 0.35, "\(row)")
      #expect(row["pValue"] as? Double == 0.05)
      #expect(abs(try #require(row["adjustedPValue"] as? Double) - 0.15) < 1e-12, "three tests")
    }
    // Both orders, the other estimators, and the same seed the same numbers.
    for estimator in ["plug-in", "miller-madow"] {
      let call = ["--estimator", estimator, "--bins", "2", "--components", "1", "--permutations", "0", "--json", "-"]
      let one = try place.chiasm(["quantify", "information", "data"] + call)
      let two = try place.chiasm(["quantify", "data", "information"] + call)
      one.expectSuccess()
      #expect(one.output == two.output && one.output.contains("\"value\""))
    }
  }

  /// Sixty groups of five rows that share target and features: chance among groups is no information, and each row among
  /// five alike is no sample of its own.
  @Test func groupsArePermutedAsAWhole() throws {
    let place = try Workplace()
    try place.chiasm(["data", "synthetic", "data", "--samples", "300", "--width", "4", "--quiet"]).expectSuccess()
    let lines = try place.text("data/samples.csv").split(separator: "\n").map {
      $0.split(separator: ",").map(String.init)
    }
    var array = try Data(contentsOf: place.url("data/a.npy"))
    let width = (array.count - 128) / 300
    var table = [lines[0] + ["person"]]
    for row in 0..<300 {
      let leader = row / 5 * 5
      array.replaceSubrange(
        128 + row * width..<128 + (row + 1) * width,
        with: Array(array[128 + leader * width..<128 + (leader + 1) * width]))
      // Targets by a rule that features know nothing of, alike in each group.
      let split = row / 5 % 5 == 0 ? "validation" : row / 5 % 5 == 1 ? "test" : "train"
      table.append(
        zip(lines[0], lines[row + 1]).map { name, cell in
          name == "id" ? cell : name == "split" ? split : "\(row / 5 * 7 % 11 % 2)"
        } + ["p\(row / 5)"])
    }
    try array.write(to: place.url("data/a.npy"))
    try Data(table.map { $0.joined(separator: ",") }.joined(separator: "\n").utf8).write(
      to: place.url("data/samples.csv"))
    func p(_ json: String) throws -> Double {
      let outcome = try place.chiasm(["quantify", "information", "data", "--modalities", "a", "--json", json])
      outcome.expectSuccess()
      return try #require((numbers(place, json)["rows"] as? [[String: Any]])?[0]["pValue"] as? Double)
    }
    let alone = try p("rows.json")
    let manifest = try place.text("data/dataset.yaml")
    try Data((manifest + "group: person\n").utf8).write(to: place.url("data/dataset.yaml"))
    let grouped = try p("groups.json")
    #expect(alone <= 0.02 && grouped > 0.05, "\(alone), \(grouped)")
    #expect(try numbers(place, "groups.json")["groups"] as? Int == 60)
  }

  @Test func neuralBounds() throws {
    let place = try Workplace(copying: Workplace.synthetic.get().folder)
    let outcome = try place.chiasm(["quantify", "information", "data", "--estimator", "infonce", "--json", "i.json"])
    outcome.expectSuccess()
    #expect(outcome.output.contains("lower bound"))
    let rows = try #require(try numbers(place, "i.json")["rows"] as? [[String: Any]])
    let value = try #require(rows[0]["value"] as? Double)
    #expect(value > 0.4 && value < 1.2)
    #expect((rows[0]["fit"] as? [String: Any])?["ceiling"] != nil)
  }

  @Test func discreteParts() throws {
    let place = try Workplace(copying: Self.parity.get().folder)
    let outcome = try place.chiasm([
      "quantify", "partial-information", "data", "--estimator", "discrete", "--bins", "2", "--components", "1",
      "--resamples", "20", "--json", "p.json",
    ])
    outcome.expectSuccess()
    #expect(outcome.output.contains("synergistic") && outcome.output.contains("stated"))
    #expect(outcome.output.contains("The regime is synergistic (so in 100 % of the resamples)"), "\(outcome.output)")
    let result = try numbers(place, "p.json")
    let pair = try #require((result["pairs"] as? [[String: Any]])?.first)
    let synergy = try #require((pair["synergy"] as? [String: Any])?["value"] as? Double)
    // One component of noisy columns, cut in two, shows most of the bit.
    #expect(synergy > 0.6 && synergy < 1.05, "\(pair)")
    #expect(try #require(pair["gap"] as? Double) < 1e-8)
    #expect((result["stated"] as? [String: Any])?["synergy"] as? Double == 1)
    let call = ["--estimator", "discrete", "--bins", "2", "--components", "1", "--resamples", "20", "--json", "-"]
    let short = try place.chiasm(["quantify", "data", "pid"] + call)
    short.expectSuccess()
    #expect(try short.output == place.text("p.json"))
  }

  @Test func learnedParts() throws {
    let place = try Workplace(copying: Self.parity.get().folder)
    let outcome = try place.chiasm([
      "quantify", "partial-information", "data", "--resamples", "5", "--json", "p.json",
    ])
    outcome.expectSuccess()
    let pair = try #require((try numbers(place, "p.json")["pairs"] as? [[String: Any]])?.first)
    func value(_ part: String) -> Double { (pair[part] as? [String: Any])?["value"] as? Double ?? .nan }
    #expect(abs(value("synergy") - 1) < 0.15, "\(pair)")
    for part in ["redundancy", "uniqueFirst", "uniqueSecond"] { #expect(abs(value(part)) < 0.15, "\(pair)") }
    #expect(pair["quality"] != nil)
    #expect(pair["regime"] as? String == "synergistic" && pair["regimeSupport"] == nil)
    #expect(try #require(pair["demonstrated"] as? Double) > 0.5 && pair["pValue"] as? Double == 0.005)
    #expect((pair["synergy"] as? [String: Any])?["ci95"] == nil, "80 samples allow no interval")
    #expect(outcome.output.contains("The regime is synergistic: "))
    #expect(outcome.output.contains("Synergy does not need interaction"))
  }

  @Test func lattice() throws {
    let place = try Workplace()
    try place.chiasm([
      "data", "synthetic", "data", "--samples", "200", "--unique", "0,0,0", "--width", "4", "--quiet",
    ]).expectSuccess()
    let outcome = try place.chiasm([
      "quantify", "partial-information", "data", "--estimator", "discrete", "--bins", "2", "--components", "1",
      "--resamples", "5", "--json", "p.json",
    ])
    outcome.expectSuccess()
    #expect(outcome.output.contains("lattice of I_min") && outcome.output.contains("{1}{2}{3}"))
    #expect((try numbers(place, "p.json")["lattice"] as? [Any])?.count == 18)
    #expect((try numbers(place, "p.json")["pairs"] as? [Any])?.count == 3)
  }

  @Test(arguments: ["information", "partial-information"]) func hostileData(_ what: String) throws {
    let place = try Workplace(copying: Workplace.synthetic.get().folder)
    let table = try place.text("data/samples.csv")
    let lines = table.split(separator: "\n").map(String.init)
    func write(_ lines: [String]) throws {
      try (lines.joined(separator: "\n") + "\n").write(
        to: place.url("data/samples.csv"), atomically: true, encoding: .utf8)
    }
    // One class alone: the third column is the target.
    try write(
      [lines[0]]
        + lines.dropFirst().map { line in
          var cells = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
          cells[2] = "0"
          return cells.joined(separator: ",")
        })
    try place.chiasm(["quantify", what, "data"]).expectRefusal(65, "the train split has one class only")
    try write(lines)
    try place.chiasm(["quantify", what, "data", "--modalities", "a,c"]).expectRefusal(64, "there is no modality \"c\"")
    try place.chiasm(["quantify", what, "data", "--unit", "hartleys"]).expectRefusal(64, "--unit is \"hartleys\"")
    try place.chiasm(["quantify", what, "data", "--estimator", "guess"]).expectRefusal(64, "--estimator is \"guess\"")
    try place.chiasm(["quantify", what, "none"]).expectRefusal(65, "none")
    let bins = what == "information" ? ["--estimator", "plug-in", "--bins", "1"] : ["--bins", "1"]
    try place.chiasm(["quantify", what, "data"] + bins).expectRefusal(64, "--bins is 1; expected 2 to 1000")
    #expect(try place.contents().filter { $0.hasSuffix(".json") }.isEmpty)
  }

  /// A constant modality says nothing; too few samples are refused by number.
  @Test func constantModalityAndFewSamples() throws {
    let place = try Workplace(copying: Workplace.synthetic.get().folder)
    // The header of a npy file ends at byte 128; 200 · 16 float32 numbers follow.
    var array = try Data(contentsOf: place.url("data/a.npy"))
    array.resetBytes(in: 128..<array.count)
    try array.write(to: place.url("data/a.npy"))
    let outcome = try place.chiasm([
      "quantify", "partial-information", "data", "--estimator", "discrete", "--bins", "2", "--components", "1",
      "--resamples", "5", "--json", "p.json",
    ])
    outcome.expectSuccess()
    let pair = try #require((try numbers(place, "p.json")["pairs"] as? [[String: Any]])?.first)
    for part in ["redundancy", "uniqueFirst", "synergy"] {
      #expect(abs(try #require((pair[part] as? [String: Any])?["value"] as? Double)) < 1e-9)
    }
    let information = try place.chiasm(["quantify", "information", "data", "--permutations", "19", "--json", "i.json"])
    information.expectSuccess()
    let rows = try #require(try numbers(place, "i.json")["rows"] as? [[String: Any]])
    #expect(abs(try #require(rows[0]["value"] as? Double)) < 1e-9)
    #expect(rows[0]["pValue"] as? Double == 1)

    let small = try Workplace()
    try small.chiasm(["data", "synthetic", "data", "--samples", "10", "--quiet"]).expectSuccess()
    try small.chiasm(["quantify", "partial-information", "data"])
      .expectRefusal(65, "data", "there are 10 samples; expected at least 100")
    try small.chiasm(["quantify", "information", "data", "--split", "test"])
      .expectRefusal(65, "data", "every sample is of class")
  }
}
