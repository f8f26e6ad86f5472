public import Tensors

/// A score for every non-empty subset of the modalities, the others missing.
public struct MissingModalityTable: Sendable, Codable, Equatable {
  /// What stands in the place of a missing modality.
  public enum Imputation: String, Sendable, Codable, CaseIterable {
    /// Marked absent, as the model was told in training; its values are zeros.
    case absent
    /// Zeros that the model takes for values.
    case zero
    /// The mean over the samples.
    case mean
    /// The next sample's value: a plausible one that says nothing about this sample.
    case other
  }

  public struct Row: Sendable, Codable, Equatable {
    /// The modalities that are there.
    public let present: [String]
    public let score: Double
  }

  public let imputation: Imputation
  /// Fewer modalities first; the last row has all.
  public let rows: [Row]

  /// - Parameters:
  ///   - names: of the modalities.
  ///   - inputs: `[N, …]` of each modality, in the order of `names`.
  ///   - imputation: what stands for a missing modality.
  ///   - function: outputs of inputs and of their presence `[N, M]` as bool.
  ///   - score: of the outputs.
  /// - Throws: what `score` throws.
  public init(
    _ names: [String], _ inputs: [Tensor], imputation: Imputation, _ function: ([Tensor], Tensor) -> Tensor,
    score: (Tensor) throws -> Double
  ) rethrows {
    precondition(
      names.count == inputs.count && (1...16).contains(names.count),
      "\(inputs.count) inputs for \(names.count) modalities; every subset is formed for 1 to 16")
    self.imputation = imputation
    rows = try Self.subsets(of: names.count).map { isPresent in
      let outputs = withoutGradients {
        let (values, mask) = Self.imputed(inputs, keeping: isPresent, imputation)
        return function(values, mask)
      }
      return Row(present: names.indices.filter { isPresent[$0] }.map { names[$0] }, score: try score(outputs))
    }
  }

  /// Every non-empty subset of so many modalities, smaller ones first.
  public static func subsets(of modalities: Int) -> [[Bool]] {
    (1..<1 << modalities).sorted { ($0.nonzeroBitCount, $0) < ($1.nonzeroBitCount, $1) }
      .map { subset in (0..<modalities).map { subset >> $0 & 1 == 1 } }
  }

  /// Inputs of which only some modalities are kept, and the presence `[N, M]` that a model is told.
  ///
  /// - Parameters:
  ///   - inputs: `[N, …]` each.
  ///   - isKept: whether each modality stays.
  ///   - imputation: what stands for a missing modality.
  public static func imputed(
    _ inputs: [Tensor], keeping isKept: [Bool], _ imputation: Imputation
  ) -> (inputs: [Tensor], present: Tensor) {
    precondition(inputs.count == isKept.count, "\(inputs.count) inputs, \(isKept.count) flags")
    let flags = isKept.map { $0 || imputation != .absent ? 1.0 : 0 }
    return (
      zip(inputs, isKept).map { $1 ? $0 : stand(in: $0, imputation) },
      Tensor(flags).unsqueezed(0).expanded(to: [inputs[0].shape[0], inputs.count]) .> 0
    )
  }

  /// The score where exactly these modalities are there.
  public func score(of present: [String]) -> Double? {
    rows.first { Set($0.present) == Set(present) }?.score
  }

  private static func stand(in input: Tensor, _ imputation: Imputation) -> Tensor {
    switch imputation {
    case .absent, .zero: input.zerosLike()
    case .mean: input.mean(axes: [0], keepingDimensions: true).expanded(to: input.shape)
    case .other: input.rolled(1, axis: 0)
    }
  }
}
