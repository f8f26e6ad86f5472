public import Modalities
public import Tensors

/// How pictures and sounds become tokens of a transformer.
public struct TokenOptions: Codable, Hashable, Sendable {
  /// Side of a picture's patches; nil for the smallest that makes at most 8 × 8.
  public var patch: Int?
  /// Frames and bands of a sound's patches.
  public var span: Int
  /// Frames and bands from one of a sound's patches to the next.
  public var stride: Int

  public init(patch: Int? = nil, span: Int = 16, stride: Int = 10) {
    self.patch = patch
    self.span = span
    self.stride = stride
  }

  /// The settings as options of a method.
  public static let methodOptions = [
    MethodOption(
      "patch", default: .automatic, in: 1...1024, help: "side of a picture's patches; auto makes at most 8 × 8"),
    MethodOption("span", default: 16, in: 1...1024, help: "frames and bands of a patch of sound"),
    MethodOption("stride", default: 10, in: 1...1024, help: "frames and bands from one patch of sound to the next"),
  ]

  /// - Throws: `UsageError` naming an option out of range.
  public init(_ values: OptionValues) throws {
    patch = values.text("patch") == "auto" ? nil : try values.integer("patch")
    span = try values.integer("span")
    stride = try values.integer("stride", in: 1...span)
  }
}

/// Chooses what encodes a modality into tokens of a transformer.
///
/// - image `[C, H, W]`: `PatchTokenizer`
/// - audio features `[T, D]`: `SpectrogramTokenizer` behind a `CentredEncoder`, where no family of sequences is asked for
/// - else what `makeStepEncoder` chooses
///
/// The tokens of the first two carry their positions; none has a class token.
///
/// - Throws: `UsageError` where the shape does not fit the kind.
public func makeTokenEncoder(
  for specification: ModalitySpecification, shape: [Int], options: EncoderOptions = EncoderOptions(),
  tokens: TokenOptions = TokenOptions(), generator: Generator
) throws -> (encoder: any Encoder, hasPositions: Bool) {
  switch (specification.kind, shape.count) {
  case (.image, 3):
    let encoder = PatchTokenizer(
      shape: shape, patch: tokens.patch, width: options.width, hasClassToken: false, generator: generator)
    return (encoder, true)
  case (.audio, 2) where options.sequenceFamily == .automatic:
    let encoder = SpectrogramTokenizer(
      shape: shape, patch: tokens.span, stride: tokens.stride, width: options.width, hasClassToken: false,
      generator: generator)
    return (CentredEncoder(encoder), true)
  default:
    return (try makeStepEncoder(for: specification, shape: shape, options: options, generator: generator), false)
  }
}
