import Layers
public import Modalities
public import Tensors

/// Cuts a picture `[B, C, H, W]` into a square grid of patches and hands their pixels on as they are, without learning.
///
/// As an encoder it answers `Steps.packed`, `[B, grid², C · h · w + 1]`, patches row by row, each channel by channel. A
/// picture whose sides are no multiples of the grid gets zeros at the right and the bottom.
public struct RawPatches: Encoder {
  public let outputSize: Int
  /// Patches along either side.
  public let grid: Int
  /// Height and width of a patch.
  let patch: [Int]

  /// - Parameters:
  ///   - shape: `[C, H, W]` of one picture.
  ///   - grid: patches along either side.
  public init(shape: [Int], grid: Int) {
    precondition(shape.count == 3 && shape.allSatisfy { $0 > 0 }, "RawPatches: [C, H, W], found \(shape)")
    precondition(grid > 0, "RawPatches: a grid of \(grid) patches")
    self.grid = grid
    patch = shape.dropFirst().map { ($0 + grid - 1) / grid }
    outputSize = shape[0] * patch[0] * patch[1]
  }

  public func callAsFunction(_ input: ModalityInput) -> Tensor {
    let shape = input.values.shape
    let whole = input.values.padded([0, grid * patch[1] - shape[3], 0, grid * patch[0] - shape[2]])
    let cut = whole.reshaped([shape[0], shape[1], grid, patch[0], grid, patch[1]]).permuted([0, 2, 4, 1, 3, 5])
    return Steps(cut.reshaped([shape[0], grid * grid, outputSize])).packed
  }
}

/// Chooses what hands a modality on unlearned to a fusion that begins with the raw inputs.
///
/// - vector `[D]`: as it is
/// - image `[C, H, W]`: `RawPatches`
/// - sequence `[T, D]`: `RawSteps`; audio the same, behind a `CentredEncoder`
///
/// - Parameter grid: patches along either side of a picture.
/// - Throws: `UsageError` where the shape does not fit the kind.
public func makeRawStepEncoder(
  for specification: ModalitySpecification, shape: [Int], grid: Int
) throws -> any Encoder {
  switch (specification.kind, shape.count) {
  case (.vector, 1): return RawEncoder(kind: .vector, shape: shape)
  case (.image, 3): return RawPatches(shape: shape, grid: grid)
  case (.sequence, 2): return RawSteps(inputSize: shape[1])
  case (.audio, 2): return CentredEncoder(RawSteps(inputSize: shape[1]))
  default:
    throw UsageError(
      "a modality of kind \(specification.kind.rawValue) with samples of shape \(shape) has no encoder")
  }
}
