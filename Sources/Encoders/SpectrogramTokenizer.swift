import Layers
public import Modalities
public import Tensors

/// Cuts a spectrogram `[B, T, F]` into overlapping square patches, projects each and adds a learned position (AST, Gong et
/// al., 2021, section 2.1).
///
/// As an encoder it answers `Steps.packed`, `[B, N, width + 1]`: the class token first where there is one, then patches in
/// the order of time, and within it of frequency. Patches that only padding would fill are not real: a sound gives the
/// same tokens at whatever length its batch is padded to. There are positions for the frames it was made for; of a longer
/// sound, the beginning is heard.
public struct SpectrogramTokenizer: Encoder {
  public let outputSize: Int
  let bands: Int
  /// Frames there are positions for.
  let longest: Int
  let patch: Int
  let stride: Int
  let projection: Convolution2D
  let positions: TokenPositions

  /// - Parameters:
  ///   - shape: `[T, F]`, T the most frames there are.
  ///   - patch: frames and bands of a patch.
  ///   - stride: frames and bands from one patch to the next, at most `patch`.
  ///   - width: width of a token.
  ///   - hasClassToken: whether a learned token stands before the patches.
  public init(
    shape: [Int], patch: Int = 16, stride: Int = 10, width: Int = 64, hasClassToken: Bool = true, generator: Generator
  ) {
    precondition(shape.count == 2 && shape.allSatisfy { $0 > 0 }, "SpectrogramTokenizer: [T, F], found \(shape)")
    precondition((1...patch).contains(stride), "patches of \(patch) every \(stride) leave gaps")
    outputSize = width
    (longest, bands) = (shape[0], shape[1])
    self.patch = patch
    self.stride = stride
    projection = Convolution2D(1, width, kernel: patch, stride: stride, generator: generator)
    positions = TokenPositions(
      count: Self.patches(in: shape[0], patch, stride) * Self.patches(in: shape[1], patch, stride), width: width,
      hasClassToken: hasClassToken, generator: generator)
  }

  /// Patches that cover `size` frames or bands.
  static func patches(in size: Int, _ patch: Int, _ stride: Int) -> Int {
    1 + (max(0, size - patch) + stride - 1) / stride
  }

  public func callAsFunction(_ input: ModalityInput) -> Tensor {
    let frames = min(input.values.shape[1], longest)
    let (long, high) = (Self.patches(in: frames, patch, stride), Self.patches(in: bands, patch, stride))
    func missing(_ count: Int, _ size: Int) -> Int { max(0, patch + (count - 1) * stride - size) }
    let cleared = SequenceSteps(input).cleared(input.values).narrow(axis: 1, start: 0, length: frames)
    let whole = cleared.padded([0, missing(high, bands), 0, missing(long, frames)]).unsqueezed(1)
    let tokens = projection(whole).flattened(from: 2, to: 3).transposed(1, 2)
    // A patch after the first is real where frames are left that the one before does not cover.
    let mask = input.lengths.map { lengths in
      let covered = Tensor(
        (0..<long).flatMap { time in
          Array(repeating: time == 0 ? -1 : patch + (time - 1) * stride, count: high)
        }, shape: [1, long * high])
      return covered .< lengths.unsqueezed(1)
    }
    return positions(tokens, mask: mask).packed
  }
}
