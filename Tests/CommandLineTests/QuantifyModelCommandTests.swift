import Foundation
import Testing

/// What is measured of a trained model: emap, missing, importance, interactions.
@Suite struct QuantifyModelCommandTests {
  private func object(_ place: Workplace, _ path: String) throws -> [String: Any] {
    try #require(try place.json(path) as? [String: Any])
  }

  @Test func emap() throws {
    let place = try Workplace(copying: Workplace.trained.get().folder)
    let outcome = try place.chiasm(["quantify", "run", "emap", "--json", "e.json"])
    outcome.expectSuccess()
    #expect(outcome.output.contains("40 samples of test; projection exact"), "\(outcome.output)")
    let result = try object(place, "e.json")
    #expect(result["isExact"] as? Bool == true && result["samples"] as? Int == 40)
    let (model, projection) = (
      try #require(result["model"] as? [String: Double]), try #require(result["projection"] as? [String: Double])
    )
    let gap = try #require(result["gap"] as? [String: Any])
    let difference = try #require(model["accuracy"]) - (try #require(projection["accuracy"]))
    #expect(abs(try #require(gap["mean"] as? Double) - difference) < 1e-9)
    try place.chiasm(["evaluate", "run", "data", "--json", "v.json"]).expectSuccess()
    let evaluated = try object(place, "v.json")
    for (name, score) in model { #expect(abs(try #require(evaluated[name] as? Double) - score) < 1e-6, "\(name)") }
    // Another split, the folder named, and the other order.
    let other = try place.chiasm(["quantify", "emap", "run", "data", "--split", "validation", "--json", "-"])
    other.expectSuccess()
    #expect(other.output.contains("\"split\" : \"validation\""))
  }

  /// The gap of a model that only adds is rounding.
  @Test func anAdditiveModelHasNoGap() throws {
    let place = try Workplace(copying: Workplace.synthetic.get().folder)
    try place.chiasm(["train", "data", "--method", "additive", "--epochs", "3", "--quiet"]).expectSuccess()
    try place.chiasm(["quantify", place.runs()[0], "emap", "--json", "e.json", "--quiet"]).expectSuccess()
    let result = try object(place, "e.json")
    let (model, projection) = (
      try #require(result["model"] as? [String: Double]), try #require(result["projection"] as? [String: Double])
    )
    for (name, score) in model { #expect(abs(score - (try #require(projection[name]))) < 1e-5, "\(name)") }
    #expect((result["gap"] as? [String: Any])?["mean"] as? Double == 0)
  }

  @Test(arguments: ["absent", "zero", "mean", "other"]) func missing(imputation: String) throws {
    let place = try Workplace(copying: Workplace.trained.get().folder)
    let outcome = try place.chiasm(["quantify", "run", "missing", "--imputation", imputation, "--json", "m.json"])
    outcome.expectSuccess()
    let result = try object(place, "m.json")
    #expect(result["imputation"] as? String == imputation)
    let rows = try #require(result["rows"] as? [[String: Any]])
    #expect(rows.compactMap { $0["present"] as? [String] } == [["a"], ["b"], ["a", "b"]])
    for row in rows {
      let score = try #require(row["score"] as? [String: Any])
      let (mean, interval) = (try #require(score["mean"] as? Double), try #require(score["ci95"] as? [Double]))
      #expect(interval[0] <= mean && mean <= interval[1])
    }
  }

  @Test(arguments: ["shapley", "lime", "gradients"]) func importance(method: String) throws {
    let place = try Workplace(copying: Workplace.trained.get().folder)
    let outcome = try place.chiasm(["quantify", "run", "importance", "--method", method, "--json", "i.json"])
    outcome.expectSuccess()
    let result = try object(place, "i.json")
    for key in ["share", "relations"] {
      let shares = try #require(result[key] as? [String: Double])
      #expect(abs(shares.values.reduce(0, +) - 1) < 1e-9 && shares.values.allSatisfy { $0 >= 0 })
    }
    #expect(outcome.output.contains("complement: both point the same way"))
  }

  @Test func interactions() throws {
    let place = try Workplace(copying: Workplace.trained.get().folder)
    let outcome = try place.chiasm(["quantify", "run", "interactions", "--samples", "20", "--json", "i.json"])
    outcome.expectSuccess()
    let result = try object(place, "i.json")
    #expect(result["samples"] as? Int == 20)
    let pair = try #require((result["pairs"] as? [[String: Any]])?.first)
    let h2 = try #require(pair["friedmanH2"] as? [String: Double])
    #expect(h2.keys.sorted() == ["0", "1"] && h2.values.allSatisfy { $0 >= 0 && $0 < 1.0001 })
    let labels = try #require((result["labels"] as? [String: Any])?["rows"] as? [[String: Any]])
    #expect(labels.count == 8 && labels.compactMap { $0["count"] as? Int }.reduce(0, +) == 40)
  }

  /// Of a comparison, its best fusion.
  @Test func ofAComparison() throws {
    let place = try Workplace(copying: Workplace.compared.get().place.folder)
    let outcome = try place.chiasm(["quantify", place.runs()[0], "missing"])
    outcome.expectSuccess()
    let verdict = try #require((try place.json("result.json") as? [String: Any])?["verdict"] as? [String: Any])
    #expect(outcome.output.hasPrefix("\(verdict["bestFusion"] as? String ?? "?"), seed 0, the best fusion of "))
  }

  @Test(arguments: [
    (["run", "emap", "--exact", "0"], Int32(64), "--exact is 0; expected 1 to"),
    (["run", "emap", "--split", "all"], 64, "--split is \"all\"; expected train, validation or test"),
    (["run", "emap", "none"], 65, "none"),
    (
      ["run", "missing", "--imputation", "magic"], 64, "--imputation is \"magic\"; expected absent, zero, mean or other"
    ),
    (["run", "importance", "--method", "guess"], 64, "--method is \"guess\"; expected shapley, lime or gradients"),
    (["run", "importance", "--leading", "smell"], 64, "the model does not read \"smell\"; it reads a, b"),
    (["run", "interactions", "--samples", "1"], 64, "--samples is 1; expected 2 to"),
    (["run", "interactions", "--class", "1"], 64, "--modalities, --features and --class go with --regression"),
    (["data", "interactions", "--regression", "--samples", "9"], 64, "--regression takes one folder"),
    (["nowhere", "emap"], 64, "no run nowhere in "),
    (["run", "happiness"], 64, "nothing called \"happiness\" can be measured"),
  ]) func wrongUseIsRefused(arguments: [String], status: Int32, expected: String) throws {
    let place = try Workplace(copying: Workplace.trained.get().folder)
    let outcome = try place.chiasm(["quantify"] + arguments)
    outcome.expectRefusal(status, expected)
    #expect(outcome.output.isEmpty)
  }

  /// Makes weights that are no numbers.
  /// - Returns: the file as it was.
  private func spoil(_ file: URL) throws -> Data {
    let whole = try Data(contentsOf: file)
    var spoilt = whole
    let header = 8 + Int(spoilt.prefix(8).enumerated().reduce(0) { $0 | UInt64($1.1) << (8 * UInt64($1.0)) })
    let text = String(decoding: whole[8..<header], as: UTF8.self)
    for match in text.matches(of: /"model\.[^"]+":\s*\{[^}]*"data_offsets":\s*\[(\d+),\s*(\d+)\]/) {
      let (start, end) = (Int(match.output.1)!, Int(match.output.2)!)
      for place in stride(from: header + start, to: header + end, by: 4) {
        spoilt.replaceSubrange(place..<place + 4, with: [0, 0, 0xC0, 0x7F])
      }
    }
    #expect(spoilt != whole)
    try spoilt.write(to: file)
    return whole
  }

  @Test func predictionsThatAreNoNumbers() throws {
    let place = try Workplace(copying: Workplace.trained.get().folder)
    _ = try spoil(place.url("run/model.safetensors"))
    for what in [["robustness"], ["utilization"], ["bias", "--group", "redundant1"]] {
      try place.chiasm(["quantify", "run", what[0], "data"] + what.dropFirst()).expectRefusal(65, "is not finite")
    }
  }

  @Test(arguments: ["emap", "missing", "importance", "interactions"]) func hostileModels(_ what: String) throws {
    let place = try Workplace(copying: Workplace.trained.get().folder)
    let file = place.url("run/model.safetensors")
    let whole = try spoil(file)
    try place.chiasm(["quantify", "run", what]).expectRefusal(65, "model.safetensors: ", "not finite")
    try whole.write(to: file)
    // Two samples in the split are too few for intervals to mean much, but no more than that.
    try place.chiasm(["data", "synthetic", "few", "--samples", "10", "--quiet"]).expectSuccess()
    let few = try place.chiasm(["quantify", what, "run", "few"])
    few.expectSuccess()
    #expect(few.output.contains("2 samples of test"), "\(few.output)")
    // A modality that is always the same.
    var array = try Data(contentsOf: place.url("data/a.npy"))
    array.resetBytes(in: 128..<array.count)
    try array.write(to: place.url("data/a.npy"))
    try place.chiasm(["quantify", what, "run", "data"]).expectSuccess()
    // One modality has nothing to be recombined with.
    try place.chiasm(["train", "few", "--method", "unimodal", "--modalities", "a", "--epochs", "1", "--quiet"])
      .expectSuccess()
    let alone = try #require(try place.runs().last)
    try place.chiasm(["quantify", alone, what]).expectRefusal(64, "the model reads a alone")
  }
}
