import Foundation
import Quantification
import Tensors
import Testing

@Suite struct InteractionIndexTests {
  private let inputs: [Tensor] = {
    let generator = Generator(seed: 2)
    return (0..<3).map { _ in Tensor.randn([7, 1], dtype: .float64, generator: generator) }
  }()

  @Test(arguments: [4, 1000]) func additiveFunctionsDoNotInteract(_ blockSize: Int) {
    let index = InteractionIndex(blockSize: blockSize)
    func f(_ x: [Tensor]) -> Tensor { .concatenated([x[0].sin() + x[1].exp() * x[2], x[0] + x[1]], axis: 1) }
    #expect(index.mixedDifferences(inputs, between: 0, and: 1, f).abs().max().item() < 1e-12)
    for value in index.friedmanH2(inputs, between: 0, and: 1, f) { #expect(value < 1e-24) }
    #expect(index.friedmanH2(inputs, between: 1, and: 2, f)[0] > 0.01)
  }

  /// f = ab + r: differences are (a_i − a_j)(b_i − b_j) on average; H² written out.
  @Test func products() {
    let index = InteractionIndex(blockSize: 5)
    func f(_ x: [Tensor]) -> Tensor { x[0] * x[1] + x[2] }
    let (a, b) = (inputs[0].doubles, inputs[1].doubles)
    let found = index.mixedDifferences(inputs, between: 0, and: 1, f).doubles
    for i in 0..<7 {
      let expected = (0..<7).reduce(0) { $0 + (a[i] - a[$1]) * (b[i] - b[$1]) } / 7
      #expect(abs(found[i] - expected) < 1e-12)
    }
    func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
    func centred(_ values: [Double]) -> [Double] { values.map { $0 - mean(values) } }
    let joint = centred(zip(a, b).map { $0 * $1 })
    let (one, two) = (centred(a.map { $0 * mean(b) }), centred(b.map { $0 * mean(a) }))
    let left = (0..<7).reduce(0) { $0 + pow(joint[$1] - one[$1] - two[$1], 2) }
    let expected = left / joint.reduce(0) { $0 + $1 * $1 }
    #expect(abs(index.friedmanH2(inputs, between: 0, and: 1, f)[0] - expected) < 1e-12)
  }

  /// Samples that take all combinations of centred values: a product is all interaction, a constant none.
  @Test func extremes() {
    let (a, b) = (Tensor([-1.0, -1, 1, 1], shape: [4, 1]), Tensor([-1.0, 1, -1, 1], shape: [4, 1]))
    #expect(abs(InteractionIndex().friedmanH2([a, b], between: 0, and: 1) { $0[0] * $0[1] }[0] - 1) < 1e-12)
    #expect(InteractionIndex().friedmanH2([a, b], between: 0, and: 1) { $0[0] * 0 + 3 } == [0])
  }

  /// f = ab + b² + r: what comes only from both together is the centred product on average, the rest is the rest.
  @Test func whatIsUnimodalAndWhatIsNotAddUp() {
    func f(_ x: [Tensor]) -> Tensor { x[0] * x[1] + x[1].square() + x[2] }
    let index = InteractionIndex()
    let parts = index.disentangled(inputs, between: 0, and: 1, f)
    #expect((parts.unimodal + parts.interaction - f(inputs)).abs().max().item() < 1e-12)
    let (a, b, r) = (inputs[0].doubles, inputs[1].doubles, inputs[2].doubles)
    let (meanA, meanB) = (a.reduce(0, +) / 7, b.reduce(0, +) / 7)
    let meanProduct = zip(a, b).map { $0 * $1 }.reduce(0, +) / 7
    for i in 0..<7 {
      let expected = a[i] * meanB + meanA * b[i] - meanProduct + b[i] * b[i] + r[i]
      #expect(abs(parts.unimodal.doubles[i] - expected) < 1e-12)
    }
  }

  /// Closed forms: f₁ = sin(a₁ b₁) + a₂² b₂, f₂ lacks b, f₃ is linear in a and lacks b.
  @Test func mixedDerivativesInClosedForm() {
    let generator = Generator(seed: 4)
    let (a, b) = (
      Tensor.randn([5, 2], dtype: .float64, generator: generator),
      Tensor.randn([5, 2], dtype: .float64, generator: generator)
    )
    func column(_ x: Tensor, _ index: Int) -> Tensor { x.select(axis: 1, index: index) }
    let found = InteractionIndex().mixedDerivatives([a, b], between: 0, and: 1) { x in
      let (p, q) = (x[0], x[1])
      return .stacked(
        [
          (column(p, 0) * column(q, 0)).sin() + column(p, 1).square() * column(q, 1), column(p, 0).exp(),
          column(p, 1) * 3,
        ], axis: 1)
    }
    #expect(found.shape == [5, 2, 2, 3])
    let values = found.doubles
    for n in 0..<5 {
      let (a1, a2, b1) = (a.doubles[2 * n], a.doubles[2 * n + 1], b.doubles[2 * n])
      let expected = [cos(a1 * b1) - a1 * b1 * sin(a1 * b1), 0, 0, 2 * a2]
      for pair in 0..<4 {
        #expect(abs(values[(4 * n + pair) * 3] - expected[pair]) < 1e-12)
        #expect(values[(4 * n + pair) * 3 + 1] == 0 && values[(4 * n + pair) * 3 + 2] == 0)
      }
    }
  }
}
