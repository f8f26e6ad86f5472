import Layers
public import Modalities
public import Tensors

/// The families of encoders a user can ask for by name.
public enum EncoderFamily: String, CaseIterable, Codable, Sendable {
  /// The default for the kind of modality.
  case automatic = "auto"
  case mlp, convolutional, recurrent, temporal, resampled, raw
}

/// Settings shared by all encoders of a model.
public struct EncoderOptions: Codable, Hashable, Sendable {
  /// Width of every encoding.
  public var width: Int
  /// Number of layers of an encoder that has a choice; pictures choose by their size.
  public var layers: Int
  /// Probability of dropping a unit.
  public var dropout: Double
  /// The family used for sequences and audio; other kinds have one learned family each.
  public var sequenceFamily: EncoderFamily

  public init(width: Int = 64, layers: Int = 1, dropout: Double = 0.2, sequenceFamily: EncoderFamily = .automatic) {
    self.width = width
    self.layers = layers
    self.dropout = dropout
    self.sequenceFamily = sequenceFamily
  }

  /// The settings as options of a method.
  public static let methodOptions = [
    MethodOption("width", default: 64, in: 1...4096, help: "width of each modality's encoding"),
    MethodOption("layers", default: 1, in: 1...8, help: "layers of each vector or sequence encoder"),
    MethodOption("dropout", default: 0.2, in: 0...0.95, help: "probability of dropping a unit of an encoder"),
    MethodOption(
      "sequence-encoder", default: EncoderFamily.automatic, of: [.automatic, .temporal, .recurrent, .resampled, .raw],
      help: "auto, temporal, recurrent, resampled (16 even steps as one vector) or raw (mean, deviation, maximum)"),
  ]

  /// - Throws: `UsageError` naming an option out of range.
  public init(_ values: OptionValues) throws {
    width = try values.integer("width")
    layers = try values.integer("layers")
    dropout = try values.number("dropout")
    sequenceFamily = try values.choice("sequence-encoder", as: EncoderFamily.self)
  }
}

/// Chooses the encoder of a modality from its manifest entry and the shape of one sample.
///
/// - vector `[D]`: `MLPEncoder`
/// - image `[C, H, W]`: `ConvolutionalEncoder`
/// - sequences `[T, D]` of 16 steps or more: `TemporalConvolutionEncoder`
/// - shorter sequences: `RecurrentEncoder`
/// - audio features `[T, D]` of any length: `TemporalConvolutionEncoder` behind a `CentredEncoder`
///
/// - Throws: `UsageError` where the shape does not fit the kind.
public func makeEncoder(
  for specification: ModalitySpecification, shape: [Int], options: EncoderOptions = EncoderOptions(),
  generator: Generator
) throws -> any Encoder {
  let kind = specification.kind
  switch (kind, shape.count) {
  case (.vector, 1):
    return MLPEncoder(
      inputSize: shape[0], width: options.width, layers: options.layers, dropout: options.dropout, generator: generator)
  case (.image, 3):
    return ConvolutionalEncoder(shape: shape, width: options.width, dropout: options.dropout, generator: generator)
  case (.sequence, 2), (.audio, 2):
    let encoder = makeSequenceEncoder(
      isAudio: kind == .audio, shape: shape, options: options, generator: generator)
    // The statistics of a raw encoder are its answer; it would lose the means.
    return kind == .audio && options.sequenceFamily != .raw ? CentredEncoder(encoder) : encoder
  default:
    throw UsageError("a modality of kind \(kind.rawValue) with samples of shape \(shape) has no encoder")
  }
}

/// Chooses what encodes a modality into steps for a fusion of sequences; vectors and pictures stay one step.
///
/// The families are those of `makeEncoder`; what they pool there, they leave as steps here.
///
/// - Throws: `UsageError` where the shape does not fit the kind.
public func makeStepEncoder(
  for specification: ModalitySpecification, shape: [Int], options: EncoderOptions = EncoderOptions(),
  generator: Generator
) throws -> any Encoder {
  let isAudio = specification.kind == .audio
  guard isAudio || specification.kind == .sequence, shape.count == 2 else {
    return try makeEncoder(for: specification, shape: shape, options: options, generator: generator)
  }
  switch options.family(isAudio: isAudio, steps: shape[0]) {
  case .raw: return RawSteps(inputSize: shape[1])
  case .resampled:
    let encoder = ResampledSteps(inputSize: shape[1])
    return isAudio ? CentredEncoder(encoder) : encoder
  case .recurrent:
    let encoder = RecurrentSteps(
      inputSize: shape[1], width: options.width, layers: options.layers, dropout: options.dropout, generator: generator)
    return isAudio ? CentredEncoder(encoder) : encoder
  default:
    let encoder = TemporalConvolutionSteps(
      inputSize: shape[1], width: options.width, layers: temporalLayers(steps: shape[0], asked: options.layers),
      generator: generator)
    return isAudio ? CentredEncoder(encoder) : encoder
  }
}

extension EncoderOptions {
  /// The family that encodes a sequence of so many steps.
  fileprivate func family(isAudio: Bool, steps: Int) -> EncoderFamily {
    guard sequenceFamily == .automatic else { return sequenceFamily }
    return !isAudio && steps < 16 ? .recurrent : .temporal
  }
}

private func makeSequenceEncoder(
  isAudio: Bool, shape: [Int], options: EncoderOptions, generator: Generator
) -> any Encoder {
  switch options.family(isAudio: isAudio, steps: shape[0]) {
  case .raw: RawEncoder(kind: .sequence, shape: shape)
  case .resampled:
    ResampledEncoder(
      inputSize: shape[1], width: options.width, layers: options.layers, dropout: options.dropout, generator: generator)
  case .recurrent:
    RecurrentEncoder(
      inputSize: shape[1], width: options.width, layers: options.layers, dropout: options.dropout, generator: generator)
  default:
    TemporalConvolutionEncoder(
      inputSize: shape[1], width: options.width, layers: temporalLayers(steps: shape[0], asked: options.layers),
      dropout: options.dropout, generator: generator)
  }
}

/// One strided layer sees five steps, too little of a word or a gesture, so there is always one more; and as many as
/// leave at most 64 steps to pool, so that a waveform is not pooled sample by sample.
private func temporalLayers(steps: Int, asked: Int) -> Int {
  var halvings = 0
  while steps >> halvings > 64 { halvings += 1 }
  return max(asked + 1, halvings)
}
