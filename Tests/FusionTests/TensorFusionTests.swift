import Fusion
import Layers
import Tensors
import Testing

@Suite struct TensorFusionTests {
  @Test func fusedWidthOfThePaper() throws {
    let fusion = try TensorFusion(widths: [32, 128, 32], output: 1, generator: Generator(seed: 1))
    #expect(fusion.fusedWidth == 140_481)
    #expect(fusion.fused(encodings([32, 128, 32], count: 1, dtype: .float32), present: nil).shape == [1, 140_481])
  }

  /// Every product of one entry of each [x_m; 1], by nested loops.
  @Test(arguments: 2...4) func holdsEveryProduct(modalities: Int) throws {
    let widths = Array([2, 3, 1, 2].prefix(modalities))
    let fusion = try TensorFusion(widths: widths, output: 4, generator: Generator(seed: 1))
    fusion.convert(to: .float64)
    let inputs = encodings(widths, count: 2)
    let rows = (0..<2).map { sample in
      inputs.map { $0[sample].doubles + [1] }.reduce([1.0]) { product, x in product.flatMap { p in x.map { p * $0 } } }
    }
    let tensor = Tensor(rows.flatMap { $0 }, shape: [2, fusion.fusedWidth])
    expectClose(fusion.fused(inputs, present: nil), tensor)
    let state = fusion.state()
    expectClose(
      fusion(inputs, present: nil), tensor.matmul(state["output.weight"]!.transposed()) + state["output.bias"]!)
  }

  /// An absent modality is [0; 1]: what remains is the tensor of the others.
  @Test func lowerOrdersRemain() throws {
    let fusion = try TensorFusion(widths: [2, 3], output: 4, generator: Generator(seed: 1))
    let inputs = encodings([2, 3], count: 1)
    let found = fusion.fused(inputs, present: mask([[true, false]])).reshaped([3, 4])
    let expected = Tensor(inputs[0].doubles.flatMap { [0, 0, 0, $0] } + [0, 0, 0, 1], shape: [3, 4])
    expectClose(found, expected)
  }

  @Test func aProjectionOffsetDoesNotStandForAnAbsentModality() throws {
    let fusion = try TensorFusion(widths: [4, 5], projection: 2, output: 4, generator: Generator(seed: 1))
    fusion.convert(to: .float64)
    let found = fusion.fused(encodings([4, 5], count: 1), present: mask([[false, true]])).reshaped([3, 3])
    #expect(found[0..<2].abs().max().item() == 0)
    #expect(found[2][2].item() == 1)
  }

  @Test(arguments: [[600, 600], [64, 64, 64], Array(repeating: 1 << 20, count: 8)])
  func refusesTooWideATensor(widths: [Int]) {
    let error = #expect(throws: UsageError.self) {
      _ = try TensorFusion(widths: widths, generator: Generator(seed: 1))
    }
    #expect(error?.description.contains("lower the option projection") == true)
  }

  @Test func projectionWidthKeepsTheTensorSmall() {
    #expect((2...6).map { TensorFusion.projectionWidth(modalities: $0) } == [16, 16, 8, 5, 3])
  }

  @Test func permutingModalitiesChangesNothing() throws {
    let fusion = try TensorFusion(widths: [2, 3, 4], output: 5, generator: Generator(seed: 1))
    let other = try TensorFusion(widths: [4, 2, 3], output: 5, generator: Generator(seed: 2))
    for fusion in [fusion, other] { fusion.convert(to: .float64) }
    var state = fusion.state()
    state["output.weight"] = state["output.weight"]!.reshaped([5, 3, 4, 5]).permuted([0, 3, 1, 2]).reshaped([5, 60])
    try other.load(state)
    let inputs = encodings([2, 3, 4])
    expectClose(other([inputs[2], inputs[0], inputs[1]], present: nil), fusion(inputs, present: nil))
  }
}
