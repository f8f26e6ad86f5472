import Encoders
import Layers
public import Tensors

/// Learns any interaction by a network on the concatenated encodings: MLP([x_1; …; x_M]).
///
/// An absent modality's block is zero and contributes nothing.
public struct NonlinearFusion: SeparableFusion {
  public let outputSize: Int
  let widths: [Int]
  let layers: [Linear]
  let dropout: Dropout

  /// - Parameters:
  ///   - widths: width of each encoding.
  ///   - hidden: width of each layer, and of the representation.
  ///   - depth: number of layers, at least 1.
  public init(widths: [Int], hidden: Int = 64, depth: Int = 2, dropout: Double = 0.2, generator: Generator) {
    precondition(depth > 0, "NonlinearFusion: depth \(depth); without a layer it is linear")
    self.widths = widths
    outputSize = hidden
    layers = (0..<depth).map { Linear($0 == 0 ? widths.reduce(0, +) : hidden, hidden, generator: generator) }
    self.dropout = Dropout(dropout)
  }

  public func callAsFunction(_ inputs: [Tensor], present: Tensor?) -> Tensor {
    check(inputs, widths: widths, in: "NonlinearFusion")
    let joined = Tensor.concatenated(clearingAbsent(inputs, present), axis: -1)
    return layers.reduce(joined) { dropout($1($0).relu()) }
  }

  public var combinesGrids: Bool { true }

  public func parts(_ inputs: [Tensor], present: Tensor?) -> [Tensor] {
    check(inputs, widths: widths, in: "NonlinearFusion")
    return layers[0].blocks(clearingAbsent(inputs, present))
  }

  public func combine(_ parts: [Tensor], present: Tensor?) -> Tensor {
    layers.network(on: parts, dropout: dropout)
  }
}

extension FusionRegistry {
  static let nonlinear = FusionDescription(
    "nonlinear", summary: "a network on the concatenated encodings",
    paper: "Ngiam et al., 2011, Multimodal Deep Learning",
    options: [
      MethodOption("hidden", default: 64, in: 1...65536, help: "width of each layer"),
      MethodOption("depth", default: 2, in: 1...8, help: "number of layers, at least 1"),
    ]
  ) { request, values, generator in
    NonlinearFusion(
      widths: request.widths, hidden: try values.integer("hidden"),
      depth: try values.integer("depth"), dropout: try values.number("dropout"),
      generator: generator)
  }
}
