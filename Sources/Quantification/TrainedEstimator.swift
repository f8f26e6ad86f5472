import InformationTheory
import Layers
import Tensors
import Training

/// Which rows an estimator learns from, stops by, and is read from.
struct EstimatorSplit {
  let train, validation, test: [Int]

  init(train: [Int], validation: [Int], test: [Int]) {
    (self.train, self.validation, self.test) = (train, validation, test)
  }

  /// 60, 20 and 20 % in an order drawn from the seed.
  ///
  /// - Throws: `SampleError` where a part would have fewer than `least` rows.
  init(count: Int, seed: UInt64, least: Int) throws {
    guard count / 5 >= least else {
      throw SampleError("there are \(count) samples; expected at least \(5 * least) to train on 60 % and test on 20 %")
    }
    let order = Tensor.permutation(count, generator: Generator(seed: Generator.seed(seed, 1))).integers
    let (validation, test) = (count / 5, count / 5)
    train = Array(order[..<(count - validation - test)])
    self.validation = Array(order[(count - validation - test)..<(count - test)])
    self.test = Array(order[(count - test)...])
  }
}

extension Tensor {
  /// Columns less their mean over `rows`, over their deviation there; columns that are constant there become 0.
  func standardised(over rows: [Int]) -> Tensor {
    let fitted = indexSelect(axis: 0, Tensor(rows))
    let mean = fitted.mean(axes: [0], keepingDimensions: true)
    let deviation = fitted.standardDeviation(axes: [0], unbiased: false, keepingDimensions: true)
    let isConstant = deviation .<= (mean.abs() * 1e-6 + 1e-12)
    let scaled = (self - mean) / Tensor.where(isConstant, deviation.onesLike(), deviation)
    return Tensor.where(isConstant, scaled.zerosLike(), scaled)
  }

  /// `[N, …]` as float32 `[N, D]`.
  ///
  /// - Throws: `SampleError` where a number is not finite.
  func features() throws -> Tensor {
    let flat = rank == 1 ? unsqueezed(1) : flattened(from: 1, to: -1)
    let rows = flat.isFinite().all(axis: 1).to(.int64).integers
    if let row = rows.firstIndex(of: 0) { throw SampleError("sample \(row) has a number that is not finite") }
    return flat.to(.float32)
  }
}

/// Trains a model on rows in random batches until its validation loss stops falling.
///
/// - Parameter isCancelled: asked after every epoch, of which one takes a moment.
/// - Throws: `TrainingFailure`; `CancellationError` once `isCancelled`.
func fitEstimator(
  _ model: some Module, rows: [Int], batchSize: Int, options: TrainingOptions, seed: UInt64,
  isCancelled: @escaping () -> Bool = { false }, objective: @escaping (_ rows: Tensor) -> Tensor,
  validationLoss: @escaping () -> Double
) throws -> TrainingHistory {
  let size = min(batchSize, rows.count)
  let steps = rows.count / size
  return try Trainer(
    model: model, options: options, seed: seed, stepsPerEpoch: steps,
    batches: { epoch in
      let generator = Generator(seed: Generator.seed(seed, 2, UInt64(epoch)))
      let order = Tensor.permutation(rows.count, generator: generator).integers.map { rows[$0] }
      return (0..<steps).map { Tensor(Array(order[$0 * size..<($0 + 1) * size])) }
    },
    objective: { (_, rows: Tensor, _) in objective(rows) },
    validate: {
      if isCancelled() { throw CancellationError() }
      let loss = validationLoss()
      return Validation(loss: loss, score: loss, higherIsBetter: false)
    }
  ).fit()
}
