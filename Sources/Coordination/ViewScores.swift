import Kernels
import Tensors

/// Scores of the samples of one view in a shared space, `[m, width] → [m, components]` float64.
protocol ViewScores {
  /// Components.
  var count: Int { get }
  func callAsFunction(_ x: Tensor) throws -> Tensor
  /// The first components alone.
  func prefix(_ count: Int) -> any ViewScores
  /// All numbers, by name.
  var tensors: [String: Tensor] { get }
}

extension Tensor {
  /// The first columns.
  func columns(_ count: Int) -> Tensor { narrow(axis: 1, start: 0, length: count) }
}

/// (x − mean) W.
struct LinearScores: ViewScores {
  /// `[width]`.
  let mean: Tensor
  /// `[width, components]`.
  let weights: Tensor

  var count: Int { weights.shape[1] }
  func callAsFunction(_ x: Tensor) -> Tensor { (x.to(.float64) - mean).matmul(weights) }
  func prefix(_ count: Int) -> any ViewScores { LinearScores(mean: mean, weights: weights.columns(count)) }
  var tensors: [String: Tensor] { ["mean": mean, "weights": weights] }
}

/// K(x, samples) A + b: what kernel methods find, centring included.
struct KernelScores: ViewScores {
  let kernel: VectorKernel
  /// `[n, width]`.
  let samples: Tensor
  /// A `[n, components]`.
  let coefficients: Tensor
  /// b `[components]`.
  let offset: Tensor

  var count: Int { coefficients.shape[1] }
  func callAsFunction(_ x: Tensor) throws -> Tensor {
    try kernel.gram(x, samples).matmul(coefficients) + offset
  }
  func prefix(_ count: Int) -> any ViewScores {
    KernelScores(
      kernel: kernel, samples: samples, coefficients: coefficients.columns(count),
      offset: offset.narrow(axis: 0, start: 0, length: count))
  }
  var tensors: [String: Tensor] { ["samples": samples, "coefficients": coefficients, "offset": offset] }
}

/// A network's output and linear scores of it.
struct NetworkScores: ViewScores {
  let networks: any CorrelatedNetworks
  let view: CanonicalCorrelationAnalysis.View
  let linear: LinearScores

  var count: Int { linear.count }
  func callAsFunction(_ x: Tensor) -> Tensor {
    linear(withoutGradients { networks.encode(x.to(.float32), view) })
  }
  func prefix(_ count: Int) -> any ViewScores {
    NetworkScores(networks: networks, view: view, linear: linear.columns(count))
  }
  /// The networks are one for both views: the first view's scores hold them.
  var tensors: [String: Tensor] {
    var tensors = linear.tensors
    if view == .first { for (name, tensor) in networks.state() { tensors["networks.\(name)"] = tensor } }
    return tensors
  }
}

extension LinearScores {
  func columns(_ count: Int) -> LinearScores { LinearScores(mean: mean, weights: weights.columns(count)) }
}
