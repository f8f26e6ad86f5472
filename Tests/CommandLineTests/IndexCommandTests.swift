import Foundation
import Tensors
import Testing

@Suite struct IndexCommandTests {
  /// `data`, and `shared.npz` and `shared.safetensors` as `coordinate` writes them.
  private static let linked = Result {
    let place = try Workplace(copying: Workplace.synthetic.get().folder)
    for kind in ["npz", "safetensors"] {
      try place.chiasm(["coordinate", "data", "--components", "3", "--out", "shared.\(kind)", "--quiet"])
        .expectSuccess()
    }
    return place
  }

  @Test(arguments: ["npz", "safetensors"], [false, true]) func findsPairs(kind: String, approximate: Bool) throws {
    let place = try Workplace(copying: Self.linked.get().folder)
    try place.chiasm(
      ["index", "build", "shared.\(kind)", "shared.index", "--data", "data"] + (approximate ? ["--approximate"] : [])
    ).expectSuccess()
    let measured = try place.chiasm(["index", "query", "shared.index", "--json", "result.json"])
    measured.expectSuccess()
    #expect(measured.output.contains("median rank"))
    let rows = try #require(try place.json("result.json") as? [[String: Any]])
    #expect(rows.map { "\($0["query"]!) \($0["items"]!)" } == ["a b", "b a"])
    for row in rows {
      let recall = try #require(row["recall"] as? [Double])
      #expect(recall == recall.sorted() && recall.allSatisfy((0...1).contains))
      #expect((0...1).contains(try #require(row["meanAveragePrecision"] as? Double)))
      #expect(try #require(row["share"] as? Double) > (approximate ? 0.8 : 0.999))
    }
    let vectors = try NPZ.read(place.url("shared.npz"))
    let ids = try #require(
      try Safetensors.read(place.url("shared.safetensors")).metadata["ids"]?.split(separator: "\n").map(String.init))
    let found = try place.chiasm([
      "index", "query", "shared.index", "--from", "a", "--to", "b", "--id", ids[4], "--count", "3", "--json", "-",
    ])
    found.expectSuccess()
    let answers = try #require(try JSONSerialization.jsonObject(with: Data(found.output.utf8)) as? [[String: Any]])
    let neighbours = try #require(answers[0]["neighbours"] as? [[String: Any]])
    #expect(neighbours.count == 3)
    // The best by hand.
    let query = try #require(vectors["a"])[4].unsqueezed(0)
    let scores = query.cosineSimilarity(try #require(vectors["b"]))
    let best = try #require(neighbours[0]["id"] as? String)
    #expect(abs(scores[try #require(ids.firstIndex(of: best))].item() - scores.max().item()) < 1e-5)
    #expect(abs(try #require(neighbours[0]["score"] as? Double) - scores.max().item()) < 1e-5)
    #expect(neighbours[0]["label"] is String)
  }

  @Test func runsThatLinkModalitiesAreIndexed() throws {
    let place = try Workplace(copying: Workplace.synthetic.get().folder)
    try place.chiasm(["train", "data", "--method", "cca", "--quiet"]).expectSuccess()
    let run = try place.runs()[0]
    try place.chiasm(["index", "build", run, "test.index", "--split", "test"]).expectSuccess()
    let outcome = try place.chiasm(["index", "query", "test.index", "--from", "a"])
    outcome.expectSuccess()
    #expect(outcome.output.split(separator: "\n").last?.hasPrefix("a") == true)
  }

  @Test func otherRunsAreSearchedByWholeSamples() throws {
    let place = try Workplace(copying: Workplace.trained.get().folder)
    try place.chiasm(["index", "build", "run", "whole.index", "--data", "data"]).expectSuccess()
    try place.chiasm(["index", "query", "whole.index", "--json", "result.json"]).expectSuccess()
    let rows = try #require(try place.json("result.json") as? [[String: Any]])
    #expect(rows.count == 1 && rows[0]["recall"] == nil && rows[0]["meanAveragePrecision"] is Double)
    let ids = try #require(try Safetensors.read(place.url("whole.index")).metadata["ids"])
    let id = try JSONDecoder().decode([String].self, from: Data(ids.utf8))[7]
    let found = try place.chiasm(["index", "query", "whole.index", "--id", id, "--count", "4", "--json", "-"])
    found.expectSuccess()
    let answers = try #require(try JSONSerialization.jsonObject(with: Data(found.output.utf8)) as? [[String: Any]])
    let neighbours = try #require(answers[0]["neighbours"] as? [[String: Any]])
    // A sample does not find itself.
    #expect(neighbours.count == 4 && !neighbours.contains { $0["id"] as? String == id })
  }

  @Test(arguments: [
    ["index", "build", "shared.npz", "x.index", "--split", "test"],
    ["index", "build", "shared.npz", "x.index", "--modalities", "c"],
    ["index", "build", "shared.npz", "x.index", "--approximate", "--links", "1"],
    ["index", "build", "nowhere", "x.index"], ["index", "query", "good.index", "--from", "c"],
    ["index", "query", "good.index", "--id", "nobody"], ["index", "query", "good.index", "--count", "0"],
  ])
  func refusesWrongUse(arguments: [String]) throws {
    let place = try Workplace(copying: Self.linked.get().folder)
    try place.chiasm(["index", "build", "shared.npz", "good.index"]).expectSuccess()
    let outcome = try place.chiasm(arguments)
    #expect(outcome.status == 64, "\(outcome.errors)")
    #expect(outcome.errorLines.count == 1 && outcome.output.isEmpty)
  }

  @Test func refusesDamagedFiles() throws {
    let place = try Workplace(copying: Self.linked.get().folder)
    try place.chiasm(["index", "build", "shared.npz", "good.index", "--approximate"]).expectSuccess()
    let (tensors, metadata) = try Safetensors.read(place.url("good.index"))
    let damages: [([String: Tensor], [String: String])] = [
      (tensors.filter { $0.key != "graph.a" }, metadata),
      (tensors.filter { $0.key != "vectors.a" }, metadata),
      (tensors.merging(["other": Tensor.zeros([1])]) { $1 }, metadata),
      (tensors.merging(["vectors.a": tensors["vectors.a"]!.narrow(axis: 0, start: 0, length: 3)]) { $1 }, metadata),
      (tensors.merging(["vectors.a": Tensor.full(tensors["vectors.a"]!.shape, .nan)]) { $1 }, metadata),
      (tensors.merging(["graph.a": Tensor.zeros([9], dtype: .uint8)]) { $1 }, metadata),
      (tensors, metadata.merging(["ids": "[\"1\"]"]) { $1 }), (tensors, metadata.filter { $0.key != "search" }),
      (tensors, metadata.merging(["format": "x"]) { $1 }),
    ]
    for (number, damage) in damages.enumerated() {
      try Safetensors.write(damage.0, metadata: damage.1, to: place.url("bad.index"))
      let outcome = try place.chiasm(["index", "query", "bad.index"])
      #expect(outcome.status == 65 && outcome.errorLines.count == 1, "damage \(number): \(outcome.errors)")
    }
    #expect(try place.chiasm(["index", "query", "data/a.npy"]).status == 65)
    #expect(try place.chiasm(["index", "build", "missing.npz", "x.index"]).status == 65)
  }
}
