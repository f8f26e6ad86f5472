import Encoders
import Modalities
import Tensors
import Testing

@Suite struct TokenOptionsTests {
  private func choice(
    _ kind: ModalityKind, _ shape: [Int], family: EncoderFamily = .automatic
  ) throws -> (encoder: any Encoder, hasPositions: Bool) {
    try makeTokenEncoder(
      for: ModalitySpecification(kind: kind), shape: shape, options: EncoderOptions(width: 6, sequenceFamily: family),
      tokens: TokenOptions(patch: 4, span: 8, stride: 5), generator: Generator(seed: 1))
  }

  @Test func kindsBecomeTokens() throws {
    let (picture, sound) = try (choice(.image, [1, 12, 8]), choice(.audio, [20, 10]))
    #expect(picture.hasPositions && sound.hasPositions)
    #expect(picture.encoder(ModalityInput(values: normal([2, 1, 12, 8]))).shape == [2, 6, 7])
    // Four patches of 8 frames every 5, two of 8 bands.
    #expect(sound.encoder(ModalityInput(values: normal([2, 20, 10]))).shape == [2, 8, 7])
    let (words, vector, asked) = try (
      choice(.sequence, [9, 3]), choice(.vector, [5]), choice(.audio, [20, 10], family: .recurrent)
    )
    #expect(!words.hasPositions && !vector.hasPositions && !asked.hasPositions)
    #expect(words.encoder(ModalityInput(values: normal([2, 9, 3]))).shape == [2, 9, 7])
    #expect(vector.encoder(ModalityInput(values: normal([2, 5]))).shape == [2, 6])
    #expect(asked.encoder(ModalityInput(values: normal([2, 20, 10]))).shape == [2, 20, 7])
  }

  @Test(arguments: [
    (["patch": "0"], "option patch is \"0\""), (["span": "8", "stride": "9"], "option stride is \"9\""),
    (["span": "wide"], "option span is \"wide\""),
  ]) func wrongValuesAreNamed(options: [String: String], expected: String) {
    let error = #expect(throws: UsageError.self) {
      _ = try TokenOptions(OptionValues(options, of: TokenOptions.methodOptions, method: "m"))
    }
    #expect(error?.description.contains(expected) == true, "\(error?.description ?? "")")
  }
}
