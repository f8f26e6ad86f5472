public import Tensors

/// Rows of a learned table, [...] of int64 to [..., width]; the table starts from N(0, 1).
public struct Embedding: Module {
  public let weight: Parameter

  public init(_ count: Int, _ width: Int, generator: Generator) {
    precondition(count > 0 && width > 0, "an embedding needs sizes above 0, not \(count) and \(width)")
    weight = Parameter(Initialisation.normal([count, width], generator: generator))
  }

  public func callAsFunction(_ indices: Tensor) -> Tensor { reporting(indices.embedded(in: weight.value)) }
}
