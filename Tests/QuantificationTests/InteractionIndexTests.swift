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
}
