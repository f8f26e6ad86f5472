public import Tensors

/// An element-wise function between layers, named as in configuration files.
public enum Activation: String, Codable, Sendable, CaseIterable {
  case relu, gelu, tanh, sigmoid, silu, identity

  public func callAsFunction(_ x: Tensor) -> Tensor {
    switch self {
    case .relu: x.relu()
    case .gelu: x.gelu()
    case .tanh: x.tanh()
    case .sigmoid: x.sigmoid()
    case .silu: x.silu()
    case .identity: x
    }
  }
}
