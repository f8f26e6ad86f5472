import Foundation
import Fusion
import Layers
import Tensors
import Testing

@Suite struct GatedFusionTests {
  /// The unit written out number by number.
  @Test(arguments: GatedFusion.Gate.allCases, [nil, [true, false, true]])
  func followsThePaper(gate: GatedFusion.Gate, present: [Bool]?) {
    let widths = [3, 2, 4]
    let fusion = GatedFusion(widths: widths, gate: gate, output: 5, generator: Generator(seed: 1))
    fusion.convert(to: .float64)
    let state = fusion.state()
    let inputs = encodings(widths, count: 1)
    let there = present ?? [true, true, true]
    let rows = zip(inputs, there).map { $1 ? $0.doubles : Array(repeating: 0, count: $0.count) }
    func linear(_ name: String, _ x: [Double], _ row: Int) -> Double {
      zip(state["\(name).weight"]![row].doubles, x).map(*).reduce(0, +) + state["\(name).bias"]![row].item()
    }
    let expected = (0..<5).map { unit in
      let scores = (0..<3).map { linear("gates", rows.flatMap { $0 }, $0 * 5 + unit) }
      let total = zip(scores, there).reduce(0) { $0 + ($1.1 ? exp($1.0) : 0) }
      return (0..<3).reduce(0.0) { sum, modality in
        guard there[modality] else { return sum }
        let open = gate == .sigmoid ? 1 / (1 + exp(-scores[modality])) : exp(scores[modality]) / total
        return sum + open * tanh(linear("projections.\(modality)", rows[modality], unit))
      }
    }
    expectClose(fusion(inputs, present: present.map { mask([$0]) }), Tensor(expected, shape: [1, 5]))
  }

  /// For two modalities the softmax is the paper's tied gate: z = σ ⊙ h_1 + (1 − σ) ⊙ h_2.
  @Test func softmaxOfTwoIsTheTiedGate() {
    let fusion = GatedFusion(widths: [3, 2], gate: .softmax, output: 5, generator: Generator(seed: 1))
    fusion.convert(to: .float64)
    let state = fusion.state()
    let inputs = encodings([3, 2])
    let scores = Tensor.concatenated(inputs, axis: 1).linear(state["gates.weight"]!, bias: state["gates.bias"]!)
    let open = (scores[.all, 0..<5] - scores[.all, 5..<10]).sigmoid()
    let hidden = (0..<2).map {
      inputs[$0].linear(state["projections.\($0).weight"]!, bias: state["projections.\($0).bias"]!).tanh()
    }
    expectClose(fusion(inputs, present: nil), open * hidden[0] + (1 - open) * hidden[1])
  }

  @Test func noModalityAtAllIsZero() {
    for gate in GatedFusion.Gate.allCases {
      let fusion = GatedFusion(widths: [3, 2], gate: gate, output: 5, generator: Generator(seed: 1))
      let found = fusion(encodings([3, 2], count: 1, dtype: .float32), present: mask([[false, false]]))
      #expect(found.floats == [0, 0, 0, 0, 0])
    }
  }

  @Test(arguments: GatedFusion.Gate.allCases) func permutingModalitiesChangesNothing(gate: GatedFusion.Gate) throws {
    let order = [2, 0, 1]
    let widths = [3, 5, 2]
    let fusion = GatedFusion(widths: widths, gate: gate, output: 6, generator: Generator(seed: 1))
    let other = GatedFusion(
      widths: order.map { widths[$0] }, gate: gate, output: 6, generator: Generator(seed: 2))
    var state = permuting(fusion.state(), ["projections"], order: order)
    state["gates.weight"] = permutingBlocks(
      permutingBlocks(state["gates.weight"]!, axis: 0, sizes: [6, 6, 6], order: order), axis: 1, sizes: widths,
      order: order)
    state["gates.bias"] = permutingBlocks(state["gates.bias"]!, axis: 0, sizes: [6, 6, 6], order: order)
    try other.load(state)
    let inputs = encodings(widths, dtype: .float32)
    let present = oneAbsent(samples: 4, modalities: 3)
    let permuted = Tensor.stacked(order.map { present.unbind(axis: 1)[$0] }, axis: 1)
    expectClose(
      other(order.map { inputs[$0] }, present: permuted), fusion(inputs, present: present), tolerance: 1e-6)
  }
}
