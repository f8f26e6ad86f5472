import Encoders
import Foundation
import Layers
import Modalities
import Tensors
import Testing

@testable import Fusion

@Suite struct VeryEarlyFusionTests {
  private func steps(_ shape: [Int], seed: UInt64) -> Steps {
    Steps(Tensor.randn(shape, dtype: .float64, generator: Generator(seed: seed)))
  }

  /// A picture of 3 × 3 patches of two numbers, and a sequence of frames of three.
  private func fusion(depth: Int = 1, fuse: Int = 0, steps: Int = 2, window: Int = 2) -> VeryEarlyFusion {
    let fusion = VeryEarlyFusion(
      widths: [2, 3], arePictures: [true, false], areSequences: [false, true], grid: 3, steps: steps, window: window,
      channels: 2, depth: depth, fusionLayer: fuse, output: 4, generator: Generator(seed: 1))
    fusion.convert(to: .float64)
    return fusion
  }

  /// The recursion written out number by number: both modalities stand inside the gates of the first layer.
  @Test func followsTheEquations() {
    let fusion = fusion()
    let state = fusion.state()
    let (patches, frames) = (steps([1, 9, 2], seed: 2), steps([1, 4, 3], seed: 3))
    let picture = state["entries.0.convolution.weight"]!.doubles  // [8, 2, 3, 3]
    let sound = state["entries.1.linear.weight"]!.doubles  // [8 · 9, 6]
    let recurrent = state["cells.0.0.state.weight"]!.doubles  // [8, 2, 3, 3]
    let offset = state["cells.0.0.state.bias"]!.doubles
    func convolved(_ weight: [Double], _ gate: Int, _ row: Int, _ column: Int, _ map: (Int, Int, Int) -> Double)
      -> Double
    {
      var sum = 0.0
      for channel in 0..<2 {
        for y in 0..<3 {
          for x in 0..<3 where (0..<3).contains(row + y - 1) && (0..<3).contains(column + x - 1) {
            sum += weight[((gate * 2 + channel) * 3 + y) * 3 + x] * map(channel, row + y - 1, column + x - 1)
          }
        }
      }
      return sum
    }
    func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
    var hidden = [Double](repeating: 0, count: 18)
    var cell = hidden
    for step in 0..<2 {
      let heard = frames.values[0, 2 * step].doubles + frames.values[0, 2 * step + 1].doubles
      let before = hidden
      for channel in 0..<2 {
        for place in 0..<9 {
          let (row, column) = (place / 3, place % 3)
          let gates = (0..<4).map { kind in
            let gate = kind * 2 + channel
            let fromPicture = convolved(picture, gate, row, column) { patches.values[0, $1 * 3 + $2, $0].item() }
            let fromState = convolved(recurrent, gate, row, column) { before[$0 * 9 + $1 * 3 + $2] }
            let fromSound = (0..<6).map { sound[(gate * 9 + place) * 6 + $0] * heard[$0] }.reduce(0, +)
            return fromPicture + fromState + fromSound + offset[gate]
          }
          let index = channel * 9 + place
          cell[index] = sigmoid(gates[1]) * cell[index] + sigmoid(gates[0]) * tanh(gates[2])
          hidden[index] = sigmoid(gates[3]) * tanh(cell[index])
        }
      }
    }
    let expected = fusion.readout(Tensor(hidden, shape: [1, 18])).relu()
    expectClose(fusion([patches, frames]), expected, tolerance: 1e-12)
    #expect(expected.abs().max().item() > 0)
  }

  /// Without pictures it is an LSTM over the frames of all modalities side by side.
  @Test func withoutPicturesItIsAnLSTM() throws {
    let fusion = VeryEarlyFusion(
      widths: [3, 2], arePictures: [false, false], areSequences: [true, true], grid: 1, steps: 5, window: 1,
      channels: 4,
      output: 6, generator: Generator(seed: 1))
    fusion.convert(to: .float64)
    let lstm = LSTM(5, 4, generator: Generator(seed: 2))
    lstm.convert(to: .float64)
    let state = fusion.state()
    var weights = lstm.state()
    weights["forward.0.inputWeight"] = Tensor.concatenated(
      [state["entries.0.linear.weight"]!, state["entries.1.linear.weight"]!], axis: 1)
    weights["forward.0.stateWeight"] = state["cells.0.0.state.weight"]!.reshaped([16, 4])
    weights["forward.0.inputBias"] = state["cells.0.0.state.bias"]!
    weights["forward.0.stateBias"] = Tensor.zeros([16], dtype: .float64)
    try lstm.load(weights)
    let inputs = [steps([2, 5, 3], seed: 3), steps([2, 5, 2], seed: 4)]
    let last = lstm(Tensor.concatenated(inputs.map(\.values), axis: 2)).last
    expectClose(fusion(inputs), fusion.readout(last).relu(), tolerance: 1e-12)
  }

