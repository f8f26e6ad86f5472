import Foundation
import Quantification
import Tensors
import Testing

@Suite struct ModalityImportanceTests {
  /// Outputs of three modalities with every kind of interaction, `[2, 2]`.
  private func game(_ kept: [Bool]) -> Tensor {
    let x = kept.map { $0 ? 1.0 : 0 }
    let one = [1 + 2 * x[0] - x[1], 3 * x[0] * x[1]]
    let two = [x[0] * x[1] * x[2] * 6 + x[2], 5 - 4 * x[1] * x[2]]
    return Tensor(one + two, shape: [2, 2])
  }

  @Test func shapley() {
    let values = ModalityImportance.shapley(modalities: 3, outputs: game)
    #expect(values.shape == [2, 3, 2])
    // Additive terms stay, products are shared evenly.
    let expected = [2, 1.5, -1, 1.5, 0, 0, 2, 0, 2, -2, 3, -2]
    for (value, expected) in zip(values.doubles, expected) { #expect(abs(value - expected) < 1e-12) }
  }

  /// By the definition over all orders in which modalities arrive, for four of them.
  @Test func shapleyByOrders() {
    func value(_ kept: [Bool]) -> Double {
      let code = kept.enumerated().reduce(0) { $0 + ($1.element ? 1 << $1.offset : 0) }
      return sin(Double(code) * 1.7) * 3
    }
    let values = ModalityImportance.shapley(modalities: 4) { Tensor([value($0)], shape: [1, 1]) }.doubles
    var expected = [Double](repeating: 0, count: 4)
    func arrive(_ kept: [Bool], _ weight: Double) {
      let waiting = kept.indices.filter { !kept[$0] }
      for next in waiting {
        var with = kept
        with[next] = true
        expected[next] += weight / Double(waiting.count) * (value(with) - value(kept))
        arrive(with, weight / Double(waiting.count))
      }
    }
    arrive([false, false, false, false], 1)
    for (value, expected) in zip(values, expected) { #expect(abs(value - expected) < 1e-12) }
  }

  /// For additive outputs LIME finds the terms, whatever the width; otherwise the normal equations hold.
  @Test(arguments: [0.25, 1]) func lime(_ width: Double) {
    let additive = ModalityImportance.lime(modalities: 3, width: width) { kept in
      Tensor([4 + (kept[0] ? 2.0 : 0) - (kept[2] ? 3 : 0)], shape: [1, 1])
    }.doubles
    for (value, expected) in zip(additive, [2.0, 0, -3]) { #expect(abs(value - expected) < 1e-9) }
    let found = ModalityImportance.lime(modalities: 2, width: width) { kept in
      Tensor([kept[0] && kept[1] ? 1.0 : 0], shape: [1, 1])
    }.doubles
    // Weights 1 for both, w for one, u for none; by symmetry one coefficient b and an intercept a.
    let (w, u) = (exp(-pow(1 - 0.5.squareRoot(), 2) / (width * width)), exp(-1 / (width * width)))
    // ∂a: (1 + 2w + u) a + 2 (1 + w) b = 1; ∂b: (1 + w) a + (2 + w) b = 1.
    let determinant = (1 + 2 * w + u) * (2 + w) - 2 * (1 + w) * (1 + w)
    let expected = ((1 + 2 * w + u) - (1 + w)) / determinant
    for value in found { #expect(abs(value - expected) < 1e-9, "\(found), \(expected)") }
  }

  @Test func gradients() {
    let generator = Generator(seed: 1)
    let (a, b) = (
      Tensor.randn([5, 3], dtype: .float64, generator: generator),
      Tensor.randn([5, 2], dtype: .float64, generator: generator)
    )
    let (u, v) = (
      Tensor.randn([3, 2], dtype: .float64, generator: generator),
      Tensor.randn([2, 2], dtype: .float64, generator: generator)
    )
    let output = Tensor([0, 1, 1, 0, 1])
    let linear = ModalityImportance.gradients([a, b], output: output) { $0[0].matmul(u) + $0[1].matmul(v) }
    let parts = [a.matmul(u), b.matmul(v)].map { $0.gather(axis: 1, output.unsqueezed(1)).doubles }
    for (row, pair) in zip(0..., stride(from: 0, to: 10, by: 2)) {
      #expect(abs(linear.doubles[pair] - parts[0][row]) < 1e-12)
      #expect(abs(linear.doubles[pair + 1] - parts[1][row]) < 1e-12)
    }
    let ignored = ModalityImportance.gradients([a, b], output: output) { $0[0].matmul(u) }
    #expect(ignored.select(axis: 1, index: 1).doubles == [0, 0, 0, 0, 0])
  }

  @Test func relations() {
    let contributions: [Double] = [4, 0, 0.5, 0, 0.5, 0, 0, 4, 1, 1, 1, 0.5, 1, -1, -1, 0.5, 1, 0, 0, 1, 0, 0, 0, 0]
    let found = ModalityImportance.relations(Tensor(contributions, shape: [6, 2, 2]), 0, 1)
    #expect(found == [.dominanceOfFirst, .dominanceOfSecond, .complement, .conflict, .none, .none])
  }
}
