import Layers
public import Modalities
public import Tensors

/// Cuts a picture `[B, C, H, W]` into square patches, projects each and adds a learned position (ViT, Dosovitskiy et al.,
/// 2021, eq. 1).
///
/// As an encoder it answers `Steps.packed`, `[B, N, width + 1]`: the class token first where there is one, then patches row
/// by row. A picture whose sides are no multiples of the patch gets zeros at the right and the bottom.
public struct PatchTokenizer: Encoder {
  public let outputSize: Int
  /// Patches along height and width.
  public let grid: [Int]
  let patch: Int
  let projection: Convolution2D
  let positions: TokenPositions

  /// - Parameters:
  ///   - shape: `[C, H, W]` of one picture.
  ///   - patch: side of a patch; nil for the smallest that makes at most 8 × 8.
  ///   - width: width of a token.
  ///   - hasClassToken: whether a learned token stands before the patches.
  public init(shape: [Int], patch: Int? = nil, width: Int = 64, hasClassToken: Bool = true, generator: Generator) {
    precondition(shape.count == 3 && shape.allSatisfy { $0 > 0 }, "PatchTokenizer: [C, H, W], found \(shape)")
    let patch = patch ?? (max(shape[1], shape[2]) + 7) / 8
    self.patch = patch
    outputSize = width
    grid = shape.dropFirst().map { ($0 + patch - 1) / patch }
    projection = Convolution2D(shape[0], width, kernel: patch, stride: patch, generator: generator)
    positions = TokenPositions(
      count: grid[0] * grid[1], width: width, hasClassToken: hasClassToken, generator: generator)
  }

  public func callAsFunction(_ input: ModalityInput) -> Tensor {
    let (height, width) = (input.values.shape[2], input.values.shape[3])
    let whole = input.values.padded([0, grid[1] * patch - width, 0, grid[0] * patch - height])
    return positions(projection(whole).flattened(from: 2, to: 3).transposed(1, 2), mask: nil).packed
  }
}

/// Learned positions of tokens, and the class token before them.
struct TokenPositions: Module {
  /// `[1, N, width]`; of the class token the first, where there is one.
  let table: Parameter
  /// `[1, 1, width]`.
  let classToken: Parameter?

  init(count: Int, width: Int, hasClassToken: Bool, generator: Generator) {
    func start(_ count: Int) -> Tensor {
      Initialisation.normal([1, count, width], deviation: 0.02, generator: generator)
    }
    table = Parameter(start(count + (hasClassToken ? 1 : 0)))
    classToken = hasClassToken ? Parameter(start(1)) : nil
  }

  /// - Parameters:
  ///   - tokens: `[B, n, width]`, the first n of those that there are positions for.
  ///   - mask: `[B, n]`, true where a token is real; nil where all are.
  func callAsFunction(_ tokens: Tensor, mask: Tensor?) -> Steps {
    var (all, real) = (tokens, mask)
    if let classToken {
      let shape = [tokens.shape[0], 1, tokens.shape[2]]
      all = Tensor.concatenated([classToken.value.expanded(to: shape), tokens], axis: 1)
      real = mask.map { Tensor.concatenated([$0.narrow(axis: 1, start: 0, length: 1).onesLike(), $0], axis: 1) }
    }
    return Steps(all + table.value.narrow(axis: 1, start: 0, length: all.shape[1]), mask: real)
  }
}
