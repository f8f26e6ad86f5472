import Fusion
import Layers
import Tensors
import Testing

/// What every registered fusion must do, on encodings.
@Suite struct ConformanceTests {
  static let widths = [3, 5, 2, 4]

  @Test(arguments: Variant.all, 2...4) func sameSeedSameResult(variant: Variant, modalities: Int) throws {
    let widths = Array(Self.widths.prefix(modalities))
    let inputs = encodings(widths)
    let (first, second, other) = try (
      variant.fusion(widths: widths), variant.fusion(widths: widths), variant.fusion(widths: widths, seed: 2)
    )
    let output = first(inputs, present: nil)
    #expect(output.shape == [4, first.outputSize])
    #expect(second(inputs, present: nil).doubles == output.doubles)
    #expect(other(inputs, present: nil).doubles != output.doubles || first.namedParameters().isEmpty)
  }

  @Test(arguments: Variant.all, 2...4) func stateRoundTrip(variant: Variant, modalities: Int) throws {
    let widths = Array(Self.widths.prefix(modalities))
    let inputs = encodings(widths)
    let fusion = try variant.fusion(widths: widths)
    let copy = try variant.fusion(widths: widths, seed: 2)
    try copy.load(fusion.state())
    #expect(copy(inputs, present: nil).doubles == fusion(inputs, present: nil).doubles)
  }

  @Test(arguments: Variant.all.filter { !$0.isHard }, 2...4) func gradientsMatchDifferences(
    variant: Variant, modalities: Int
  ) throws {
    let widths = Array(Self.widths.prefix(modalities))
    let fusion = try variant.fusion(widths: widths)
    // Tokens start near zero, where a norm of them curves more than differences can follow.
    for (name, parameter) in fusion.namedParameters() where name.contains("bottleneck") || name.contains("classTokens")
    {
      parameter.assign(parameter.value * 20)
    }
    for present in [nil, oneAbsent(samples: 4, modalities: modalities)] {
      expectGradientsMatchDifferences(of: fusion, inputs: encodings(widths)) { fusion($0, present: present) }
    }
  }

  /// What stands in an absent modality's row changes neither the result nor any gradient, be it NaN.
  @Test(arguments: Variant.all, [-1e9, Double.infinity, .nan])
  func absentValuesAreNeverRead(variant: Variant, garbage: Double) throws {
    let fusion = try variant.fusion(widths: Self.widths)
    let inputs = encodings(Self.widths)
    let present = oneAbsent(samples: 4, modalities: 4)
    func run(_ inputs: [Tensor]) -> (output: Tensor, gradients: [Tensor]) {
      let leaves = inputs.map { $0.cloned().setRequiresGradient(true) }
      let output = fusion(leaves, present: present)
      let found = gradients(
        of: [output.square().sum()], withRespectTo: fusion.namedParameters().map(\.parameter.value) + leaves,
        allowUnused: true)
      return (output, found.compactMap { $0 })
    }
    let clean = run(inputs)
    let spoiled = run(spoiling(inputs, present, with: garbage))
    #expect(clean.output.isFinite().all().item() == 1)
    expectClose(spoiled.output, clean.output, tolerance: 0)
    #expect(spoiled.gradients.count == clean.gradients.count)
    for (a, b) in zip(spoiled.gradients, clean.gradients) {
      #expect(a.isFinite().all().item() == 1)
      expectClose(a, b, tolerance: 1e-12)
    }
  }

  /// A mask of ones is no mask.
  @Test(arguments: Variant.all, 2...4) func allPresent(variant: Variant, modalities: Int) throws {
    let widths = Array(Self.widths.prefix(modalities))
    let fusion = try variant.fusion(widths: widths)
    let inputs = encodings(widths)
    let all = mask(Array(repeating: Array(repeating: true, count: modalities), count: 4))
    expectClose(fusion(inputs, present: all), fusion(inputs, present: nil), tolerance: 1e-12)
  }

  /// What a fusion says it does to each modality alone, and then to all, is what it does.
  @Test(arguments: Variant.all, 2...4) func partsCombined(variant: Variant, modalities: Int) throws {
    let widths = Array(Self.widths.prefix(modalities))
    guard let fusion = try variant.fusion(widths: widths) as? any SeparableFusion else { return }
    let inputs = encodings(widths)
    for present in [nil, oneAbsent(samples: 4, modalities: modalities)] {
      let parts = fusion.parts(inputs, present: present)
      #expect(parts.count == modalities)
      expectClose(fusion.combine(parts, present: present), fusion(inputs, present: present), tolerance: 1e-12)
      if fusion.combinesGrids, present == nil {
        // The last modality of every sample with the others of every sample, formed and not.
        let last = modalities - 1
        let (slow, fast) = (Tensor([0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3]), Tensor((0..<16).map { $0 % 4 }))
        let pairs = parts.indices.map { parts[$0].indexSelect($0 == last ? fast : slow) }
        let grid = fusion.combine(parts.indices.map { parts[$0].unsqueezed($0 == last ? 0 : 1) }, present: nil)
        #expect(grid.shape == [4, 4, fusion.outputSize])
        expectClose(grid.flattened(from: 0, to: 1), fusion.combine(pairs, present: nil), tolerance: 1e-12)
      }
      guard fusion.isMultiaffine else { continue }
      // Affine in each part: the value at a mixture of two samples' parts is the mixture of the values.
      for modality in 0..<modalities {
        let other = parts[modality].flipped([0])
        func value(_ part: Tensor) -> Tensor {
          var parts = parts
          parts[modality] = part
          return fusion.combine(parts, present: nil)
        }
        expectClose(
          value(parts[modality] * 0.3 + other * 0.7), value(parts[modality]) * 0.3 + value(other) * 0.7,
          tolerance: 1e-12)
      }
    }
  }

  /// One sample gives what it gives within a batch, whatever it lacks.
  @Test(arguments: Variant.all) func batchOfOne(variant: Variant) throws {
    let fusion = try variant.fusion(widths: Self.widths)
    let inputs = encodings(Self.widths)
    let present = oneAbsent(samples: 4, modalities: 4)
    let whole = fusion(inputs, present: present)
    for sample in 0..<4 {
      let rows = sample..<sample + 1
      expectClose(fusion(inputs.map { $0[rows] }, present: present[rows]), whole[rows], tolerance: 1e-12)
    }
  }

  /// A sample that lacks everything is refused by the data contract; here it must not become NaN.
  @Test(arguments: Variant.all) func nothingPresentIsFinite(variant: Variant) throws {
    let fusion = try variant.fusion(widths: Self.widths)
    let present = mask(Array(repeating: [false, false, false, false], count: 4))
    let output = fusion(encodings(Self.widths), present: present)
    #expect(output.isFinite().all().item() == 1)
  }
}
