public import Tensors

/// Sines and cosines of the position, `[count, width]` (Vaswani et al., 2017, section 3.5), of the number type and on the device
/// of `x`.
///
/// - Parameter start: the position of the first.
public func sinusoidalPositions(_ count: Int, from start: Int = 0, width: Int, like x: Tensor) -> Tensor {
  // 10 000^(−2 i / width), by its logarithm.
  let half = (width + 1) / 2
  let rates = (Tensor.arange(half).to(.float64) * (-2 * 9.210340371976184 / Double(width))).exp()
  let angles = Tensor.arange(Double(start), Double(start + count), dtype: .float64).unsqueezed(1) * rates.unsqueezed(0)
  let pairs = Tensor.stacked([angles.sin(), angles.cos()], axis: 2).reshaped([count, 2 * half])
  return pairs.narrow(axis: 1, start: 0, length: width).to(x.dtype).to(x.device)
}
