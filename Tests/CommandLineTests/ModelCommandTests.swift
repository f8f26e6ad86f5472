import Foundation
import Modalities
import Tensors
import Testing

@Suite struct ModelCommandTests {
  @Test func theRunFolderIsComplete() throws {
    let place = try Workplace.trained.get()
    let files = try FileManager.default.contentsOfDirectory(atPath: place.url("run").path)
    #expect(
      Set(files).isSuperset(of: [
        "config.yaml", "log.txt", "epochs.csv", "metrics.json", "predictions.csv", "model.safetensors",
        "environment.json",
        "dataset.yaml",
      ]))
    #expect(try place.text("run/epochs.csv").split(separator: "\n").count == 4)
    let log = try place.text("run/log.txt").split(separator: "\n")
    #expect(log.first?.contains("low-rank") == true && log.last?.contains("finished") == true)
  }

  @Test func evaluateFindsTheMetricsOfTheRun() throws {
    let place = try Workplace(copying: Workplace.trained.get().folder)
    let recorded = try #require(try place.json("run/metrics.json") as? [String: [String: Double]])
    for split in ["test", "validation"] {
      let outcome = try place.chiasm(["evaluate", "run", "data", "--split", split, "--json", "-"])
      outcome.expectSuccess()
      let metrics = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Double]
      #expect(metrics?.keys.sorted() == recorded[split]?.keys.sorted())
      for (name, value) in metrics ?? [:] { #expect(abs(value - (recorded[split]?[name] ?? .nan)) < 1e-6, "\(name)") }
    }
  }

  /// Numbers that a file can hold and a model cannot: said of the sample, not written as NaN.
  @Test func whatOverflowsIsRefused() throws {
    let place = try Workplace(copying: Workplace.synthetic.get().folder)
    let values = try NPY.read(place.url("data/a.npy")) * 0.01
    try NPY.write(values, to: place.url("data/a.npy"))
    try place.chiasm(["train", "data", "--epochs", "1", "--quiet"]).expectSuccess()
    let run = try "runs/" + place.runs()[0]
    let dataset = try Dataset.load(place.url("data"))
    let row = dataset[.test][0]
    values.narrow(axis: 0, start: row, length: 1).fill_(3e38)
    try NPY.write(values, to: place.url("data/a.npy"))
    for call in [
      ["predict", run, "data", "--out", "out.csv"], ["embed", run, "data", "out.npz"], ["evaluate", run, "data"],
      ["compare", "data"], ["coordinate", "data"], ["kernel", "mkl", "data"],
    ] {
      try place.chiasm(call).expectRefusal(
        65, "samples.csv: row \(row + 2) (id \"\(dataset.ids[row])\"): a holds", "too far from those of the train split"
      )
    }
    #expect(!place.exists("out.csv") && !place.exists("out.npz"))
    try place.chiasm(["predict", run, "a=x.npy", "a=y.npy"]).expectRefusal(64, "input a is given twice")
  }

  @Test func evaluateSaysWhatAFusionReliedOn() throws {
    let place = try Workplace(copying: Workplace.synthetic.get().folder)
    try place.chiasm(["train", "data", "--method", "mixture", "--epochs", "2", "--quiet"]).expectSuccess()
    let outcome = try place.chiasm(["evaluate", "runs/" + place.runs()[0], "data", "--json", "metrics.json"])
    outcome.expectSuccess()
    let lines = outcome.output.split(separator: "\n")
    let head = try #require(lines.firstIndex { $0.hasPrefix("class") })
    for name in ["additive", "multiplicative", "low-rank"] { #expect(lines[head].contains(name)) }
    #expect(lines.last?.hasPrefix("all") == true)
    let metrics = try #require(try place.json("metrics.json") as? [String: Double])
    let total = ["additive", "multiplicative", "low-rank"].reduce(0) { $0 + (metrics["choice(\($1) | 1)"] ?? .nan) }
    #expect(abs(total - 1) < 1e-5)
  }

  /// New files of one sample and the run folder are enough; the prediction is that of the same sample in the data set.
  @Test func predictNewFiles() throws {
    let place = try Workplace(copying: Workplace.trained.get().folder)
    let row = 165
    for name in ["a", "b"] { try NPY.write(NPY.read(place.url("data/\(name).npy"))[row], to: place.url("\(name).npy")) }
    try FileManager.default.removeItem(at: place.url("data"))
    try FileManager.default.removeItem(at: place.url("runs"))
    let expected = try recorded(place, id: "166")

    let both = try prediction(place, ["predict", "run", "a=a.npy", "b=b.npy", "--json", "-"])
    for (name, probability) in both.probabilities { #expect(abs(probability - (expected[name] ?? .nan)) < 1e-5) }
    for file in ["a=a.npy", "b=b.npy"] {
      let one = try prediction(place, ["predict", "run", file, "--json", "-"])
      #expect(abs(one.probabilities.values.reduce(0, +) - 1) < 1e-5)
      #expect(one.probabilities != both.probabilities, "an absent modality is not a present one")
    }
    let table = try place.chiasm(["predict", "run", "a=a.npy"])
    #expect(table.output.contains("probability") && table.output.contains("sample"))
    #expect(!place.exists("runs"), "predicting begins no run")
  }

  @Test func predictAFolder() throws {
    let place = try Workplace(copying: Workplace.trained.get().folder)
    let outcome = try place.chiasm(["predict", "run", "data", "--out", "all.csv"])
    outcome.expectSuccess()
    #expect(outcome.output.contains("and 180 more"))
    let table = try SampleTable.read(place.url("all.csv"))
    #expect(table.header == ["id", "prediction", "p(0)", "p(1)"] && table.rows.count == 200)
    let expected = try recorded(place, id: "166")
    let found = try #require(table.rows.first { $0[0] == "166" })
    for (column, name) in [(2, "0"), (3, "1")] {
      #expect(abs(try #require(Double(found[column])) - (expected[name] ?? .nan)) < 1e-5)
    }
  }

  @Test func embed() throws {
    let place = try Workplace(copying: Workplace.trained.get().folder)
    try place.chiasm(["embed", "run", "data", "out.npz"]).expectSuccess()
    try place.chiasm(["embed", "run", "data", "out.safetensors", "--quiet"]).expectSuccess()
    let arrays = try NPZ.read(place.url("out.npz"))
    let (tensors, metadata) = try Safetensors.read(place.url("out.safetensors"))
    #expect(arrays["representation"]?.shape == [200, 32] && arrays["prediction"]?.shape == [200, 2])
    #expect(arrays["representation"]?.floats == tensors["representation"]?.floats)
    #expect(metadata["ids"]?.split(separator: "\n").count == 200)
    let expected = try recorded(place, id: "166")
    let row = try #require(arrays["prediction"])[165].doubles
    #expect(abs(row[0] - (expected["0"] ?? .nan)) < 1e-5)
  }

  /// A training stopped by Ctrl-C goes on to the model it would have become.
  @Test func ctrlCAndResume() throws {
    let place = try Workplace(copying: Workplace.synthetic.get().folder)
    let training = ["train", "data", "--method", "gated", "--epochs", "1000", "--patience", "1000"]
    let stopped = try place.chiasm(training) {
      guard let id = try? place.runs().first, let log = try? place.text("runs/\(id)/log.txt") else { return false }
      return log.contains("start")
    }
    let id = try place.runs()[0]
    stopped.expectRefusal(130, "chiasm: interrupted; go on with: chiasm train --resume \(id)\n")
    #expect(place.exists("runs/\(id)/checkpoint.safetensors") && !place.exists("runs/\(id)/model.safetensors"))
    try place.chiasm(["train", "--resume", id, "--json", "resumed.json", "--quiet"]).expectSuccess()
    try place.chiasm(training + ["--json", "whole.json", "--quiet"]).expectSuccess()
    let (resumed, whole) = (try trial(place, "resumed.json"), try trial(place, "whole.json"))
    for key in ["metrics", "validationMetrics", "predictions", "bestEpoch", "ids"] {
      #expect(resumed[key] as? NSObject == whole[key] as? NSObject, "\(key)")
    }
    #expect((resumed["epochs"] as? [Any])?.count == 1000)
    // A finished training is shown, not done again, and keeps what it began with.
    let again = try place.chiasm(["train", "--resume", id])
    again.expectSuccess()
    #expect(again.output.contains("run \(id) in runs/\(id)"))
    try place.chiasm(["train", "--resume", id, "--epochs", "3"]).expectRefusal(64, "leave the others out")
  }

  private func trial(_ place: Workplace, _ file: String) throws -> [String: Any] {
    try #require(try place.json(file) as? [String: Any])
  }

  private func prediction(
    _ place: Workplace, _ arguments: [String]
  ) throws -> (prediction: String, probabilities: [String: Double]) {
    let outcome = try place.chiasm(arguments)
    outcome.expectSuccess()
    let rows = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [[String: Any]]
    let row = try #require(rows?.first)
    return (try #require(row["prediction"] as? String), try #require(row["probabilities"] as? [String: Double]))
  }

  /// Probabilities by class that the run noted for a test sample.
  private func recorded(_ place: Workplace, id: String) throws -> [String: Double] {
    let table = try SampleTable.read(place.url("run/predictions.csv"))
    let row = try #require(table.rows.first { $0[0] == id })
    return ["0": try #require(Double(row[3])), "1": try #require(Double(row[4]))]
  }
}
