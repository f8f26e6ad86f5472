import Foundation
<<<<<<< HEAD
import Modalities
import Tensors
import Testing

@Suite struct QuantifyCommandTests {
  /// `table`: two modalities of one number each, a third of three, and a target that is 1 + a − b + 2ab and noise.
  private func place(samples: Int = 80, constant: Bool = false) throws -> Workplace {
    let place = try Workplace()
    let generator = Generator(seed: 3)
    let numbers = Tensor.randn([samples, 6], dtype: .float64, generator: generator)
    let columns = (0..<6).map { numbers[.all, $0].doubles }
    try FileManager.default.createDirectory(at: place.url("table"), withIntermediateDirectories: true)
    for (name, range) in [("a", 0..<1), ("b", 1..<2), ("c", 2..<5)] {
      try NPY.write(numbers[.all, range].to(.float32).contiguous(), to: place.url("table/\(name).npy"))
    }
    var rows = "id,split,y\n"
    for row in 0..<samples {
      let (a, b) = (columns[0][row], columns[1][row])
      let y = constant ? 4 : 1 + a - b + 2 * a * b + 0.1 * columns[5][row]
      // Three quarters are for training, and two samples for validation.
      rows += "s\(row),\(row % 4 > 0 ? "train" : row == 4 || row == 12 ? "validation" : "test"),\(y)\n"
    }
    try Data(rows.utf8).write(to: place.url("table/samples.csv"))
    let manifest = """
      name: table
      task: regression
      target: y
      modalities:
        a: {kind: vector, file: a.npy}
        b: {kind: vector, file: b.npy}
        c: {kind: vector, file: c.npy}

      """
    try Data(manifest.utf8).write(to: place.url("table/dataset.yaml"))
    return place
  }

  @Test func findsTheInteractionThatWasPutIn() throws {
    let outcome = try place().chiasm(["quantify", "table", "interactions", "--regression", "--json", "-"])
    outcome.expectSuccess()
    let report = try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
    let pairs = try #require(report["pairs"] as? [[String: Any]])
    #expect(pairs.map { $0["names"] as? [String] } == [["a", "b"], ["a", "c"], ["b", "c"]])
    #expect(pairs.allSatisfy { $0["samples"] as? Int == 60 })
    let full = try #require((pairs[0]["full"] as? [String: Any])?["coefficients"] as? [[String: Any]])
    for (term, expected) in zip(full, [1.0, 1, -1, 2]) {
      #expect(abs((term["value"] as? Double ?? .nan) - expected) < 0.1, "\(term)")
    }
    func p(_ pair: Int) -> Double { (pairs[pair]["interaction"] as? [String: Any])?["p"] as? Double ?? .nan }
    #expect(p(0) < 1e-30 && p(1) > 0.001 && p(2) > 0.001)
    let scalars = try #require(report["scalars"] as? [String: String])
    #expect(scalars["a"] == "its only feature" && scalars["c"]?.hasPrefix("first principal component of 3") == true)
  }

  @Test func tableForAReader() throws {
    let call = ["quantify", "table", "interactions", "--regression", "--modalities", "a,c", "--features", "c:2"]
    let outcome = try place().chiasm(call)
    outcome.expectSuccess()
    for part in ["y from a and c, 60 samples of train", "c: feature 2", "partial F(1, 56) = ", "adjusted R²", "a·c"] {
      #expect(outcome.output.contains(part), "\(outcome.output)")
    }
    #expect(!outcome.output.contains("b:"))
  }

  /// Of a class, the target is whether it is that one.
  @Test func classes() throws {
    let place = try Workplace(copying: Workplace.synthetic.get().folder)
    let outcome = try place.chiasm(["quantify", "data", "interactions", "--regression", "--class", "0"])
    outcome.expectSuccess()
    #expect(outcome.output.contains(" = 0 from a and b"))
    try place.chiasm(["quantify", "data", "interactions", "--regression", "--class", "seven"]).expectRefusal(
      64, "no class \"seven\"; the data set has 0, 1")
  }

  @Test(arguments: [
    (["table", "happiness"], Int32(64), "nothing called \"happiness\" can be measured; expected one of interactions"),
    (["table", "interactions"], 64, "say how; there is --regression"),
    (
      ["table", "interactions", "--regression", "--modalities", "a"], 64, "an interaction needs two modalities, found a"
    ),
    (["table", "interactions", "--regression", "--modalities", "a,a"], 64, "needs two modalities"),
    (
      ["table", "interactions", "--regression", "--modalities", "a,d"], 64,
      "no modality \"d\"; the data set has a, b, c"
    ),
    (["table", "interactions", "--regression", "--features", "c"], 64, "\"c\" is not modality:number"),
    (["table", "interactions", "--regression", "--features", "c:3"], 64, "c has features 0 to 2, not 3"),
    (["table", "interactions", "--regression", "--features", "c:-1"], 64, "is not modality:number"),
    (["table", "interactions", "--regression", "--features", "x:0"], 64, "no modality \"x\""),
    (["table", "interactions", "--regression", "--class", "1"], 64, "y is a number and has no class \"1\""),
    (["table", "interactions", "--regression", "--split", "all"], 64, "--split is \"all\""),
    (["nowhere", "interactions", "--regression"], 65, "nowhere"),
    (["table", "interactions", "--regression", "--json", "no/such/place.json"], 65, "there is no folder"),
    (["table", "interactions", "--regression", "--split", "validation"], 65, "5 are needed"),
  ]) func wrongUseIsRefused(arguments: [String], status: Int32, expected: String) throws {
    let outcome = try place().chiasm(["quantify"] + arguments)
    outcome.expectRefusal(status, expected)
    #expect(outcome.output.isEmpty)
  }

  @Test func nothingToExplain() throws {
    try place(constant: true).chiasm(["quantify", "table", "interactions", "--regression"]).expectRefusal(
      65, "a × b: the target is 4.0 in all 60 samples")
    try place(samples: 6).chiasm(["quantify", "table", "interactions", "--regression"]).expectRefusal(
      65, "a: present in 4 samples of the split; 5 are needed")
=======
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
    let result = try numbers(place, "p.json")
    let pair = try #require((result["pairs"] as? [[String: Any]])?.first)
    let synergy = try #require((pair["synergy"] as? [String: Any])?["value"] as? Double)
    // One component of noisy columns, cut in two, shows most of the bit.
    #expect(synergy > 0.6 && synergy < 1.05, "\(pair)")
    #expect(try #require(pair["gap"] as? Double) < 1e-8)
    #expect((result["stated"] as? [String: Any])?["synergy"] as? Double == 1)
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
>>>>>>> c5b6993 (quantify information and partial-information)
  }
}
