import Encoders
import Layers
import Modalities
import Tensors
import Testing

@Suite struct EncoderChoiceTests {
  private func choice(
    _ kind: ModalityKind, _ shape: [Int], options: EncoderOptions = EncoderOptions()
  ) throws -> any Encoder {
    try makeEncoder(
      for: ModalitySpecification(kind: kind), shape: shape, options: options, generator: Generator(seed: 1))
  }

  @Test func defaults() throws {
    #expect(try choice(.vector, [30]) is MLPEncoder)
    #expect(try choice(.image, [1, 28, 28]) is ConvolutionalEncoder)
    #expect(try choice(.audio, [10, 40]) is CentredEncoder)
    #expect(
      try choice(.audio, [10, 40]).namedParameters().contains { $0.name == "encoder.steps.convolutions.0.weight" })
    #expect(try choice(.sequence, [50, 12]) is TemporalConvolutionEncoder)
    #expect(try choice(.sequence, [10, 12]) is RecurrentEncoder)
  }

  @Test(arguments: [(50, 2), (100, 2), (300, 3), (8000, 7)]) func longerSequencesTakeMoreLayers(steps: Int, layers: Int)
    throws
  {
    let names = try choice(.audio, [steps, 1]).namedParameters().map(\.name)
    #expect(names.filter { $0.hasPrefix("encoder.steps.convolutions.") && $0.hasSuffix(".weight") }.count == layers)
  }

  @Test func families() throws {
    func family(_ family: EncoderFamily, _ kind: ModalityKind) throws -> any Encoder {
      try choice(kind, [20, 5], options: EncoderOptions(sequenceFamily: family))
    }
    #expect(try family(.recurrent, .sequence) is RecurrentEncoder)
    #expect(try family(.recurrent, .audio).namedParameters().contains { $0.name.hasPrefix("encoder.gru.") })
    #expect(try family(.temporal, .sequence) is TemporalConvolutionEncoder)
    #expect(try family(.raw, .audio) is RawEncoder)
    #expect(try family(.raw, .audio).outputSize == 15)
  }

  @Test func width() throws {
    for (kind, shape) in [(ModalityKind.vector, [30]), (.image, [1, 9, 9]), (.audio, [10, 4]), (.sequence, [5, 4])] {
      #expect(try choice(kind, shape, options: EncoderOptions(width: 24)).outputSize == 24)
    }
  }

  @Test(arguments: [(ModalityKind.vector, [3, 4]), (.image, [28, 28]), (.audio, [40]), (.sequence, [1, 2, 3])])
  func aShapeThatDoesNotFitIsRefused(kind: ModalityKind, shape: [Int]) {
    let error = #expect(throws: UsageError.self) { _ = try choice(kind, shape) }
    #expect(error?.description == "a modality of kind \(kind.rawValue) with samples of shape \(shape) has no encoder")
  }

  @Test func optionsAreChecked() throws {
    let values = try OptionValues(["layers": "3"], of: EncoderOptions.methodOptions, method: "early")
    #expect(try EncoderOptions(values) == EncoderOptions(layers: 3))
    for (name, value) in [("layers", "0"), ("dropout", "1.5"), ("width", "wide"), ("sequence-encoder", "mlp")] {
      let error = #expect(throws: UsageError.self) {
        _ = try OptionValues([name: value], of: EncoderOptions.methodOptions, method: "early")
      }
      #expect(error?.description.hasPrefix("method early: option \(name) is \"\(value)\"; expected ") == true)
    }
  }
}
