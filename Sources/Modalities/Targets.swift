public import Tensors

/// What is to be predicted, for every sample of a data set.
public enum Targets: Sendable, Equatable {
  case none
  /// Index into `Dataset.classes`.
  case classes([Int])
  case values([Double])
  /// For every sample, whether it has each of `Dataset.classes`.
  case labels([[Bool]])

  /// The class of every sample; nil where they have other targets.
  public var classIndices: [Int]? { if case .classes(let classes) = self { classes } else { nil } }
  /// The number of every sample; nil where they have other targets.
  public var numericValues: [Double]? { if case .values(let values) = self { values } else { nil } }
  /// Of every sample which labels it has; nil where they have other targets.
  public var labelSets: [[Bool]]? { if case .labels(let labels) = self { labels } else { nil } }

  /// The targets of some samples.
  public func selecting(_ rows: [Int]) -> Targets {
    switch self {
    case .none: .none
    case .classes(let classes): .classes(rows.map { classes[$0] })
    case .values(let values): .values(rows.map { values[$0] })
    case .labels(let labels): .labels(rows.map { labels[$0] })
    }
  }

  /// Targets of some samples as a tensor; see `Batch.target`.
  public func tensor(_ indices: [Int]) -> Tensor? {
    switch self {
    case .none: nil
    case .classes(let classes): Tensor(indices.map { classes[$0] })
    case .values(let values): Tensor(indices.map { values[$0] })
    case .labels(let labels):
      Tensor(
        indices.flatMap { labels[$0].map { $0 ? Float(1) : 0 } }, shape: [indices.count, labels.first?.count ?? 0])
    }
  }

  /// Targets of some samples as rows of numbers, one after the other: class index, value, or zeros and ones for labels.
  public func numbers(_ indices: [Int]) -> [Double] {
    switch self {
    case .none: []
    case .classes(let classes): indices.map { Double(classes[$0]) }
    case .values(let values): indices.map { values[$0] }
    case .labels(let labels): indices.flatMap { labels[$0].map { $0 ? 1 : 0 } }
    }
  }
}
