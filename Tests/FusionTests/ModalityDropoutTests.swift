import Fusion
import Modalities
import Tensors
import Testing

@Suite struct ModalityDropoutTests {
  private func batch(_ count: Int, present: [[Bool]]? = nil) -> Batch {
    let names = ["a", "b", "c"]
    var inputs: [String: ModalityInput] = [:]
    for (number, name) in names.enumerated() {
      let column = present.map { rows in Tensor(rows.map { $0[number] }) }
      inputs[name] = ModalityInput(values: Tensor.zeros([count, 2]), present: column)
    }
    return Batch(inputs: inputs, ids: (0..<count).map(String.init))
  }

  /// Each is hidden with probability p, unless it is the last of its sample: 1 − p + p³ / 3 remain of each.
  @Test(arguments: [0.1, 0.5, 0.9]) func hidesTheShareItShould(probability: Double) {
    let count = 20_000
    let thinned = ModalityDropout(probability)(batch(count), drawing: MaskSource(Generator(seed: 1)))
    let present = thinned.present()!
    #expect(present.any(axis: 1).all().item() == 1, "a sample keeps something")
    let share = 1 - probability + probability * probability * probability / 3
    for column in present.to(.float64).mean(axes: [0]).doubles {
      #expect(abs(column - share) < 5 * (share * (1 - share) / Double(count)).squareRoot())
    }
  }

  @Test func whatIsAbsentStaysAbsent() {
    let rows = (0..<300).map { [$0 % 3 != 0, $0 % 3 == 0, $0 % 2 == 0] }
    let thinned = ModalityDropout(0.7)(batch(300, present: rows), drawing: MaskSource(Generator(seed: 2)))
    let present = thinned.present()!
    let found = (0..<300).map { present[$0].integers.map { $0 == 1 } }
    var hidden = 0
    for (before, after) in zip(rows, found) {
      #expect(zip(before, after).allSatisfy { $0 || !$1 } && after.contains(true))
      hidden += before == after ? 0 : 1
    }
    #expect(hidden > 100)
  }

  /// Either modality shows the class, the first more plainly: what is learnt first makes the other idle.
  private func redundant(_ count: Int, seed: UInt64, without absent: String? = nil) -> Batch {
    let generator = Generator(seed: seed)
    let target = Tensor.randint(0, 2, [count], generator: generator)
    var inputs: [String: ModalityInput] = [:]
    for (name, noise) in [("m0", 0.1), ("m1", 0.45)] {
      let shown = (target.to(.float32) * 2 - 1).unsqueezed(1).padded([0, 3])
      inputs[name] = ModalityInput(
        values: shown + Tensor.randn([count, 4], generator: generator) * noise,
        present: absent == nil ? nil : Tensor(Array(repeating: name != absent, count: count)))
    }
    return Batch(inputs: inputs, target: target, ids: (0..<count).map(String.init))
  }

  private func accuracies(_ method: String, dropout: Double) throws -> (both: Double, one: Double) {
    let model = try learnt(
      method, ["modality-dropout": "\(dropout)"], on: redundant(512, seed: 1), validation: redundant(256, seed: 2),
      epochs: 12)
    let without = ["m0", "m1"].map { scores(model, redundant(1000, seed: 3, without: $0)).accuracy }
    return (scores(model, redundant(1000, seed: 3)).accuracy, without.min()!)
  }

  @Test(arguments: [
    "early", "additive", "multiplicative", "low-rank", "gated", "polynomial", "mag", "raven", "mixture",
  ])
  func oneModalityIsEnough(method: String) throws {
    let (both, one) = try accuracies(method, dropout: 0.3)
    #expect(both > 0.95 && one >= 0.9 * both, "\(both) with both, \(one) without one of them")
  }

  /// It is the dropout that does it.
  @Test func withoutItOneModalityIsNotEnough() throws {
    let (both, one) = try accuracies("multiplicative", dropout: 0)
    #expect(both > 0.95 && one < 0.9 * both, "\(both) with both, \(one) without one of them")
  }
}