  /// Whether modalities interact in the states themselves: the mixed difference of what the readout reads.
  @Test(arguments: [(1, 0), (1, 1), (2, 0), (2, 1), (2, 2)]) func modalitiesMeetAtTheChosenLayer(depth: Int, fuse: Int)
  {
    let fusion = fusion(depth: depth, fuse: fuse)
    #expect(fusion.cells.map(\.count) == (0..<depth).map { $0 < fuse ? 2 : 1 })
    // All offsets of the rectified readout at 10: it is linear there.
    fusion.readout.bias!.assign(Tensor.full([4], 10, dtype: .float64))
    let (a, b) = ((2...3).map { steps([1, 9, 2], seed: $0) }, (4...5).map { steps([1, 4, 3], seed: $0) })
    let mixed =
      fusion([a[0], b[0]]) - fusion([a[1], b[0]]) - fusion([a[0], b[1]]) + fusion([a[1], b[1]])
    #expect((mixed.abs().max().item() > 1e-6) == (fuse < depth))
  }

  @Test(arguments: [(1, 0), (2, 1), (2, 2)]) func gradientsMatchDifferences(depth: Int, fuse: Int) {
    let fusion = fusion(depth: depth, fuse: fuse)
    fusion.readout.bias!.assign(Tensor.full([4], 10, dtype: .float64))
    let inputs = [steps([2, 9, 2], seed: 2).values, steps([2, 5, 3], seed: 3).values]
    expectGradientsMatchDifferences(of: fusion, inputs: inputs) { fusion($0.map { Steps($0) }) }
  }

  /// A sample without a modality is as if that one had never been among the inputs.
  @Test(arguments: [(1, 0), (2, 1), (2, 2)]) func whatIsAbsentAddsNothing(depth: Int, fuse: Int) {
    let fusion = fusion(depth: depth, fuse: fuse)
    let patches = steps([1, 9, 2], seed: 2)
    func absent(_ garbage: Double) -> Steps {
      Steps(Tensor.full([1, 4, 3], garbage, dtype: .float64), mask: Tensor.zeros([1, 4], dtype: .bool))
    }
    let found = fusion([patches, absent(.nan)])
    expectClose(found, fusion([patches, absent(0)]), tolerance: 0)
    // Its own weights do not matter then: the states that it would have alone are cleared.
    for (name, parameter) in fusion.namedParameters() where name.hasPrefix("entries.1") || name.hasPrefix("cells.0.1") {
      parameter.assign(parameter.value * 3)
    }
    expectClose(fusion([patches, absent(0)]), found, tolerance: 0)
  }

  /// A picture shows a bright upper or lower half, a sequence rises early or late; the class is whether they differ.
  private func halves(_ count: Int, seed: UInt64) -> Batch {
    let generator = Generator(seed: seed)
    let bits = (0..<2).map { _ in Tensor.randint(0, 2, [count], generator: generator) }
    func half(_ bit: Tensor, _ size: Int) -> Tensor {
      ((Tensor.arange(size) .>= Double(size / 2)).to(.int64).unsqueezed(0) .== bit.unsqueezed(1)).to(.float32)
    }
    let picture =
      half(bits[0], 8).reshaped([count, 1, 8, 1]) + Tensor.randn([count, 1, 8, 8], generator: generator) * 0.5
    let sound = half(bits[1], 10).unsqueezed(2) + Tensor.randn([count, 10, 3], generator: generator) * 0.5
    return Batch(
      inputs: [
        "m0": ModalityInput(values: picture),
        "m1": ModalityInput(values: sound, lengths: Tensor(Array(repeating: 10, count: count))),
      ], target: (bits[0] .!= bits[1]).to(.int64), ids: (0..<count).map(String.init))
  }

  /// What neither says alone is learnt from the raw inputs, whichever layer they meet in.
  @Test(arguments: ["0", "1"]) func learnsWhetherTwoSensesAgree(fuse: String) throws {
    let options = ["grid": "4", "steps": "5", "channels": "8", "output": "16", "dropout": "0", "fuse": fuse]
    let model = try learnt(
      "very-early", options, on: halves(512, seed: 1), validation: halves(256, seed: 2), epochs: 20)
    let accuracy = scores(model, halves(1000, seed: 3)).accuracy
    #expect(accuracy > 0.95, "accuracy \(accuracy)")
  }
}
