public import Tensors

/// Linear layers with an activation and dropout between them, [..., sizes.first] to [..., sizes.last].
///
/// ```swift
/// let classify = MLP(sizes: [64, 128, 10], activation: .relu, dropout: 0.1, generator: generator)
/// ```
public struct MLP: Module {
  public let layers: [Linear]
  let activation: Activation
  let dropout: Dropout

  /// - Parameters:
  ///   - sizes: widths from input to output, at least two; nothing follows the last layer.
  ///   - activation: follows every layer but the last.
  ///   - dropout: probability behind each activation, while training.
  ///   - generator: source of the initial weights.
  public init(sizes: [Int], activation: Activation = .relu, dropout: Double = 0, generator: Generator) {
    precondition(sizes.count >= 2, "an MLP needs an input and an output width, got \(sizes)")
    layers = zip(sizes, sizes.dropFirst()).map { Linear($0, $1, generator: generator) }
    self.activation = activation
    self.dropout = Dropout(dropout)
  }

  public var outputSize: Int { layers[layers.count - 1].outputSize }

  public func callAsFunction(_ x: Tensor) -> Tensor {
    layers.dropFirst().reduce(layers[0](x)) { hidden, layer in layer(dropout(activation(hidden))) }
  }
}
