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
      (tensors, metadata.merging(["checksum": "1"]) { $1 }),
    ]
    for (number, damage) in damages.enumerated() {
      // With the checksum, and as older versions wrote them.
      for metadata in [damage.1, damage.1.filter { $0.key != "checksum" || number == damages.count - 1 }] {
        try Safetensors.write(damage.0, metadata: metadata, to: place.url("bad.index"))
        let outcome = try place.chiasm(["index", "query", "bad.index"])
        #expect(outcome.status == 65 && outcome.errorLines.count == 1, "damage \(number): \(outcome.errors)")
        #expect(outcome.errors.hasPrefix("chiasm: bad.index: "), "\(outcome.errors)")
      }
    }
    #expect(try place.chiasm(["index", "query", "data/a.npy"]).status == 65)
    #expect(try place.chiasm(["index", "build", "missing.npz", "x.index"]).status == 65)
  }

  /// Samples that lack a modality have no vector; the others are still found among the data.
  @Test(arguments: ["npz", "safetensors"]) func emptyCells(kind: String) throws {
    let place = try Workplace(copying: Workplace.synthetic.get().folder)
    try NPY.write(Tensor((0..<200).map { $0 % 7 != 3 }), to: place.url("data/a.present.npy"))
    let linked = try place.chiasm(["coordinate", "data", "--components", "2", "--out", "shared.\(kind)"])
    linked.expectSuccess()
    #expect(linked.output.contains("171 samples in the shared space; 29 that lack a modality are left out"))
    try place.chiasm(["index", "build", "shared.\(kind)", "shared.index", "--data", "data"]).expectSuccess()
    let ids = try #require(try Safetensors.read(place.url("shared.index")).metadata["ids"])
    let kept = try place.text("data/samples.csv").split(separator: "\n").dropFirst().enumerated()
      .filter { $0.offset % 7 != 3 }.map { String($0.element.prefix { $0 != "," }) }
    #expect(try JSONDecoder().decode([String].self, from: Data(ids.utf8)) == kept)
    if kind == "npz" {
      let rows = try #require(try NPZ.read(place.url("shared.npz"))["rows"])
      #expect(rows.integers == (0..<200).filter { $0 % 7 != 3 })
    }
  }

  @Test func rowsThatTheDataSetDoesNotHave() throws {
    let place = try Workplace(copying: Self.linked.get().folder)
    let tensors = try NPZ.read(place.url("shared.npz"))
    let rows = try #require(tensors["rows"]).integers
    let others = [Array(rows.dropLast())] + [rows[1], 9999, -1].map { [$0] + rows.dropFirst() }
    for other in others {
      try NPZ.write(tensors.merging(["rows": Tensor(other)]) { $1 }, to: place.url("bad.npz"))
      try place.chiasm(["index", "build", "bad.npz", "x.index", "--data", "data"]).expectRefusal(65, "bad.npz: rows: ")
    }
    let few = tensors.filter { $0.key != "rows" }.mapValues { $0.narrow(axis: 0, start: 0, length: 9) }
    try NPZ.write(few, to: place.url("bad.npz"))
    try place.chiasm(["index", "build", "bad.npz", "x.index", "--data", "data"])
      .expectRefusal(65, "bad.npz: 9 samples without ids; the data set has 200.")
  }

  /// Any one byte of a graph, with and without the checksum that finds it.
  @Test func damagedGraphsEndNothing() throws {
    let place = try Workplace(copying: Self.linked.get().folder)
    try place.chiasm(["index", "build", "shared.npz", "good.index", "--approximate", "--links", "4"]).expectSuccess()
    let (tensors, metadata) = try Safetensors.read(place.url("good.index"))
    let graph = try #require(tensors["graph.a"]).integers
    for position in stride(from: 5, to: graph.count, by: graph.count / 12) {
      var damaged = graph
      damaged[position] ^= 0x41
      let changed = tensors.merging(["graph.a": Tensor(damaged.map { UInt8($0) })]) { $1 }
      try Safetensors.write(changed, metadata: metadata, to: place.url("bad.index"))
      try place.chiasm(["index", "query", "bad.index"]).expectRefusal(65, "bad.index: is damaged")
      try Safetensors.write(changed, metadata: metadata.filter { $0.key != "checksum" }, to: place.url("bad.index"))
      // Values of the graph's own copy of the vectors cannot be told from others.
      let outcome = try place.chiasm(["index", "query", "bad.index"])
      let isRefused = outcome.status == 65 && outcome.errors.contains("graph.a")
      #expect(outcome.status == 0 || isRefused, "\(position): \(outcome.errors)")
    }
  }
}
