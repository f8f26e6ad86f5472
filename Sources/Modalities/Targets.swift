public import Tensors

/// What is to be predicted, for every sample of a data set.
public enum Targets: Sendable, Equatable {
  case none
  /// Index into `Dataset.classes`.
  case classes([Int])
  case values([Double])
  /// For every sample, whether it has each of `Dataset.classes`.
  case labels([[Bool]])

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

  /// Class indices or values of some samples as numbers; empty for several labels or no target.
  public func numbers(_ indices: [Int]) -> [Double] {
    switch self {
    case .classes(let classes): indices.map { Double(classes[$0]) }
    case .values(let values): indices.map { values[$0] }
    case .none, .labels: []
    }
  }
}
