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
    let tables = try place.runs().map { try place.text("runs/\($0)/epochs.csv") }
    #expect(tables.prefix(3).allSatisfy { $0.contains(",utilization(a),utilization(b)\n") })
    #expect(!tables[3].contains("utilization"))
    #expect(try place.text("runs/\(place.runs()[0])/config.yaml").contains("balance: conditional"))
    try place.chiasm(["train", "data", "--balance", "fair"])
      .expectRefusal(64, "--balance is \"fair\"; expected conditional, blending or impartial")
    try place.chiasm([
      "compare", "data", "--methods", "unimodal,early,late", "--seeds", "1", "--epochs", "2", "--balance", "blending",
      "--quiet",
    ]).expectSuccess()
  }
}
