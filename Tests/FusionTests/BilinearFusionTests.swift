import Fusion
import Layers
import Tensors
import Testing

@Suite struct BilinearFusionTests {
  let fusion = BilinearFusion(widths: [3, 5, 2], projection: 4, output: 6, generator: Generator(seed: 1))

  init() { fusion.convert(to: .float64) }

  /// Σ_{a<b} p_aᵀ W_ab p_b by einsum.
  private func expected(_ projected: [Tensor]) -> Tensor {
    let state = fusion.state()
    var sum = state["bias"]!.unsqueezed(0)
    for (pair, (a, b)) in [(0, 1), (0, 2), (1, 2)].enumerated() {
      let weight = state["pairs.\(pair).weight"]!.reshaped([6, 4, 4])
      sum = sum + Tensor.einsum("bi,oij,bj->bo", [projected[a], weight, projected[b]])
    }
    return sum
  }

  private func projected(_ inputs: [Tensor]) -> [Tensor] {
    let state = fusion.state()
    return inputs.enumerated().map { $1.matmul(state["projections.\($0).weight"]!.transposed()) }
  }

  @Test func sumsBilinearFormsOfPairs() {
    let inputs = encodings([3, 5, 2])
    expectClose(fusion(inputs, present: nil), expected(projected(inputs)))
  }

  @Test func anAbsentModalityProjectsToOnes() {
    let inputs = encodings([3, 5, 2], count: 1)
    var projected = projected(inputs)
    projected[1] = .ones([1, 4], dtype: .float64)
    expectClose(fusion(inputs, present: mask([[true, false, true]])), expected(projected))
  }

  @Test func permutingModalitiesChangesNothing() throws {
    let order = [1, 0, 2]
    let other = BilinearFusion(widths: [5, 3, 2], projection: 4, output: 6, generator: Generator(seed: 2))
    other.convert(to: .float64)
    let state = fusion.state()
    var permuted = permuting(state, ["projections"], order: order)
    // The pair (0, 1) turns round; (0, 2) and (1, 2) change places.
    permuted["pairs.0.weight"] = state["pairs.0.weight"]!.reshaped([6, 4, 4]).transposed().reshaped([6, 16])
    permuted["pairs.1.weight"] = state["pairs.2.weight"]
    permuted["pairs.2.weight"] = state["pairs.1.weight"]
    try other.load(permuted)
    let inputs = encodings([3, 5, 2])
    expectClose(other(order.map { inputs[$0] }, present: nil), fusion(inputs, present: nil))
  }
}
