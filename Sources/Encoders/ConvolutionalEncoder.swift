import Layers
public import Modalities
public import Tensors

/// Encodes a picture `[B, C, H, W]` by a small convolutional network.
///
/// A block is a 3×3 convolution, 2×2 maximum pooling, group normalisation and a rectifier; blocks are added until the shorter
/// side is below 8, so 28×28 takes two and 96×96 takes four. Channels double from 8 to at most 64. What is left is
/// flattened, after average pooling to 4×4 where it would be wider than 4096. Normalisation is per sample: absent rows
/// and batch mates do not enter it.
public struct ConvolutionalEncoder: Encoder {
  public let outputSize: Int
  let convolutions: [Convolution2D]
  let norms: [GroupNorm]
  let dropout: Dropout
  let output: Linear
  private let pools: Bool
  private let coarse: [Int]?

  /// - Parameters:
  ///   - shape: `[C, H, W]` of one picture.
  ///   - width: width of the encoding.
  public init(shape: [Int], width: Int = 64, dropout: Double = 0.2, generator: Generator) {
    precondition(shape.count == 3 && shape.allSatisfy { $0 > 0 }, "ConvolutionalEncoder: [C, H, W], found \(shape)")
    outputSize = width
    var (channels, height, width_) = (shape[0], shape[1], shape[2])
    var convolutions: [Convolution2D] = []
    var next = 8
    pools = min(height, width_) >= 8
    repeat {
      convolutions.append(Convolution2D(channels, next, kernel: 3, stride: 1, padding: 1, generator: generator))
      channels = next
      next = min(2 * next, 64)
      if pools { (height, width_) = (height / 2, width_ / 2) }
    } while min(height, width_) >= 8
    self.convolutions = convolutions
    norms = convolutions.indices.map { GroupNorm(groups: 4, channels: min(8 << $0, 64)) }
    coarse = channels * height * width_ > 4096 ? [min(4, height), min(4, width_)] : nil
    let cells = coarse.map { $0[0] * $0[1] } ?? height * width_
    self.dropout = Dropout(dropout)
    output = Linear(channels * cells, width, generator: generator)
  }

  public func callAsFunction(_ input: ModalityInput) -> Tensor {
    var x = input.values
    for (convolution, norm) in zip(convolutions, norms) {
      x = convolution(x)
      // Pooled before normalising: a quarter of the work.
      x = norm(pools ? x.maxPool2d(2) : x).relu()
    }
    if let coarse { x = x.adaptiveAveragePool2d(coarse) }
    return dropout(output(dropout(x.flattened(from: 1, to: -1))).relu())
  }
}
