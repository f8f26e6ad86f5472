import Encoders
import Layers
import Modalities
import Tensors
import Testing

/// What encodes sequences into steps.
@Suite struct StepEncoderTests {
  static let families = ["temporal", "recurrent", "raw"]

  private func encoder(_ family: String, kind: ModalityKind = .sequence) throws -> any Encoder {
    try makeStepEncoder(
      for: ModalitySpecification(kind: kind), shape: [8, 3],
      options: EncoderOptions(width: 6, sequenceFamily: EncoderFamily(rawValue: family)!), generator: Generator(seed: 1)
    )
  }

  /// Real steps encode alike on their own and padded, whatever the padding holds; the others are zero and marked.
  @Test(arguments: families, [1, 4, 7]) func paddingDoesNotMatter(family: String, length: Int) throws {
    for kind in [ModalityKind.sequence, .audio] {
      let encoder = try encoder(family, kind: kind)
      let values = normal([1, length, 3])
      let alone = Steps(packed: encoder(ModalityInput(values: values)))
      #expect(alone.values.shape[2] == encoder.outputSize)
      #expect(alone.mask.all().item() == 1)
      for garbage in [0, 1e6, Double.nan] {
        let input = padded(ModalityInput(values: values, lengths: Tensor([length])), by: 5, with: garbage)
        let found = Steps(packed: encoder(input))
        #expect(found.lengths.item() == Double(alone.count))
        expectClose(found.values[.all, 0..<alone.count], alone.values, tolerance: 1e-6)
        #expect(found.values[.all, alone.count...].abs().sum().item() == 0)
      }
    }
  }

  @Test func rawStepsAreTheInput() throws {
    let (values, encoder) = (normal([2, 8, 3]), try encoder("raw"))
    #expect(Steps(packed: encoder(ModalityInput(values: values))).values.floats == values.floats)
  }

  /// Two layers of stride two leave a quarter of the steps; the recurrent ones leave all.
  @Test func stepsLeft() throws {
    let input = ModalityInput(values: normal([1, 8, 3]))
    let (temporal, recurrent) = try (encoder("temporal"), encoder("recurrent"))
    #expect(temporal(input).shape == [1, 2, 7])
    #expect(recurrent(input).shape == [1, 8, 7])
  }

  @Test func otherKindsStayVectors() throws {
    let vector = try makeStepEncoder(
      for: ModalitySpecification(kind: .vector), shape: [4], generator: Generator(seed: 1))
    #expect(vector(ModalityInput(values: normal([2, 4]))).shape == [2, 64])
  }
}
