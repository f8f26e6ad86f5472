import Foundation
import Testing

@Suite struct CoordinateCommandTests {
  @Test(arguments: ["cca", "gcca", "mcca", "kernel-cca", "semantic", "semantic-correlation"])
  func linksTwoModalities(method: String) throws {
    let place = try Workplace(copying: Workplace.synthetic.get().folder)
    let outcome = try place.chiasm([
      "coordinate", "data", "--method", method, "--components", "2", "--json", "result.json", "--out", "shared.npz",
    ])
    outcome.expectSuccess()
    #expect(outcome.output.contains("median rank"))
    #expect(place.exists("shared.npz"))
    let result = try #require(try place.json("result.json") as? [String: Any])
    let retrieval = try #require(result["retrieval"] as? [[String: Any]])
    #expect(retrieval.count == 2)
    for row in retrieval { #expect((0...1).contains(try #require(row["meanAveragePrecision"] as? Double))) }
    let components = try #require(result["components"] as? [[String: Any]])
    for component in components { #expect(abs(try #require(component["testCorrelation"] as? Double)) <= 1) }
  }

  /// Of one view and its copy every correlation is 1 and its F is infinite, which JSON has no number for.
  @Test func aViewAndItsCopy() throws {
    let place = try Workplace(copying: Workplace.synthetic.get().folder)
    try FileManager.default.removeItem(at: place.url("data/b.npy"))
    try FileManager.default.copyItem(at: place.url("data/a.npy"), to: place.url("data/b.npy"))
    try place.chiasm(["coordinate", "data", "--components", "2", "--json", "result.json"]).expectSuccess()
    let result = try #require(try place.json("result.json") as? [String: Any])
    let components = try #require(result["components"] as? [[String: Any]])
    #expect(components.count == 2 && components.allSatisfy { abs(($0["correlation"] as? Double ?? 0) - 1) < 1e-9 })
  }

  /// Linear kernels of narrow views span few dimensions, which nobody asked to be more.
  @Test(arguments: [[], ["--components", "40"]]) func kernelsOfFewDimensions(arguments: [String]) throws {
    let place = try Workplace()
    try place.chiasm(["data", "synthetic", "data", "--samples", "900", "--width", "3", "--quiet"]).expectSuccess()
    let call = ["coordinate", "data", "--method", "kernel-cca", "--kernel", "linear", "--json", "result.json"]
    try place.chiasm(call + arguments).expectSuccess()
    let result = try #require(try place.json("result.json") as? [String: Any])
    #expect((result["components"] as? [Any])?.count == 3)
  }

  /// Of more features than samples every correlation is 1, which says nothing.
  @Test func moreFeaturesThanSamples() throws {
    let place = try Workplace()
    try place.chiasm(["data", "synthetic", "data", "--samples", "60", "--width", "40", "--quiet"]).expectSuccess()
    let wide = try place.chiasm(["coordinate", "data", "--components", "2", "--json", "r.json"])
    wide.expectSuccess()
    #expect(wide.output.contains("Caution: there are more features (40 of a, 40 of b) than samples fitted"))
    #expect(wide.output.contains("only those on test say something"))
    let result = try #require(try place.json("r.json") as? [String: Any])
    #expect((result["cautions"] as? [String])?.count == 1)
    let components = try #require(result["components"] as? [[String: Any]])
    for component in components {
      #expect(try #require(component["correlation"] as? Double) > 0.999)
      #expect(try #require(component["testCorrelation"] as? Double) < 0.9)
    }
    let narrow = try place.chiasm(["coordinate", "data", "--components", "2", "--method", "kernel-cca"])
    narrow.expectSuccess()
    #expect(!narrow.output.contains("Caution"))
  }

  @Test(arguments: ["cca", "semantic-correlation"]) func componentsCanBeChosen(method: String) throws {
    let place = try Workplace(copying: Workplace.synthetic.get().folder)
    let outcome = try place.chiasm([
      "coordinate", "data", "--method", method, "--components", "auto", "--json", "result.json",
    ])
    outcome.expectSuccess()
    #expect(outcome.output.contains("chosen by cross-validation"))
    let result = try #require(try place.json("result.json") as? [String: Any])
    let selection = try #require(result["selection"] as? [String: Any])
    #expect((1...20).contains(try #require(selection["components"] as? Int)))
  }

  @Test func deepMethodRefusesSmallBatches() throws {
    let place = try Workplace(copying: Workplace.synthetic.get().folder)
    let call = ["coordinate", "data", "--method", "deep-cca", "--components", "8", "--epochs", "2", "--batch-size"]
    let refused = try place.chiasm(call + ["8"])
    #expect(refused.status == 64 && refused.errors.contains("correlate perfectly"))
    #expect(refused.errorLines.count == 1)
    try place.chiasm(call + ["60"]).expectSuccess()
  }

  @Test(arguments: [
    ["--method", "pca"], ["--method", "gcca", "--components", "auto"], ["--components", "many"], ["--components", "0"],
    ["--components", "99"], ["--regularisation", "ridge"],
    ["--regularisation", "shrinkage=2"], ["--modalities", "nothing,else"], ["--modalities", "a,a"],
    ["--method", "kernel-cca", "--kernel", "rbff"], ["--method", "kernel-cca", "--regularisation", "none"],
    ["--hidden", "x"], ["--out", "shared.csv"], ["--epochs", "5"], ["--method", "gcca", "--batch-size", "8"],
  ])
  func refusesWrongUse(arguments: [String]) throws {
    let place = try Workplace(copying: Workplace.synthetic.get().folder)
    let outcome = try place.chiasm(["coordinate", "data"] + arguments)
    #expect(outcome.status == 64, "\(outcome.errors)")
    #expect(outcome.errorLines.count == 1 && outcome.output.isEmpty)
  }

  /// What only means something where a target is predicted is not taken and ignored.
  @Test(arguments: ["cca", "deep-cca"]) func refusesWhatWeighsATarget(method: String) throws {
    let place = try Workplace()
    let call = ["coordinate", "data", "--method", method]
    try place.chiasm(call + ["--balanced"]).expectRefusal(
      64, "chiasm: --balanced weighs the classes of a target that is predicted; coordinate has none\n")
    try place.chiasm(call + ["--balance", "blending"]).expectRefusal(64, "--balance ", "coordinate has no such target")
    try place.chiasm(call + ["--utilization"]).expectRefusal(64, "--utilization ", "coordinate has no such target")
  }

  @Test func refusesWhatIsNoDataSet() throws {
    for command in [["coordinate"], ["kernel", "mkl"]] {
      let outcome = try Workplace().chiasm(command + ["nowhere"])
      #expect(outcome.status == 65 && outcome.errorLines.count == 1)
    }
  }
}

@Suite struct KernelCommandTests {
  @Test(arguments: ["simple", "norm=2", "squared=2", "uniform"])
  func learnsWeights(constraint: String) throws {
    let place = try Workplace(copying: Workplace.synthetic.get().folder)
    let outcome = try place.chiasm([
      "kernel", "mkl", "data", "--constraint", constraint, "--cost", "0.1,1", "--json", "result.json",
    ])
    outcome.expectSuccess()
    let result = try #require(try place.json("result.json") as? [String: Any])
    let rows = try #require(result["rows"] as? [[String: Any]])
    // The learned sum, the average, the concatenation, and two kernels of each of two modalities alone.
    #expect(rows.count == 7)
    for row in rows {
      #expect((0...1).contains(try #require(row["test"] as? Double)))
      #expect(try #require(row["gap"] as? Double) <= 1e-4)
    }
    let weights = try #require(result["weights"] as? [[Double]])
    #expect(weights.allSatisfy { $0.count == 4 && $0.allSatisfy { $0 >= 0 } })
  }

  @Test(arguments: [
    ["--kernels", "rbf"], ["--kernels", "nothing:rbf"], ["--kernels", ""], ["--constraint", "norm=1"],
    ["--constraint", "l1"], ["--cost", "0"], ["--cost", "1,x"], ["--normalisation", "other"], ["--tolerance", "0"],
    ["--memory", "0.00001"],
  ])
  func refusesWrongUse(arguments: [String]) throws {
    let place = try Workplace(copying: Workplace.synthetic.get().folder)
    let outcome = try place.chiasm(["kernel", "mkl", "data"] + arguments)
    #expect(outcome.status == 64, "\(outcome.errors)")
    #expect(outcome.errorLines.count == 1 && outcome.output.isEmpty)
  }
}
