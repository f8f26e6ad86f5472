import Foundation
import Fusion
import Layers
import Tensors
import Testing

@Suite struct FactorizedBilinearFusionTests {
  /// For two modalities without offsets, each number is xᵀ W y with W = Σ_k u_k v_kᵀ.
  @Test func isABilinearFormOfLowRank() {
    let (factor, output) = (3, 4)
    let fusion = FactorizedBilinearFusion(
      widths: [5, 6], factor: factor, output: output, generator: Generator(seed: 1))
    fusion.convert(to: .float64)
    for (name, parameter) in fusion.namedParameters() where name.hasSuffix("bias") {
      parameter.assign(parameter.value.zerosLike())
    }
    let state = fusion.state()
    let inputs = encodings([5, 6])
    let factors = (0..<2).map { state["projections.\($0).weight"]!.reshaped([output, factor, [5, 6][$0]]) }
    let weight = Tensor.einsum("oki,okj->oij", factors)
    #expect(weight[0].svd().s[3...].doubles.allSatisfy { $0 < 1e-12 })
    let expected = Tensor.einsum("bi,oij,bj->bo", [inputs[0], weight, inputs[1]])
    expectClose(fusion.pooled(inputs, present: nil), expected)
    // The paper's two normalisations, number by number; the slope limit of the root shifts it by less than 10⁻³.
    let rooted = expected.doubles.map { $0 / sqrt(abs($0) + 1e-4) }
    let found = fusion(inputs, present: nil).doubles
    for row in 0..<4 {
      let own = Array(rooted[row * output..<(row + 1) * output])
      let length = sqrt(own.map { $0 * $0 }.reduce(0, +))
      for (unit, value) in own.enumerated() {
        #expect(abs(found[row * output + unit] - value / length * sqrt(Double(output))) < 1e-9)
      }
    }
  }

  /// With every modality there, the sum over pairs; an absent one leaves its partners' projections.
  @Test func pairsAreSummed() {
    let fusion = FactorizedBilinearFusion(widths: [3, 2, 4], factor: 2, output: 3, generator: Generator(seed: 1))
    fusion.convert(to: .float64)
    let state = fusion.state()
    let inputs = encodings([3, 2, 4], count: 1)
    let factors = (0..<3).map {
      inputs[$0].linear(state["projections.\($0).weight"]!, bias: state["projections.\($0).bias"]!)[0].doubles
    }
    func pooled(_ a: [Double], _ b: [Double]) -> [Double] {
      let products = zip(a, b).map { $0 * $1 }
      return (0..<3).map { unit in products[2 * unit] + products[2 * unit + 1] }
    }
    func sum(_ parts: [[Double]]) -> [Double] { (0..<3).map { unit in parts.reduce(0) { $0 + $1[unit] } } }
    let all = sum([pooled(factors[0], factors[1]), pooled(factors[0], factors[2]), pooled(factors[1], factors[2])])
    expectClose(fusion.pooled(inputs, present: nil), Tensor(all, shape: [1, 3]))
    let ones = [Double](repeating: 1, count: 6)
    let without = sum([pooled(factors[0], ones), pooled(factors[0], factors[2]), pooled(ones, factors[2])])
    expectClose(fusion.pooled(inputs, present: mask([[true, false, true]])), Tensor(without, shape: [1, 3]))
  }

  @Test func lengthIsTheRootOfTheWidth() {
    let fusion = FactorizedBilinearFusion(widths: [3, 2], factor: 5, output: 9, generator: Generator(seed: 1))
    let lengths = fusion(encodings([3, 2], dtype: .float32), present: nil).norm(axes: [1]).doubles
    #expect(lengths.allSatisfy { abs($0 - 3) < 1e-5 })
  }
}
