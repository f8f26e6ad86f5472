import Tensors

/// What is added to the covariance Σ of a view before it is inverted.
public enum ViewRegularisation: Hashable, Sendable, Codable {
  /// Nothing. Directions in which the samples do not vary are left out.
  case none
  /// Σ + κI.
  case ridge(Double)
  /// (1 − c) Σ + cI: from correlation (c = 0) to partial least squares (c = 1).
  case shrinkage(Double)

  /// The factor of Σ and what is added to its diagonal.
  var parts: (factor: Double, added: Double) {
    switch self {
    case .none: (1, 0)
    case .ridge(let ridge): (1, ridge)
    case .shrinkage(let part): (1 - part, part)
    }
  }

  /// Whether the covariance stays as it is.
  var isNone: Bool { parts == (1, 0) }

  /// - Throws: `UsageError` for a ridge below 0 or a shrinkage outside 0 … 1.
  func check() throws {
    switch self {
    case .none: break
    case .ridge(let ridge):
      guard ridge >= 0, ridge.isFinite else { throw UsageError("ridge is \(ridge); expected at least 0") }
    case .shrinkage(let part):
      guard (0...1).contains(part) else { throw UsageError("shrinkage is \(part); expected 0 to 1") }
    }
  }
}

/// Whether columns are brought to the same scale before anything else; all are centred.
public enum ViewScaling: String, CaseIterable, Sendable, Codable {
  /// As they are. Without regularisation the scale of columns changes no correlation.
  case centred
  /// Divided by their standard deviations (n − 1); constant columns stay 0.
  case standardised
}
