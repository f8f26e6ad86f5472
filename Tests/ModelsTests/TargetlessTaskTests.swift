import Foundation
import Modalities
import Tensors
import Testing

@testable import Models

/// Tasks that have no target: what a model answers, and how that is scored.
@Suite struct TargetlessTaskTests {
  /// Vectors as they come.
  private struct Plain: EmbeddingModel, Likelihood {
    let names: [String]
    var parameterCount: Int { 0 }
    func state() -> [String: Tensor] { [:] }
    func embed(_ batch: Batch) -> [String: Tensor] { batch.inputs.mapValues(\.values) }
    func negativeLogLikelihood(_ batch: Batch) -> Tensor { batch.inputs[names[0]]!.values.square().sum(axes: [1]) }
  }

  private func batch(_ inputs: [String: [[Float]]], present: [String: [Bool]] = [:]) -> Batch {
    Batch(
      inputs: inputs.reduce(into: [:]) { all, entry in
        let rows = entry.value
        all[entry.key] = ModalityInput(
          values: Tensor(rows.flatMap { $0 }, shape: [rows.count, rows[0].count]),
          present: present[entry.key].map { Tensor($0) })
      }, ids: (0..<inputs.first!.value.count).map { "\($0)" })
  }

  /// Ranks by cosine, written out: of (1, 0) the nearest are (2, 0), (1, 1), (0, 1) in this order.
  @Test func ranksByHand() throws {
    let a: [[Float]] = [[1, 0], [0, 1], [1, 1]]
    let b: [[Float]] = [[2, 0], [3, 3], [0, 1]]
    let rows = try RetrievalTask(outputs: 2).answers(of: Plain(names: ["a", "b"]), to: [batch(["a": a, "b": b])])
    // Of a₁ b₂ is nearer than its own b₁; of a₂ b₁ is, and b₀ is as near as its own b₂; and so on from b.
    #expect(rows.doubles == [1, 1, 2, 2.5, 2.5, 2])
    let scores = try Predictions(rows.rowsOfDoubles, targets: [], task: .retrieval)
    #expect(scores.score(.recallAt1) == 1.0 / 3 && scores.score(.recallAt5) == 1)
    #expect(abs(scores.score(.meanReciprocalRank)! - (1 + 0.45 + 0.45) / 3) < 1e-12)
    #expect(scores.score(.medianRank) == 2)
    #expect(scores.sampleScores(.meanReciprocalRank) == [1, 0.45, 0.45] && scores.sampleScores(.medianRank) == nil)
  }

  /// Against counting in plain loops, over several batches, with samples that lack a modality.
  @Test func ranksAreCounted() throws {
    let generator = Generator(seed: 4)
    let (n, width) = (40, 3)
    let values = ["a", "b", "c"].map { _ in Tensor.randn([n, width], generator: generator).floats }
    let lacking: (Int, Int) -> Bool = { modality, row in modality == 1 && row % 7 == 0 }
    func rows(_ modality: Int) -> [[Float]] { (0..<n).map { Array(values[modality][$0 * width..<($0 + 1) * width]) } }
    let whole = batch(
      ["a": rows(0), "b": rows(1), "c": rows(2)], present: ["b": (0..<n).map { !lacking(1, $0) }])
    func part(_ run: Range<Int>) -> Batch {
      Batch(
        inputs: whole.inputs.mapValues { ModalityInput(values: $0.values[run], present: $0.present.map { $0[run] }) },
        ids: Array(whole.ids[run]))
    }
    let answers = try RetrievalTask(outputs: 6)
      .answers(of: Plain(names: ["a", "b", "c"]), to: [part(0..<16), part(16..<40)]).doubles
    func cosine(_ x: [Float], _ y: [Float]) -> Double {
      let dot = { (x: [Float], y: [Float]) in zip(x, y).reduce(0) { $0 + Double($1.0) * Double($1.1) } }
      return dot(x, y) / (dot(x, x) * dot(y, y)).squareRoot()
    }
    let pairs = [(0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1)]
    for row in 0..<n {
      for (column, (from, to)) in pairs.enumerated() {
        let gallery = (0..<n).filter { !lacking(from, $0) && !lacking(to, $0) }
        let expected: Double
        if gallery.contains(row) {
          let own = cosine(rows(from)[row], rows(to)[row])
          expected = 1 + Double(gallery.count { cosine(rows(from)[row], rows(to)[$0]) > own && $0 != row })
        } else {
          expected = Double(gallery.count + 1) / 2
        }
        #expect(answers[row * 6 + column] == expected)
      }
    }
  }

  /// A space in which everything is one point is as good as a guess.
  @Test func onePointIsAGuess() throws {
    let same = [[Float]](repeating: [1, 2], count: 9)
    let rows = try RetrievalTask(outputs: 2).answers(
      of: Plain(names: ["a", "b"]), to: [batch(["a": same, "b": same])])
    #expect(rows.doubles.allSatisfy { $0 == 5 })
  }

  @Test func densities() throws {
    let rows = try DensityTask().answers(of: Plain(names: ["a"]), to: [batch(["a": [[1, 2], [0, 3]]])])
    #expect(rows.doubles == [5, 9])
    let scores = try Predictions(rows.rowsOfDoubles, targets: [], task: .none)
    #expect(scores.score(.negativeLogLikelihood) == 7 && !Metric.negativeLogLikelihood.higherIsBetter)
  }
}

extension Tensor {
  fileprivate var rowsOfDoubles: [[Double]] {
    (0..<shape[0]).map { row in Array(doubles[row * shape[1]..<(row + 1) * shape[1]]) }
  }
}
