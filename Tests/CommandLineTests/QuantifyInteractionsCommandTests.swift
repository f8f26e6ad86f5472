import Foundation
import Modalities
import Tensors
import Testing

@Suite struct QuantifyInteractionsCommandTests {
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
    (["table", "happiness"], Int32(64), "nothing called \"happiness\" can be measured; expected one of information"),
    (["table", "interactions"], 64, "\"table\" is neither a run folder nor a run"),
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
      65, "the target in column \"y\" is 4.0 in every sample of the train split; there is nothing to learn")
    try place(samples: 6).chiasm(["quantify", "table", "interactions", "--regression"]).expectRefusal(
      65, "a: present in 4 samples of the split; 5 are needed")
  }
}
