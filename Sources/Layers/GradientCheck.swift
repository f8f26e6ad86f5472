public import Tensors

/// Largest relative deviation between the derivatives that autograd gives and central differences.
///
/// Each of `leaves` (float64, taking gradients) is moved in place along random directions and put back. An output of
/// several elements is reduced by fixed weights that differ, so that errors in single elements do not cancel.
///
/// - Parameters:
///   - leaves: what to derive by.
///   - directions: how many for each leaf.
///   - step: how far a leaf is moved either way.
///   - generator: source of the directions.
///   - function: computes the output anew from the present values of the leaves.
/// - Returns: max over leaves and directions of |a − n| / max(|a|, |n|, 10⁻³): about 10⁻⁸ where all is right.
public func gradientDeviation(
  of leaves: [Tensor], directions: Int = 3, step: Double = 1e-5, generator: Generator, _ function: () -> Tensor
) -> Double {
  func reduced() -> Tensor {
    let output = function()
    let weights = (Tensor.arange(output.count).to(DType.float64) * 1.3 + 0.4).cos()
    return (output.reshaped([output.count]) * weights).sum()
  }
  let derivatives = gradients(of: [reduced()], withRespectTo: leaves, allowUnused: true)
  var largest = 0.0
  for (leaf, gradient) in zip(leaves, derivatives) {
    precondition(leaf.dtype == .float64, "central differences need float64, not \(leaf.dtype)")
    for _ in 0..<directions {
      let direction = Tensor.randn(leaf.shape, dtype: .float64, generator: generator)
      func value(moved distance: Double) -> Double {
        withoutGradients {
          leaf.add_(direction, alpha: distance)
          defer { leaf.add_(direction, alpha: -distance) }
          return reduced().item()
        }
      }
      let numeric = (value(moved: step) - value(moved: -step)) / (2 * step)
      let analytic = gradient.map { ($0 * direction).sum().item() } ?? 0
      let deviation = abs(analytic - numeric) / max(abs(analytic), abs(numeric), 1e-3)
      // NaN compares false with everything: it must not pass for a small deviation.
      largest = deviation.isNaN ? .infinity : max(largest, deviation)
    }
  }
  return largest
}
