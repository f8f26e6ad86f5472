public import Layers
public import Tensors

/// Weighs every product of P features of one vector: z = W vec(f ⊗ … ⊗ f), P factors f = [x; 1] (polynomial tensor pooling,
/// Hou et al., 2019, eq. 4–7), with a weight that is factorised so that the products are never formed.
///
/// The constant keeps products of fewer features. Two factorisations of W, a tensor of order P + 1:
/// - CP: z_h = Σ_r (F_1 f)_hr · … · (F_P f)_hr;
/// - tensor ring: z_h = tr(C_h G_1(f) … G_P(f)), where G_p(f) = Σ_i f_i G_p,i are R×R matrices.
///
/// Initial values: the column of a factor that multiplies the constant starts at 1 (CP) or the identity (ring), so that
/// the products start near the sum of their parts and neither vanish nor grow with the order.
public struct PolynomialTensorPooling: Module {
  /// How the weight is factorised.
  public enum Weights: String, CaseIterable, Codable, Sendable { case cp, ring }

  public let outputSize: Int
  let weights: Weights
  let rank: Int
  let factors: [Linear]
  /// Of the ring, C, `[outputSize, R²]`.
  let core: Linear?
  let bias: Parameter?

  /// - Parameters:
  ///   - width: width of x.
  ///   - order: P, at least 1.
  ///   - rank: R.
  ///   - output: width of the result.
  public init(
    width: Int, order: Int = 3, rank: Int = 8, weights: Weights = .cp, output: Int = 32, generator: Generator
  ) {
    precondition(order > 0 && rank > 0, "PolynomialTensorPooling: order \(order), rank \(rank)")
    outputSize = output
    self.weights = weights
    self.rank = rank
    let size = weights == .cp ? rank * output : rank * rank
    let start = weights == .cp ? Tensor.ones([size]) : Tensor.eye(rank).reshaped([size])
    factors = (0..<order).map { _ in
      let factor = Linear(width, size, generator: generator)
      factor.bias!.assign(start)
      return factor
    }
    core = weights == .ring ? Linear(size, output, generator: generator) : nil
    bias = weights == .cp ? Parameter(.zeros([output])) : nil
  }

  /// - Parameter x: `[..., width]`.
  /// - Returns: `[..., outputSize]`.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    let leading = Array(x.shape.dropLast())
    let terms = factors.map { $0(x) }
    switch weights {
    case .cp:
      let product = terms.dropFirst().reduce(terms[0], *)
      let sum = product.reshaped(leading + [outputSize, rank]).sum(axes: [-1])
      return reporting(sum / Double(rank).squareRoot() + bias!.value)
    case .ring:
      let matrices = terms.map { $0.reshaped(leading + [rank, rank]) }
      let product = matrices.dropFirst().reduce(matrices[0]) { $0.matmul($1) }
      return reporting(core!(product.reshaped(leading + [rank * rank])))
    }
  }
}
