public import Kernels
import Tensors

/// A kernel on one modality, as a user asks for it: `image:rbf`.
public struct KernelTerm: Sendable, Hashable, Codable, CustomStringConvertible {
  public let modality: String
  public let kernel: KernelChoice

  public var description: String { "\(modality):\(kernel)" }

  public init(modality: String, kernel: KernelChoice) {
    self.modality = modality
    self.kernel = kernel
  }

  /// Reads `modality:kernel`, separated by semicolons or, where no setting follows, by commas.
  ///
  /// - Throws: `UsageError` naming the part that cannot be read.
  public static func list(_ text: String) throws -> [KernelTerm] {
    // A comma may also separate settings; what follows it then holds an equals sign and no colon.
    var terms: [String] = []
    for piece in text.split(whereSeparator: { $0 == ";" || $0 == "," }).map(String.init) {
      if piece.contains("="), !piece.contains(":"), let last = terms.popLast() {
        terms.append(last + "," + piece)
      } else {
        terms.append(piece)
      }
    }
    guard !terms.isEmpty else { throw UsageError("no kernel in \"\(text)\"; modality:kernel expected") }
    return try terms.map { term in
      let parts = term.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 2 else { throw UsageError("\"\(term)\" is not modality:kernel, such as image:rbf") }
      return KernelTerm(modality: parts[0], kernel: try KernelChoice(parts[1]))
    }
  }
}

/// The settings of a comparison of kernels.
public struct KernelSettings: Sendable, Codable {
  /// nil for a linear and a Gaussian kernel on every modality.
  public var terms: [KernelTerm]?
  public var constraint: MultipleKernelLearning.Constraint = .simple
  /// C; where there are several, the one that validates best is kept.
  public var costs: [Double] = [1]
  public var normalisation: KernelNormalisation = .trace
  /// Relative duality gap.
  public var tolerance = 1e-4
  /// Of regression.
  public var epsilon = 0.1
  /// Most bytes of all kernels.
  public var memoryLimit = 8 << 30

  public init() {}
}

/// What learning kernel weights gains over each kernel alone, their average and the concatenation of features.
public struct KernelReport: Codable, Sendable {
  /// One way to use the kernels.
  public struct Row: Codable, Sendable {
    /// `mkl`, `average`, `concatenation`, or the kernel that stands alone.
    public let name: String
    public let cost: Double
    /// nil where there is no validation split.
    public let validation: Double?
    public let test: Double
    /// Support vectors, averaged over machines.
    public let supportVectors: Double
    /// The largest relative duality gap of a machine.
    public let gap: Double
    /// Learning with the cost that was kept.
    public let seconds: Double
  }

  public let dataset: String
  public let settings: KernelSettings
  /// `accuracy`, or `r2` where values are predicted.
  public let metric: String
  public let samples: [String: Int]
  public let kernels: [String]
  public let rows: [Row]
  /// Weights of the learned sum per machine: one for each class, or a single one.
  public let weights: [[Double]]
  /// The learned sum's predictions on the test split: class numbers or values.
  public let predictions: [Double]
}
