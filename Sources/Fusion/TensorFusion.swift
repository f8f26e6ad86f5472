import Encoders
import Layers
public import Tensors

/// Weighs every product of features of all modalities, of any order: z = W vec(⊗_m [x_m; 1]) + b (Zadeh et al., 2017, eq. 2).
///
/// The constant 1 beside each x_m keeps single modalities and products of fewer in the tensor. For any M ≥ 2. An absent
/// modality is [0; 1], so the products of those present remain.
public struct TensorFusion: SeparableFusion {
  /// The widest fused tensor that is allowed: 2¹⁸ features a sample.
  public static let largestFusedWidth = 1 << 18

  public let outputSize: Int
  /// Features of the fused tensor, Π_m (D_m + 1).
  public let fusedWidth: Int
  let widths: [Int]
  let projections: [Linear]
  let output: Linear

  /// - Parameters:
  ///   - widths: width D_m of each encoding.
  ///   - projection: width to which every encoding is projected before; nil fuses the encodings themselves.
  ///   - output: width of the representation.
  /// - Throws: `UsageError` where the tensor would be wider than `largestFusedWidth`.
  public init(widths: [Int], projection: Int? = nil, output: Int = 32, generator: Generator) throws {
    let sizes = projection.map { width in widths.map { _ in width } } ?? widths
    var fused = 1
    for size in sizes {
      let (product, overflow) = fused.multipliedReportingOverflow(by: size + 1)
      fused = overflow ? .max : product
      guard fused <= Self.largestFusedWidth else {
        throw UsageError(
          "tensor fusion of widths \(sizes.map(String.init).joined(separator: " × ")) needs more than "
            + "\(Self.largestFusedWidth) features a sample; lower the option projection, or use low-rank")
      }
    }
    self.widths = widths
    fusedWidth = fused
    outputSize = output
    projections = projection.map { size in widths.map { Linear($0, size, generator: generator) } } ?? []
    self.output = Linear(fused, output, generator: generator)
  }

  /// The projection width chosen for `modalities`: the largest up to 16 that keeps the tensor within 8192 features.
  public static func projectionWidth(modalities: Int) -> Int {
    var width = 16
    while width > 1, (0..<modalities).reduce(1, { product, _ in min(product * (width + 1), 1 << 40) }) > 8192 {
      width -= 1
    }
    return width
  }

  public var isMultiaffine: Bool { true }

  /// [x_m; 1] of each modality, `[B, D_m + 1]`.
  public func parts(_ inputs: [Tensor], present: Tensor?) -> [Tensor] {
    check(inputs, widths: widths, in: "TensorFusion")
    var factors = clearingAbsent(inputs, present)
    if !projections.isEmpty {
      // Cleared again: a projection's offset would stand where the modality is absent.
      factors = clearingAbsent(zip(projections, factors).map { $0($1) }, present)
    }
    return factors.map { $0.padded([0, 1], value: 1) }
  }

  public func combine(_ parts: [Tensor], present: Tensor?) -> Tensor { output(outer(parts)) }

  /// vec(⊗_m [x_m; 1]), `[B, fusedWidth]`: the last modality's index moves fastest, and within a modality the 1 is last.
  public func fused(_ inputs: [Tensor], present: Tensor?) -> Tensor { outer(parts(inputs, present: present)) }

  private func outer(_ parts: [Tensor]) -> Tensor {
    parts.dropFirst().reduce(parts[0]) { ($0.unsqueezed(2) * $1.unsqueezed(1)).flattened(from: 1, to: 2) }
  }
}

extension FusionRegistry {
  static let tensor = FusionDescription(
    "tensor", summary: "every product of features of all modalities, of any order, weighted",
    paper: "Zadeh et al., 2017, Tensor Fusion Network for Multimodal Sentiment Analysis",
    options: [
      MethodOption(
        "projection", default: .automatic, in: 1...TensorFusion.largestFusedWidth,
        help: "width to which each encoding is projected before; auto keeps the tensor within 8192 features"),
      smallOutput,
    ]
  ) { request, values, generator in
    let automatic = values.text("projection") == "auto"
    return try TensorFusion(
      widths: request.widths,
      projection: automatic
        ? TensorFusion.projectionWidth(modalities: request.widths.count)
        : values.integer("projection"),
      output: values.integer("output"), generator: generator)
  }
}
