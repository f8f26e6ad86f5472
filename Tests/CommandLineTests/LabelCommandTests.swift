import Foundation
import Modalities
import Tensors
import Testing

/// Several labels from training to use: thresholds, weights, metrics.
@Suite struct LabelCommandTests {
  /// 240 samples with a label of one half and one of an eighth, both shown by two vectors in noise.
  private static let made = Result {
    let place = try Workplace()
    try FileManager.default.createDirectory(at: place.url("data"), withIntermediateDirectories: true)
    var generator = SplitMix64(seed: 21)
    var (rows, left, right) = (["id,split,labels"], [Double](), [Double]())
    for sample in 0..<240 {
      let (common, rare) = (generator.uniform() < 0.5, generator.uniform() < 0.125)
      let labels = (common ? ["common"] : []) + (rare ? ["rare"] : [])
      let split = sample % 4 == 0 ? "test" : sample % 4 == 1 ? "validation" : "train"
      rows.append("s\(sample),\(split),\(labels.joined(separator: "|"))")
      for shown in [common, rare] {
        left.append((shown ? 1 : 0) + 1.2 * generator.normal())
        right.append((shown ? 1 : 0) + 1.2 * generator.normal())
      }
    }
    try Data((rows.joined(separator: "\n") + "\n").utf8).write(to: place.url("data/samples.csv"))
    try NPY.write(Tensor(left, shape: [240, 2]), to: place.url("data/left.npy"))
    try NPY.write(Tensor(right, shape: [240, 2]), to: place.url("data/right.npy"))
    let manifest = """
      name: labels
      task: multilabel
      target: labels
      modalities:
        left: {kind: vector, file: left.npy}
        right: {kind: vector, file: right.npy}

      """
    try Data(manifest.utf8).write(to: place.url("data/dataset.yaml"))
    return place
  }

  private func train(_ options: [String] = []) throws -> (place: Workplace, run: String) {
    let place = try Workplace(copying: Self.made.get().folder)
    try place.chiasm(["train", "data", "--method", "late", "--epochs", "40", "--quiet"] + options).expectSuccess()
    return (place, try "runs/" + place.runs()[0])
  }

  private func thresholds(_ place: Workplace, _ run: String) throws -> [Double] {
    let record = try #require(try place.json(run + "/trial.json") as? [String: Any])
    return try #require(record["thresholds"] as? [Double])
  }

  @Test func thresholdsAreChosenOnValidationAndUsedEverywhere() throws {
    let (place, run) = try train()
    let thresholds = try thresholds(place, run)
    // Of the rare label a network is never half sure.
    #expect(thresholds.count == 2 && thresholds[1] < 0.5)
    let recorded = try #require(try place.json(run + "/metrics.json") as? [String: [String: Double]])
    for split in ["validation", "test"] {
      let outcome = try place.chiasm(["evaluate", run, "data", "--split", split, "--json", "-"])
      outcome.expectSuccess()
      let found = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Double]
      #expect(found?["macroF1"] != nil && found?["macroAveragePrecision"] != nil)
      for (name, value) in found ?? [:] { #expect(abs(value - (recorded[split]?[name] ?? .nan)) < 1e-6, "\(name)") }
    }
    // Probabilities stay what they are; the labels given are those that reach their thresholds.
    try place.chiasm(["predict", run, "data", "--out", "all.csv", "--quiet"]).expectSuccess()
    for (file, given) in [("all.csv", 1), (run + "/predictions.csv", 2)] {
      let rows = try place.text(file).split(separator: "\n").dropFirst()
      #expect(rows.count == (given == 1 ? 240 : 60))
      for row in rows {
        let cells = row.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        let probabilities = try cells.suffix(2).map { try #require(Double($0)) }
        let expected = zip(["common", "rare"], zip(probabilities, thresholds)).filter { $1.0 >= $1.1 }.map(\.0)
        #expect(cells[given] == expected.joined(separator: "|"))
      }
    }
  }

  @Test func damagedThresholdsAreRefused() throws {
    let (place, run) = try train()
    let model = place.url(run + "/model.safetensors")
    var (tensors, notes) = try Safetensors.read(model)
    tensors["decision.thresholds"] = Tensor([0.5, 1.5])
    try Safetensors.write(tensors, metadata: notes, to: model)
    try place.chiasm(["evaluate", run, "data"]).expectRefusal(
      65, "decision.thresholds", "expected one float64 in 0 … 1")
  }

  @Test func balancedWeighsLabels() throws {
    func shares(_ options: [String]) throws -> Double {
      let (place, run) = try train(options)
      let rows = try place.text(run + "/predictions.csv").split(separator: "\n").dropFirst()
      return rows.reduce(0) { $0 + Double($1.split(separator: ",").last!)! } / Double(rows.count)
    }
    let (plain, balanced) = try (shares([]), shares(["--balanced"]))
    // The rare label, an eighth, is thought as likely as not.
    #expect(plain < 0.3)
    #expect(balanced > plain + 0.1)
  }

  @Test(arguments: ["auroc", "averagePrecision", "microAUROC", "mcc", "brier", "logLoss"])
  func metricsOfTheManifestRank(_ metric: String) throws {
    let place = try Workplace(copying: Self.made.get().folder)
    let manifest = try place.text("data/dataset.yaml")
    try Data((manifest + "metric: \(metric)\n").utf8).write(to: place.url("data/dataset.yaml"))
    try place.chiasm(["train", "data", "--method", "late", "--epochs", "2", "--quiet"]).expectSuccess()
    let name = ["auroc": "macroAUROC", "averagePrecision": "macroAveragePrecision"][metric] ?? metric
    #expect(try place.text("runs/" + place.runs()[0] + "/config.yaml").contains("metric: \(name)"))
  }

  @Test func balancedIsRefusedForValues() throws {
    let place = try Workplace(copying: Self.made.get().folder)
    let rows = try place.text("data/samples.csv").split(separator: "\n").enumerated().map { row, text in
      row == 0 ? "id,split,labels" : text.split(separator: ",").prefix(2).joined(separator: ",") + ",\(row)"
    }
    try Data((rows.joined(separator: "\n") + "\n").utf8).write(to: place.url("data/samples.csv"))
    let manifest = try place.text("data/dataset.yaml")
    try Data(manifest.replacingOccurrences(of: "multilabel", with: "regression").utf8)
      .write(to: place.url("data/dataset.yaml"))
    for command in [["train", "data"], ["compare", "data"]] {
      try place.chiasm(command + ["--balanced"]).expectRefusal(64, "--balanced", "the target \"labels\" is a value")
    }
  }
}
