import Layers
public import Modalities
public import Tensors

/// Encodes a vector `[B, D]` through linear layers, each followed by a rectifier and dropout.
public struct MLPEncoder: Encoder {
  public let outputSize: Int
  let layers: [Linear]
  let dropout: Dropout

  /// - Parameters:
  ///   - inputSize: width of the vector.
  ///   - width: width of every layer, and of the encoding.
  ///   - layers: number of linear layers, at least 1.
  ///   - dropout: probability of dropping a unit after each layer.
  public init(inputSize: Int, width: Int = 64, layers: Int = 1, dropout: Double = 0.2, generator: Generator) {
    precondition(inputSize > 0 && width > 0 && layers > 0, "MLPEncoder: sizes \(inputSize), \(width), layers \(layers)")
    outputSize = width
    self.layers = (0..<layers).map { Linear($0 == 0 ? inputSize : width, width, generator: generator) }
    self.dropout = Dropout(dropout)
  }

  public func callAsFunction(_ input: ModalityInput) -> Tensor {
    layers.reduce(input.values) { dropout($1($0).relu()) }
  }
}
