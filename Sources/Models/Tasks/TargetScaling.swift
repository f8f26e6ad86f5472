public import Modalities
public import Tensors

/// The mean and deviation of a regression target in the train split: a model learns the standardised target.
public struct TargetScaling: Codable, Sendable, Equatable {
  public var mean: Double
  public var scale: Double

  /// Targets as they are.
  public static let identity = TargetScaling(mean: 0, scale: 1)

  public init(mean: Double, scale: Double) {
    self.mean = mean
    self.scale = scale
  }

  /// Values of float64 as float32 that a model learns; class indices and labels as they are.
  public func standardised(_ target: Tensor) -> Tensor {
    // Narrowed last: single precision holds neither the seconds of a Unix time nor 1e39.
    target.dtype == .float64 ? ((target - mean) / scale).to(.float32) : target
  }

  /// Targets as a model learns them, as float32 holds them.
  public func standardised(_ targets: Targets) -> Targets {
    targets.numericValues.map { .values(standardised(Tensor($0)).doubles) } ?? targets
  }

  /// What a model's float32 output says in the unit of the target, in float64.
  public func restored(_ output: Tensor) -> Tensor { output.to(.float64) * scale + mean }

  /// Of the train split.
  /// - Throws: `InputError` for values whose squares no number can hold.
  public init(_ dataset: Dataset) throws {
    guard let all = dataset.targets.numericValues else {
      self = .identity
      return
    }
    let values = dataset[.train].map { all[$0] }
    // From the first on, so that the mean of equal values is that value.
    let mean = values[0] + values.reduce(0) { $0 + ($1 - values[0]) / Double(values.count) }
    // As multiples of the largest, so that neither large nor small ones leave the range when squared.
    let largest = values.reduce(0) { max($0, abs($1 - mean)) }
    let squares = values.reduce(0) { $0 + ($1 - mean) / largest * (($1 - mean) / largest) }
    let deviation = largest > 0 ? largest * (squares / Double(values.count)).squareRoot() : 0
    if let row = all.firstIndex(where: { abs($0) > 1e150 }) ?? (deviation > 0 && deviation < 1e-150 ? 0 : nil) {
      throw InputError(
        file: "samples.csv", at: "row \(row + 2) (id \"\(dataset.ids[row])\")",
        "the target \(all[row]), with a spread of \(deviation) in the train split, is out of range once it is squared; "
          + "expected sizes and spreads between 1e-150 and 1e150, so give it in another unit")
    }
    self.init(mean: mean, scale: deviation > 0 ? deviation : 1)
  }
}
