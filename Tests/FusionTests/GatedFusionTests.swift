import Foundation
import Fusion
import Layers
import Modalities
import Tensors
import Testing

@Suite struct GatedFusionTests {
  /// The unit written out number by number.
  @Test(arguments: GatedFusion.Gate.allCases, GatedFusion.Sight.allCases)
  func followsThePaper(gate: GatedFusion.Gate, sight: GatedFusion.Sight) {
    for there in [[true, true, true], [true, false, true]] {
      let widths = [3, 2, 4]
      let fusion = GatedFusion(widths: widths, gate: gate, sees: sight, output: 5, generator: Generator(seed: 1))
      fusion.convert(to: .float64)
      let state = fusion.state()
      let inputs = encodings(widths, count: 1)
      let rows = zip(inputs, there).map { $1 ? $0.doubles : Array(repeating: 0, count: $0.count) }
      func linear(_ name: String, _ x: [Double], _ row: Int) -> Double {
        zip(state["\(name).weight"]![row].doubles, x).map(*).reduce(0, +) + state["\(name).bias"]![row].item()
      }
      let units = gate == .hard ? 1 : 5
      let expected = (0..<5).map { unit in
        let scores = (0..<3).map { modality in
          switch sight {
          case .all: linear("gates.0", rows.flatMap { $0 }, modality * units + unit % units)
          case .own: linear("gates.\(modality)", rows[modality], unit % units)
          case .others:
            linear("gates.\(modality)", (0..<3).filter { $0 != modality }.flatMap { rows[$0] }, unit % units)
          }
        }
        let total = zip(scores, there).reduce(0) { $0 + ($1.1 ? exp($1.0) : 0) }
        let largest = zip(scores, there).filter(\.1).map(\.0).max()!
        return (0..<3).reduce(0.0) { sum, modality in
          guard there[modality] else { return sum }
          let open =
            switch gate {
            case .sigmoid: 1 / (1 + exp(-scores[modality]))
            case .softmax: exp(scores[modality]) / total
            case .hard: scores[modality] == largest ? 1.0 : 0.0
            }
          return sum + open * tanh(linear("projections.\(modality)", rows[modality], unit))
        }
      }
      expectClose(fusion(inputs, present: there[1] ? nil : mask([there])), Tensor(expected, shape: [1, 5]))
    }
  }

  /// Forwards a choice, backwards the softmax: the gradient is that of z = Σ softmax(V s)_m h_m taken where the choice fell.
  @Test func hardGatesPassTheGradientOfTheSoftmax() {
    let fusion = GatedFusion(
      widths: [3, 2], gate: .hard, temperature: 0.5, output: 4, generator: Generator(seed: 1))
    fusion.convert(to: .float64)
    let inputs = encodings([3, 2], count: 1)
    let state = fusion.state()
    let hidden = (0..<2).map {
      inputs[$0].linear(state["projections.\($0).weight"]!, bias: state["projections.\($0).bias"]!).tanh()
    }
    let weight = state["gates.0.weight"]!.setRequiresGradient(true)
    let soft = (Tensor.concatenated(inputs, axis: 1).linear(weight, bias: state["gates.0.bias"]!) / 0.5).softmax(
      axis: 1)
    let blend = soft[.all, 0..<1] * hidden[0] + soft[.all, 1..<2] * hidden[1]
    let expected = gradients(of: blend.sum(), withRespectTo: [weight])[0]
    let own = fusion.namedParameters().first { $0.name == "gates.0.weight" }!.parameter.value
    let found = gradients(of: fusion(inputs, present: nil).sum(), withRespectTo: [own])[0]
    expectClose(found, expected)
    #expect(found.abs().max().item() > 0)
  }

