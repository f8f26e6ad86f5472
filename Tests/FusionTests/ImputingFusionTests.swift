import Layers
import Tensors
import Testing

@testable import Fusion

@Suite struct ImputingFusionTests {
  /// Two modalities: both, the one, the other, a third each. Three: a third of the samples keep all, the rest is dealt out
  /// evenly to the six proper parts.
  @Test(arguments: [2, 3, 4]) func partsAreEquallyLikely(modalities: Int) {
    let count = 60_000
    let inputs = (0..<modalities).map { _ in Tensor.zeros([count, 1]) }
    let shown = hidingSome(nil, of: inputs, drawing: MaskSource(Generator(seed: 4)))
    let columns = shown.to(.int64).integers
    var counts = [Int](repeating: 0, count: 1 << modalities)
    for sample in 0..<count {
      counts[(0..<modalities).reduce(0) { $0 + columns[sample * modalities + $1] << $1 }] += 1
    }
    #expect(counts[0] == 0)
    let parts = (1 << modalities) - 2
    for (part, found) in counts.enumerated().dropFirst() {
      let expected = Double(count) * (part == parts + 1 ? 1.0 / 3 : 2.0 / 3 / Double(parts))
      // Five standard deviations.
      #expect(abs(Double(found) - expected) < 5 * expected.squareRoot(), "part \(part): \(found), not \(expected)")
    }
  }

  /// What a sample lacks is never shown, and it keeps one of what it has.
  @Test func onlyWhatIsThereIsShown() {
    let rows = [[true, false, true], [false, true, false], [true, true, true], [false, false, false]]
    let present = mask((0..<4000).map { rows[$0 % 4] })
    let inputs = (0..<3).map { _ in Tensor.zeros([4000, 1]) }
    let shown = hidingSome(present, of: inputs, drawing: MaskSource(Generator(seed: 4)))
    #expect((shown .& (.!present)).any().item() == 0)
    let kept = shown.to(.int64).sum(axes: [1]).integers
    #expect((0..<4000).allSatisfy { $0 % 4 == 3 ? kept[$0] == 0 : kept[$0] > 0 })
    // Of two: both in a third of the samples.
    let both = stride(from: 0, to: 4000, by: 4).filter { kept[$0] == 2 }.count
    #expect(abs(both - 333) < 75)
  }

  @Test func errorIsOverWhatIsThere() {
    let inputs = [Tensor([1.0, 2, 3, .nan], shape: [2, 2]), Tensor([5.0, 6], shape: [2, 1])]
    let estimates = [Tensor([0.0, 0, 9, 9], shape: [2, 2]), Tensor([4.0, 8], shape: [2, 1])]
    let found = reconstructionError(estimates, of: inputs, present: mask([[true, true], [false, true]]))
    #expect(abs(found.item() - (2.5 + 2.5)) < 1e-12)
    let nobody = reconstructionError(estimates, of: inputs, present: mask([[false, true], [false, true]]))
    #expect(abs(nobody.item() - 2.5) < 1e-12)
  }

  static let methods = ["bimodal-autoencoder", "boltzmann-machine", "cascaded-autoencoder"]

  /// Each modality holds what decides, and what one lacks the other knows: after learning the task, either is filled in from
  /// the other with less than half of the squared error of its mean. The autoencoders, which learn the task with modalities
  /// hidden, keep nine tenths of their accuracy without one; the machine's network, which saw none hidden, is right twice as
  /// often as a guess of one in four.
  @Test(arguments: methods) func oneModalityStandsForTheOther(method: String) throws {
    let model = try learnt(
      method, on: SharedLatent(count: 512, seed: 1).batch, validation: SharedLatent(count: 256, seed: 2).batch,
      epochs: 30, outputs: 4)
    let fusion = try #require(model.fusion as? any ImputingFusion)
    let test = SharedLatent(count: 1000, seed: 3)
    withoutGradients {
      for absent in 0..<2 {
        let filled = fusion.imputed(test.inputs, present: test.presence([1 - absent]))
        #expect(filled[1 - absent].floats == test.inputs[1 - absent].floats)
        let truth = test.inputs[absent]
        let error = (filled[absent] - truth).square().mean().item()
        let variance = (truth - truth.mean(axes: [0])).square().mean().item()
        #expect(
          error < 0.5 * variance, "modality \(absent): \(error) of \(variance)")
      }
      let complete = fusion.imputed(test.inputs, present: nil)
      #expect(zip(complete, test.inputs).allSatisfy { $0.floats == $1.floats })
    }
    let whole = scores(model, test.batch).accuracy
    #expect(whole > 0.85)
    for name in ["m0", "m1"] {
      let (accuracy, _) = scores(model, test.batch.lacking(name))
      #expect(accuracy > (method == "boltzmann-machine" ? 0.5 : 0.9 * whole), "without \(name) \(accuracy) of \(whole)")
    }
  }

  /// What else it learns from is not passed on by a mixture.
  @Test(arguments: methods) func isNoPartOfAMixture(method: String) {
    let error = #expect(throws: UsageError.self) {
      _ = try FusionRegistry.description(named: "mixture").make(
        FusionRequest(widths: [3, 4], outputs: 2, task: .classification), options: ["fusions": "low-rank+\(method)"],
        generator: Generator(seed: 1))
    }
    #expect(error?.description.contains("\(method) also learns what inputs look like") == true)
  }
}
