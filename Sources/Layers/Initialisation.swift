public import Tensors

/// Random initial values of parameters.
public enum Initialisation {
  /// U(−`bound`, `bound`).
  public static func uniform(_ shape: [Int], bound: Double, generator: Generator) -> Tensor {
    Tensor.rand(shape, generator: generator) * (2 * bound) - bound
  }

  /// U(−1/√`fanIn`, 1/√`fanIn`): Kaiming uniform with a = √5, PyTorch's default for linear and convolution layers.
  public static func kaimingUniform(_ shape: [Int], fanIn: Int, generator: Generator) -> Tensor {
    uniform(shape, bound: 1 / Double(fanIn).squareRoot(), generator: generator)
  }

  /// U(−√(6 / (fanIn + fanOut)), √(6 / (fanIn + fanOut))) (Glorot & Bengio, 2010, eq. 16).
  public static func xavierUniform(_ shape: [Int], fanIn: Int, fanOut: Int, generator: Generator) -> Tensor {
    uniform(shape, bound: (6 / Double(fanIn + fanOut)).squareRoot(), generator: generator)
  }

  /// N(0, `deviation`²).
  public static func normal(_ shape: [Int], deviation: Double = 1, generator: Generator) -> Tensor {
    Tensor.randn(shape, generator: generator) * deviation
  }
}
