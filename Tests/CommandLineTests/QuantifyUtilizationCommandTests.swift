import Foundation
import Testing

@Suite struct QuantifyUtilizationCommandTests {
  @Test func ratesOfATrainingAndOfAComparison() throws {
    let place = try Workplace(copying: Workplace.compared.get().place.folder)
    let id = try place.runs()[0]
    let outcome = try place.chiasm(["quantify", id, "utilization", "--resamples", "20", "--json", "u.json"])
    outcome.expectSuccess()
    let result = try #require(try place.json("u.json") as? [String: Any])
    let methods = try #require(result["methods"] as? [[String: Any]])
    #expect(methods.compactMap { $0["method"] as? String }.sorted() == ["late", "tensor"])
    for method in methods {
      #expect((method["rates"] as? [String: Any])?.keys.sorted() == ["a", "b"])
      #expect(((method["curves"] as? [String: Any])?["a"] as? [Double])?.isEmpty == false)
    }
    let one = try place.chiasm(["quantify", "utilization", "runs/\(id)/trials/tensor-seed0", "--split", "test"])
    one.expectSuccess()
    #expect(one.output.contains("tensor") && !one.output.contains("left out"))
    try place.chiasm(["quantify", "utilization", "runs/\(id)/trials/unimodal@a-seed0"])
      .expectRefusal(65, "one modality has no others")
  }

  @Test func ratesAndBalanceWhileTraining() throws {
    let place = try Workplace(copying: Workplace.synthetic.get().folder)
    for balance in ["conditional", "blending", "impartial"] {
      try place.chiasm(["train", "data", "--epochs", "2", "--balance", balance, "--quiet"]).expectSuccess()
    }
    try place.chiasm(["train", "data", "--epochs", "2", "--no-utilization", "--method", "tensor", "--quiet"])
      .expectSuccess()
    // Runs of one second have no order.
    let runs = try place.runs().map { id in
      (config: try place.text("runs/\(id)/config.yaml"), epochs: try place.text("runs/\(id)/epochs.csv"))
    }
    for balance in ["conditional", "blending", "impartial"] {
      let run = try #require(runs.first { $0.config.contains("balance: \(balance)") })
      #expect(run.epochs.contains(",utilization(a),utilization(b)\n"))
    }
    let plain = try #require(runs.first { !$0.config.contains("balance: ") })
    #expect(!plain.epochs.contains("utilization"))
    try place.chiasm(["train", "data", "--balance", "fair"])
      .expectRefusal(64, "--balance is \"fair\"; expected conditional, blending or impartial")
    try place.chiasm([
      "compare", "data", "--methods", "unimodal,early,late", "--seeds", "1", "--epochs", "2", "--balance", "blending",
      "--quiet",
    ]).expectSuccess()
  }
}
