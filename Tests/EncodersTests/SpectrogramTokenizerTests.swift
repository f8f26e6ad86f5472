import Encoders
import Modalities
import Tensors
import Testing

@Suite struct SpectrogramTokenizerTests {
  /// Overlapping patches cut out by loops, in the order of time and then frequency.
  @Test func cutsOverlappingPatches() {
    let tokenizer = SpectrogramTokenizer(
      shape: [9, 5], patch: 4, stride: 3, width: 2, hasClassToken: false, generator: Generator(seed: 1))
    tokenizer.convert(to: .float64)
    let state = tokenizer.state()
    let sound = normal([1, 9, 5]).to(.float64)
    let steps = Steps(packed: tokenizer(ModalityInput(values: sound)))
    // Frames 0–3, 3–6, 6–9 (one beyond the end) and bands 0–3, 3–6 (two beyond).
    #expect(steps.count == 6)
    let weight = state["projection.weight"]!.flattened(from: 1, to: 3)
    for time in 0..<3 {
      for band in 0..<2 {
        var patch: [Double] = []
        for t in 3 * time..<3 * time + 4 {
          for f in 3 * band..<3 * band + 4 { patch.append(t < 9 && f < 5 ? sound[0, t, f].item() : 0) }
        }
        let token = Tensor(patch, shape: [1, 16]).linear(weight, bias: state["projection.bias"]!)[0]
        let index = 2 * time + band
        expectClose(steps.values[0][index], token + state["positions.table"]![0][index], tolerance: 1e-10)
      }
    }
  }

  /// A sound gives the same real tokens alone and padded, whatever the padding holds.
  @Test(arguments: [1, 4, 5, 7, 8, 12], [false, true]) func paddingDoesNotMatter(length: Int, hasClassToken: Bool) {
    let tokenizer = SpectrogramTokenizer(
      shape: [16, 5], patch: 4, stride: 3, width: 2, hasClassToken: hasClassToken, generator: Generator(seed: 1))
    let values = normal([1, length, 5])
    let alone = Steps(packed: tokenizer(ModalityInput(values: values)))
    #expect(alone.mask.all().item() == 1)
    for (extra, garbage) in [(1, 0.0), (4, 1e6), (4, .nan)] {
      let input = padded(ModalityInput(values: values, lengths: Tensor([length])), by: extra, with: garbage)
      let found = Steps(packed: tokenizer(input))
      #expect(found.lengths.item() == Double(alone.count))
      expectClose(found.values[.all, 0..<alone.count], alone.values, tolerance: 1e-5)
      #expect(found.values[.all, alone.count...].abs().sum().item() == 0)
    }
  }

  @Test func longerSoundsAreHeardFromTheirBeginning() {
    let tokenizer = SpectrogramTokenizer(shape: [10, 5], patch: 4, stride: 3, width: 2, generator: Generator(seed: 1))
    let long = normal([2, 30, 5])
    let whole = tokenizer(ModalityInput(values: long, lengths: Tensor([30, 6])))
    let cut = tokenizer(ModalityInput(values: long[.all, 0..<10], lengths: Tensor([10, 6])))
    expectClose(whole, cut, tolerance: 0)
  }

  @Test func gradients() {
    let tokenizer = SpectrogramTokenizer(shape: [7, 5], patch: 4, stride: 3, width: 3, generator: Generator(seed: 1))
    expectGradientsMatchDifferences(
      of: tokenizer, ModalityInput(values: normal([2, 7, 5]), lengths: Tensor([7, 2])))
  }
}
