public import Tensors

/// A kernel of vectors as a user names it: `linear`, `rbf`, `rbf:gamma=0.1`, `polynomial:degree=3,offset=0`; what is not
/// given follows from the samples.
public struct KernelChoice: Sendable, Hashable, Codable, CustomStringConvertible {
  /// The names there are.
  public enum Name: String, CaseIterable, Sendable, Codable {
    case linear, polynomial, laplacian
    case exponentialDot = "exp-dot"
    case rbf, cosine
    case chiSquared = "chi2"
    case intersection

    /// Whether it takes histograms, whose values may not be moved below 0.
    public var readsHistograms: Bool { self == .chiSquared || self == .intersection }

    /// The settings it takes.
    var settings: [String] {
      switch self {
      case .linear, .cosine, .intersection: []
      case .polynomial: ["degree", "scale", "offset"]
      case .laplacian, .exponentialDot, .chiSquared: ["gamma"]
      case .rbf: ["gamma", "factor"]
      }
    }
  }

  public let name: Name
  public let settings: [String: Double]

  /// What a user would write.
  public var description: String {
    let values = settings.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    return ([name.rawValue] + (values.isEmpty ? [] : [values.joined(separator: ",")])).joined(separator: ":")
  }

  /// Reads `name` or `name:setting=value,…`.
  ///
  /// - Throws: `UsageError` naming what is unknown and what there is.
  public init(_ text: String) throws {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard let name = Name(rawValue: String(parts[0])) else {
      let known = Name.allCases.map(\.rawValue).joined(separator: ", ")
      throw UsageError("unknown kernel \"\(parts[0])\"; expected one of \(known)")
    }
    var settings: [String: Double] = [:]
    for pair in parts.dropFirst().flatMap({ $0.split(separator: ",", omittingEmptySubsequences: false) }) {
      let sides = pair.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
      guard sides.count == 2, let value = Double(sides[1]), value.isFinite else {
        throw UsageError("kernel \"\(text)\": \"\(pair)\" is not setting=number")
      }
      guard name.settings.contains(sides[0]) else {
        let known = name.settings.isEmpty ? "none" : name.settings.joined(separator: ", ")
        throw UsageError("kernel \(name.rawValue) has no setting \"\(sides[0])\"; it has \(known)")
      }
      settings[sides[0]] = value
    }
    if let degree = settings["degree"], degree != degree.rounded() || !(1...64).contains(degree) {
      throw UsageError("kernel \"\(text)\": degree \(degree); a whole number from 1 to 64 expected")
    }
    self.name = name
    self.settings = settings
  }

  /// The kernel for samples `[n, width]`: γ of a Gaussian from the median heuristic, times `factor`; γ of the others and
  /// the scale of a polynomial 1 / width, γ of χ² 1.
  public func kernel(for samples: Tensor) throws -> VectorKernel {
    let inverse = 1 / Double(max(1, samples.shape[1]))
    switch name {
    case .linear: return .linear
    case .cosine: return .cosine
    case .intersection: return .intersection
    case .polynomial:
      return .polynomial(
        degree: Int(settings["degree"] ?? 3), scale: settings["scale"] ?? inverse, offset: settings["offset"] ?? 1)
    case .laplacian: return .laplacian(gamma: settings["gamma"] ?? inverse)
    case .exponentialDot: return .exponentialDot(gamma: settings["gamma"] ?? inverse)
    case .chiSquared: return .chiSquared(.exponential(gamma: settings["gamma"] ?? 1))
    case .rbf:
      let gamma = try settings["gamma"] ?? VectorKernel.medianGamma(samples)
      return .gaussian(gamma: gamma * (settings["factor"] ?? 1))
    }
  }
}

extension KernelChoice {
  /// A kernel on normalised features, as an option of a method says it.
  ///
  /// - Throws: `UsageError` for an unknown one and for kernels of histograms.
  public init(ofFeatures text: String, method: String) throws {
    try self.init(text)
    guard !name.readsHistograms else {
      throw UsageError(
        "method \(method): kernel \(text) takes histograms, which normalised features are not; "
          + "chiasm kernel mkl and chiasm coordinate read them as they are")
    }
  }
}
