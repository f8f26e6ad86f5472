public import Tensors

/// How alike two Gram matrices `[n, n]` are: ⟨K, L⟩ / (‖K‖ ‖L‖), the cosine of the angle between them.
///
/// - Parameters:
///   - k: `[n, n]`.
///   - l: `[n, n]` of the same samples.
///   - centred: whether both are centred first (Cortes, Mohri & Rostamizadeh, 2012, definition 4), else as they are
///     (Cristianini et al., 2001, definition 1).
/// - Returns: 0 … 1 for positive semi-definite matrices.
/// - Throws: `InputError` where a matrix is zero (after centring, constant): its angle to another is not defined.
public func kernelAlignment(_ k: Tensor, _ l: Tensor, centred: Bool) throws -> Double {
  checkSquare(k, "Gram matrix")
  precondition(k.shape == l.shape, "Gram matrices of shapes \(k.shape) and \(l.shape)")
  let sides = [k, l].map { $0.to(.float64) }
  let moved = centred ? sides.map(KernelCentring.centred) : sides
  let norms = moved.map { $0.norm().item() }
  for (norm, side) in zip(norms, sides) where !(norm > 1e-13 * side.norm().item()) {
    throw InputError("the kernel is \(centred ? "constant" : "zero"); its alignment with another is not defined")
  }
  return (moved[0] * moved[1]).sum().item() / (norms[0] * norms[1])
}

/// The kernel that knows the answers: 1 for two samples of the same class, else `otherwise`, `[n, n]` float64.
///
/// - Parameters:
///   - labels: of the samples.
///   - otherwise: −1 for yyᵀ of two classes, 0 for class indicators; both are in use.
public func targetKernel(_ labels: [Int], otherwise: Double = 0) -> Tensor {
  let labels = Tensor(labels)
  let same = (labels.unsqueezed(1) .== labels.unsqueezed(0)).to(.float64)
  return same * (1 - otherwise) + otherwise
}

/// Weights of a sum of kernels from their alignments with a target, none negative, summing to 1.
///
/// Each kernel's own alignment, where it is positive, is its weight (Cortes, Mohri & Rostamizadeh, 2012, section 4.1, which
/// does not say what becomes of a negative one: here 0, as a negative weight is no kernel).
/// - Throws: `InputError` where no kernel is aligned with the target.
public func alignmentWeights(_ kernels: [Tensor], target: Tensor, centred: Bool = true) throws -> [Double] {
  let alignments = try kernels.map { max(0, try kernelAlignment($0, target, centred: centred)) }
  let total = alignments.reduce(0, +)
  guard total > 0 else { throw InputError("no kernel is aligned with the target; weights are not defined") }
  return alignments.map { $0 / total }
}