  /// While training, modality m is chosen with probability softmax(V s)_m: the noise is Gumbel's.
  @Test func trainingDrawsInProportionToTheSoftmax() {
    let fusion = GatedFusion(widths: [3, 2, 2], gate: .hard, sees: .own, output: 1, generator: Generator(seed: 3))
    let inputs = encodings([3, 2, 2], count: 1, dtype: .float32)
    let many = inputs.map { $0.expanded(to: [20_000, $0.shape[1]]) }
    let state = fusion.state()
    let scores = (0..<3).map {
      inputs[$0].linear(state["gates.\($0).weight"]!, bias: state["gates.\($0).bias"]!)
    }
    let expected = Tensor.concatenated(scores, axis: 1).softmax(axis: 1).doubles
    let open = training(with: Generator(seed: 4)) { fusion.openings(many, present: nil) }
    let share = open.mean(axes: [0]).doubles
    for (found, expected) in zip(share, expected) { #expect(abs(found - expected) < 0.015) }
    #expect(Set(fusion.openings(many, present: nil).sum(axes: [1]).doubles) == [1])
  }

  /// For two modalities the softmax is the paper's tied gate: z = σ ⊙ h_1 + (1 − σ) ⊙ h_2.
  @Test func softmaxOfTwoIsTheTiedGate() {
    let fusion = GatedFusion(widths: [3, 2], gate: .softmax, output: 5, generator: Generator(seed: 1))
    fusion.convert(to: .float64)
    let state = fusion.state()
    let inputs = encodings([3, 2])
    let scores = Tensor.concatenated(inputs, axis: 1).linear(state["gates.0.weight"]!, bias: state["gates.0.bias"]!)
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
    let blocks = Array(repeating: gate == .hard ? 1 : 6, count: 3)
    state["gates.0.weight"] = permutingBlocks(
      permutingBlocks(state["gates.0.weight"]!, axis: 0, sizes: blocks, order: order), axis: 1, sizes: widths,
      order: order)
    state["gates.0.bias"] = permutingBlocks(state["gates.0.bias"]!, axis: 0, sizes: blocks, order: order)
    try other.load(state)
    let inputs = encodings(widths, dtype: .float32)
    let present = oneAbsent(samples: 4, modalities: 3)
    let permuted = Tensor.stacked(order.map { present.unbind(axis: 1)[$0] }, axis: 1)
    expectClose(
      other(order.map { inputs[$0] }, present: permuted), fusion(inputs, present: present), tolerance: 1e-6)
  }

  /// Each sample says by a marker in which of two modalities the class stands; the other shows a class at random.
  private func marked(_ count: Int, seed: UInt64) -> (batch: Batch, informative: [Int]) {
    let generator = Generator(seed: seed)
    let informative = Tensor.randint(0, 2, [count], generator: generator)
    let classes = Tensor.randint(0, 2, [count], generator: generator)
    let others = Tensor.randint(0, 2, [count], generator: generator)
    var inputs: [String: ModalityInput] = [:]
    for modality in 0..<2 {
      let here = informative .== Double(modality)
      let shown = Tensor.where(here, classes, others).to(.float32) * 2 - 1
      let noise = Tensor.randn([count, 4], generator: generator) * 0.3
      let signal = Tensor.stacked([shown, here.to(.float32) * 2 - 1, shown.zerosLike(), shown.zerosLike()], axis: 1)
      inputs["m\(modality)"] = ModalityInput(values: signal + noise)
    }
    return (Batch(inputs: inputs, target: classes, ids: (0..<count).map(String.init)), informative.integers)
  }

  @Test(arguments: GatedFusion.Sight.allCases)
  func hardGatesPickTheInformativeModality(sight: GatedFusion.Sight) throws {
    let model = try learnt(
      "gated", ["gate": "hard", "sees": sight.rawValue, "output": "16"], on: marked(512, seed: 1).batch,
      validation: marked(256, seed: 2).batch, epochs: 40)
    let (batch, informative) = marked(1000, seed: 3)
    let gated = try #require(model.fusion as? GatedFusion)
    let open = withoutGradients { gated.choices(model.encode(batch), present: nil) }
    #expect(Set(open.doubles) == [0, 1], "a hard gate is open or closed")
    let right = zip(open.argmax(axis: 1).integers, informative).filter { $0 == $1 }.count
    #expect(right > 950, "\(right) of 1000 choices fall on the informative modality")
    #expect(scores(model, batch).accuracy > 0.95)
  }

  /// Soft gates let in what the marker points to.
  @Test(arguments: ["sigmoid", "softmax"]) func softGatesFollowTheMarker(gate: String) throws {
    let (train, validation, test) = (
      marked(512, seed: 1).batch, marked(256, seed: 2).batch, marked(1000, seed: 3).batch
    )
    let gated = try learnt(
      "gated", ["gate": gate, "output": "16"], on: train, validation: validation, epochs: 40)
    #expect(scores(gated, test).accuracy > 0.95)
  }
}
