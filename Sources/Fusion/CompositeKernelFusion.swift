import Encoders
public import Kernels
import Models
public import Tensors

/// Fuses modalities in one kernel, K = Σ_t α_t K_t with α ≥ 0, learned together with a support vector machine and λ/2 ‖α‖²
/// (Vishwanathan et al., 2010), or under any other constraint of `MultipleKernelLearning`.
///
/// Each term is a kernel on one modality, brought to one scale on the samples fitted; a modality may have several. Samples
/// must have every modality.
///
/// ```swift
/// let fusion = try CompositeKernelFusion(
///   fitting: [pictures, texts], targets: labels, classes: 10,
///   terms: [.init(modality: 0, kernel: .gaussian(gamma: 0.1)), .init(modality: 1, kernel: .linear)])
/// let predictions = try fusion.predict([newPictures, newTexts])
/// ```
public struct CompositeKernelFusion {
  /// A kernel on one modality.
  public struct Term: Sendable, Hashable, Codable {
    /// Position of the modality among the inputs.
    public let modality: Int
    public let kernel: VectorKernel

    public init(modality: Int, kernel: VectorKernel) {
      self.modality = modality
      self.kernel = kernel
    }
  }

  public let terms: [Term]
  public let normalisation: KernelNormalisation
  /// nil where values are predicted.
  public let classifier: MultipleKernelClassifier?
  /// nil where classes are predicted.
  public let regressor: MultipleKernelModel?
  /// One for each term.
  private let kernels: [ScaledKernel]
  private let modalities: Int

  /// Learns classes.
  ///
  /// - Parameters:
  ///   - inputs: samples `[n, width]` of each modality.
  ///   - targets: class of each sample, `0 ..< classes`.
  ///   - folds: held-out parts for probabilities; nil for none.
  ///   - memoryLimit: most bytes of all kernels.
  /// - Throws: what kernels, `KernelStack` and `MultipleKernelLearning` refuse.
  public init(
    fitting inputs: [Tensor], targets: [Int], classes: Int, terms: [Term],
    learning: MultipleKernelLearning = MultipleKernelLearning(constraint: .squaredNorm(2)),
    normalisation: KernelNormalisation = .trace, folds: Int? = nil, memoryLimit: Int = 8 << 30
  ) throws {
    kernels = try Self.kernels(inputs, terms, normalisation)
    let stack = try KernelStack(kernels, memoryLimit: memoryLimit)
    classifier = try MultipleKernelClassifier(learning, stack, targets: targets, classes: classes, folds: folds)
    regressor = nil
    (modalities, self.terms, self.normalisation) = (inputs.count, terms, normalisation)
  }

  /// Learns values, which may be off by ε at no cost.
  public init(
    fitting inputs: [Tensor], values: [Double], epsilon: Double = 0.1, terms: [Term],
    learning: MultipleKernelLearning = MultipleKernelLearning(constraint: .squaredNorm(2)),
    normalisation: KernelNormalisation = .trace, memoryLimit: Int = 8 << 30
  ) throws {
    kernels = try Self.kernels(inputs, terms, normalisation)
    let stack = try KernelStack(kernels, memoryLimit: memoryLimit)
    regressor = try learning.regress(stack, targets: values, epsilon: epsilon)
    classifier = nil
    (modalities, self.terms, self.normalisation) = (inputs.count, terms, normalisation)
  }

  /// α of each term, per machine: one for each class, or a single one for two classes and for values.
  public var weights: [[Double]] { (classifier?.machines ?? [regressor].compactMap { $0 }).map(\.weights) }

  /// The class of new samples `[m, width]` per modality.
  public func predict(_ inputs: [Tensor]) throws -> [Int] {
    guard let classifier else { preconditionFailure("the fusion was fitted on values, not classes") }
    return classifier.predict(try kernels(of: inputs))
  }

  /// Probabilities of the classes of new samples, `[m][classes]`; nil where no folds were asked for.
  public func probabilities(_ inputs: [Tensor]) throws -> [[Double]]? {
    guard let classifier else { preconditionFailure("the fusion was fitted on values, not classes") }
    return classifier.probabilities(try kernels(of: inputs))
  }

  /// The predicted values of new samples.
  public func values(_ inputs: [Tensor]) throws -> [Double] {
    guard let regressor else { preconditionFailure("the fusion was fitted on classes, not values") }
    return regressor.decision(try kernels(of: inputs))
  }

  /// Kernels of new samples with those fitted, `[m, n]` per term, on the scale they were fitted on.
  private func kernels(of new: [Tensor]) throws -> [Tensor] {
    precondition(new.count == modalities, "\(new.count) modalities; \(modalities) expected")
    return try zip(terms, kernels).map { try $1(new[$0.modality]) }
  }

  private static func kernels(
    _ inputs: [Tensor], _ terms: [Term], _ normalisation: KernelNormalisation
  ) throws -> [ScaledKernel] {
    guard !terms.isEmpty else { throw UsageError("no kernels to fuse; at least one expected") }
    return try terms.map { term in
      precondition(inputs.indices.contains(term.modality), "modality \(term.modality) of \(inputs.count)")
      return try ScaledKernel(term.kernel, inputs[term.modality], normalisation)
    }
  }
}

extension Method {
  static let compositeKernel = multipleKernel(
    "composite-kernel",
    "sum of kernels on the modalities, weights penalised by their square, support vector machines",
    "Vishwanathan et al., 2010, Multiple kernel learning and the SMO algorithm",
    [MethodOption("lambda", default: 1, in: 1e-9...1e9, help: "weight of the kernel weights' squared norm")]
  ) { .squaredNorm(2, lambda: try $0.number("lambda")) }
}
