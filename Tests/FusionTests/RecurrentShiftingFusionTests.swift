import Encoders
import Layers
import Modalities
import Tensors
import Testing

@testable import Fusion

@Suite struct RecurrentShiftingFusionTests {
  /// Word by word with the fusion's own parts: the frames of each word's span alone go through the reader; a vector goes
  /// through its layer.
  @Test(arguments: [true, false]) func followsThePaper(isSequence: Bool) {
    let fusion = RecurrentShiftingFusion(
      widths: [2, 3, 4], main: 1, areSequences: [true, true, isSequence], frames: 2, output: 5,
      generator: Generator(seed: 1))
    fusion.convert(to: .float64)
    let generator = Generator(seed: 2)
    // Three words, two frames for each, and a second modality with one step for all words.
    let shapes = [[1, 6, 2], [1, 3, 3], [1, 1, 4]]
    let inputs = shapes.map { Tensor.randn($0, dtype: .float64, generator: generator) }
    let shifted = (0..<3).map { word in
      let e = fusion.embedding(inputs[1][.all, word..<word + 1])
      let tone = fusion.readers[0].network!(inputs[0][.all, 2 * word..<2 * word + 2]).last
      let face =
        isSequence
        ? fusion.readers[1].network!(inputs[2].expanded(to: [1, 2, 4])).last
        : fusion.readers[1].layer!(inputs[2].squeezed(1)).tanh()
      return fusion.shift(e, [tone.unsqueezed(1), face.unsqueezed(1)], main: Tensor([true], shape: [1, 1, 1]))
    }
    let expected = fusion.words!(Tensor.concatenated(shifted, axis: 1)).last
    expectClose(fusion(inputs.map { Steps($0) }), expected)
  }

  /// Every word has a sign, and the tone of its frames says whether it is meant: the class is the sum of what is meant.
  private func ironic(_ count: Int, seed: UInt64) -> Batch {
    let generator = Generator(seed: seed)
    let signs = (0..<2).map { _ in Tensor.randint(0, 2, [count, 3], generator: generator).to(.float32) * 2 - 1 }
    let target = ((signs[0] * signs[1]).sum(axes: [1]) .> 0).to(.int64)
    func steps(_ signs: Tensor, each: Int) -> ModalityInput {
      let spread = signs.unsqueezed(2).expanded(to: [count, 3, each]).reshaped([count, 3 * each, 1])
      let noise = Tensor.randn([count, 3 * each, 3], generator: generator) * 0.2
      return ModalityInput(
        values: spread.padded([0, 2]) + noise, lengths: Tensor(Array(repeating: 3 * each, count: count)))
    }
    return Batch(
      inputs: ["tone": steps(signs[0], each: 4), "words": steps(signs[1], each: 1)], target: target,
      ids: (0..<count).map(String.init))
  }

  @Test func tonesShiftTheirWords() throws {
    let (train, validation, test) = (ironic(768, seed: 1), ironic(256, seed: 2), ironic(1000, seed: 3))
    let raven = try learnt("raven", ["sequence-encoder": "raw"], on: train, validation: validation, epochs: 30)
    #expect((raven.fusion as? RecurrentShiftingFusion)?.main == 1)
    let accuracy = scores(raven, test).accuracy
    // Sums of whole sequences cannot tell which word a tone belongs to.
    let early = scores(try learnt("early", on: train, validation: validation, epochs: 30), test).accuracy
    #expect(accuracy > 0.93 && early < 0.85, "\(accuracy) by words, \(early) by whole sequences")
  }
}
