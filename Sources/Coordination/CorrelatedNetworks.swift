public import Layers
public import Tensors
public import Training

/// Two networks, one for each view, whose outputs are trained to correlate.
public protocol CorrelatedNetworks: Module {
  /// Width of both outputs.
  var width: Int { get }
  /// The output of a view's network, `[B, width]`.
  func encode(_ x: Tensor, _ view: CanonicalCorrelationAnalysis.View) -> Tensor
  /// What is minimised on a batch of both views.
  func objective(_ first: Tensor, _ second: Tensor) -> Tensor
}

/// Trained networks with linear canonical correlation on top, as Andrew et al. (2013, section 3) use them: networks settle
/// the space, the linear analysis its directions.
public struct CorrelatedRepresentation<Networks: CorrelatedNetworks> {
  public let networks: Networks
  public let history: TrainingHistory
  /// Of the outputs on the samples that were fitted.
  public let analysis: CanonicalCorrelationAnalysis

  /// The scores of samples of a view, `[m, components]` float64.
  public func transform(_ x: Tensor, _ view: CanonicalCorrelationAnalysis.View) -> Tensor {
    analysis.transform(withoutGradients { evaluating { networks.encode(x.to(.float32), view) } }, view)
  }
}

extension CorrelatedNetworks {
  /// Trains on samples `[n, width]` of both views, float32, best on one scale.
  ///
  /// Each epoch goes through the samples in a new order, in whole batches: what does not fill the last one waits for
  /// another epoch. The epoch with the lowest objective on the held-out samples is kept.
  ///
  /// - Parameters:
  ///   - first: samples of the first view.
  ///   - second: the same samples of the second.
  ///   - held: samples of both views that decide which epoch is kept; nil for those trained on.
  ///   - options: of the training.
  ///   - ridge: of the linear analysis on top.
  ///   - seed: of orders and dropout.
  ///   - cancellation: asked between steps whether to stop.
  /// - Throws: `UsageError` for a batch not larger than the width, or fewer samples than a batch; `InputError` for views
  ///   of different lengths or values that are not finite; `TrainingFailure` where training breaks down.
  public func fit(
    _ first: Tensor, _ second: Tensor, held: (Tensor, Tensor)? = nil, options: TrainingOptions, ridge: Double = 1e-3,
    seed: UInt64, cancellation: Cancellation? = nil
  ) throws -> CorrelatedRepresentation<Self> {
    try checkViews([first, second])
    try CorrelationObjective.check(batch: options.batchSize, width: width)
    let (x, y) = (first.to(.float32), second.to(.float32))
    let count = x.shape[0]
    guard count >= options.batchSize else {
      throw UsageError("\(count) samples for batches of \(options.batchSize); at least one batch expected")
    }
    if let held {
      try checkViews([held.0, held.1])
      try CorrelationObjective.check(batch: held.0.shape[0], width: width)
    }
    let judged = held.map { ($0.0.to(.float32), $0.1.to(.float32)) } ?? (x, y)
    let steps = count / options.batchSize
    var trainer = Trainer<Self, Tensor>(
      model: self, options: options, seed: seed, stepsPerEpoch: steps,
      batches: { epoch in
        let order = Tensor.permutation(
          count, generator: Generator(seed: Generator.seed(seed, 0xC0_44E1, UInt64(epoch))))
        return (0..<steps).map { order.narrow(axis: 0, start: $0 * options.batchSize, length: options.batchSize) }
      },
      objective: { networks, rows, _ in networks.objective(x.indexSelect(rows), y.indexSelect(rows)) },
      validate: {
        let loss = objective(judged.0, judged.1).item()
        return Validation(loss: loss, score: loss, higherIsBetter: false)
      })
    trainer.cancellation = cancellation
    let history = try trainer.fit()
    let outputs = withoutGradients { evaluating { [encode(x, .first), encode(y, .second)] } }
    let analysis = try CanonicalCorrelationAnalysis(
      fitting: outputs[0], outputs[1], .init(regularisation: .ridge(ridge)))
    return CorrelatedRepresentation(networks: self, history: history, analysis: analysis)
  }
}
