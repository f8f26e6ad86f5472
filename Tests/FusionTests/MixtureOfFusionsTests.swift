import Fusion
import Layers
import Modalities
import Tensors
import Testing

@Suite struct MixtureOfFusionsTests {
  private func parts() -> [(name: String, fusion: any Fusion)] {
    let generator = Generator(seed: 2)
    return [
      ("additive", AdditiveFusion(widths: [3, 2], output: 4, generator: generator)),
      ("multiplicative", MultiplicativeFusion(widths: [3, 2], output: 6, generator: generator)),
    ]
  }

  /// The sum written out; a hard one is the projection of the fusion with the larger score.
  @Test(arguments: [false, true], [false, true]) func weighsFusions(isHard: Bool, absent: Bool) {
    let parts = parts()
    let mixture = MixtureOfFusions(parts, widths: [3, 2], isHard: isHard, output: 5, generator: Generator(seed: 1))
    mixture.convert(to: .float64)
    let state = mixture.state()
    let inputs = encodings([3, 2])
    let present = absent ? oneAbsent(samples: 4, modalities: 2) : nil
    let joined = Tensor.concatenated(
      absent ? zip(inputs, present!.unbind(axis: 1)).map { $0 * $1.to(.float64).unsqueezed(1) } : inputs, axis: 1)
    let scores = joined.linear(state["gate.weight"]!, bias: state["gate.bias"]!)
    let outputs = parts.enumerated().map { number, part in
      part.fusion(inputs, present: present)
        .linear(state["projections.\(number).weight"]!, bias: state["projections.\(number).bias"]!)
    }
    let soft = scores.softmax(axis: 1)
    for sample in 0..<4 {
      let weights = soft[sample].doubles
      let chosen = weights[0] > weights[1] ? [1.0, 0] : [0, 1]
      let used = isHard ? chosen : weights
      expectClose(
        mixture(inputs, present: present)[sample], outputs[0][sample] * used[0] + outputs[1][sample] * used[1])
      expectClose(mixture.choices(inputs, present: present)[sample], Tensor(used))
    }
  }

  /// A flag says whether the class is the first bit, or the parity of both, which no sum can tell.
  private func mixed(_ count: Int, seed: UInt64) -> (batch: Batch, isParity: [Bool]) {
    let generator = Generator(seed: seed)
    let bits = (0..<3).map { _ in Tensor.randint(0, 2, [count], generator: generator) }
    let parity = (bits[0] + bits[1]).remainder(2)
    func signs(_ bits: [Tensor]) -> ModalityInput {
      let columns = Tensor.stacked(bits.map { $0.to(.float32) * 2 - 1 }, axis: 1)
      return ModalityInput(values: columns + Tensor.randn(columns.shape, generator: generator) * 0.2)
    }
    let target = Tensor.where(bits[2] .== 1, parity, bits[0])
    let batch = Batch(
      inputs: ["m0": signs([bits[0], bits[2]]), "m1": signs([bits[1]])], target: target,
      ids: (0..<count).map(String.init))
    return (batch, bits[2].integers.map { $0 == 1 })
  }

  @Test(arguments: ["soft", "hard"]) func theFusionThatCanIsChosen(gate: String) throws {
    let model = try learnt(
      "mixture", ["gate": gate, "fusions": "additive+multiplicative"], on: mixed(768, seed: 1).batch,
      validation: mixed(256, seed: 2).batch, epochs: 40)
    let (batch, isParity) = mixed(1000, seed: 3)
    #expect(scores(model, batch).accuracy > 0.95)
    #expect(model.choiceNames == ["additive", "multiplicative"])
    let shares = withoutGradients { model.choices(batch)! }.floats
    #expect(shares.indices.allSatisfy { $0 % 2 == 1 || abs(shares[$0] + shares[$0 + 1] - 1) < 1e-5 })
    guard gate == "hard" else { return }
    let rows = isParity.indices.filter { isParity[$0] }
    let multiplied = rows.filter { shares[2 * $0 + 1] == 1 }.count
    #expect(Double(multiplied) > 0.9 * Double(rows.count), "\(multiplied) of \(rows.count) parities are multiplied")
  }
}
