import Tensors

/// The optimisers of `OptimizerKind` for the rows of ``Replicas``: each model as if its own optimiser moved it.
final class ReplicaOptimizer {
  private let kind: OptimizerKind
  private let weightDecay: Double
  private let decaying: Int
  /// Adam's moments, or the velocity of SGD; `[active, n]` each.
  private var moments: [Tensor]
  private(set) var steps = 0

  init<Model>(_ kind: OptimizerKind, _ replicas: Replicas<Model>, weightDecay: Double) {
    self.kind = kind
    self.weightDecay = weightDecay
    decaying = replicas.decaying
    moments = (0..<(kind == .sgd ? 1 : 2)).map { _ in replicas.values.zerosLike().inLargePages() }
  }

  /// One step, from the gradients of `replicas`.
  ///
  /// - Parameters:
  ///   - replicas: the models that move.
  ///   - scales: what each model's gradient is multiplied by before, for clipping.
  ///   - learningRates: of each model.
  func step<Model>(_ replicas: Replicas<Model>, scales: [Double], learningRates: [Double]) {
    steps += 1
    switch kind {
    case .adam, .adamw:
      replicas.values.adamRows_(
        gradients: replicas.gradients, mean: moments[0], square: moments[1], scales: scales,
        learningRates: learningRates, step: adamStep)
    case .sgd:
      withoutGradients {
        let (values, velocity) = (replicas.values, moments[0])
        let gradients = Tensor.concatenated(replicas.gradients.map { $0.flattened(from: 1, to: -1) }, axis: 1)
        func column(_ numbers: [Double]) -> Tensor { Tensor(numbers, shape: [numbers.count, 1]).to(values.dtype) }
        gradients.mul_(column(scales))
        let decayed = values.narrow(axis: 1, start: 0, length: decaying)
        gradients.narrow(axis: 1, start: 0, length: decaying).add_(decayed, alpha: weightDecay)
        velocity.mul_(0.9)
        velocity.add_(gradients)
        values.add_(velocity * column(learningRates), alpha: -1)
      }
    }
  }

  private var adamStep: AdamStep {
    AdamStep(number: steps, weightDecay: weightDecay, decaying: decaying, decoupled: kind == .adamw)
  }

  /// Computes losses and gradients by a recording and takes one step, model by model where the optimiser allows it.
  ///
  /// - Parameters:
  ///   - replicas: the models that move.
  ///   - plan: the recording of a step.
  ///   - inputs: every tensor of the batch, `[active · B, …]`.
  ///   - keys: of the masks of dropout, model by model.
  ///   - limit: norm to which each model's gradient is clipped.
  ///   - learningRates: of each model.
  func step<Model>(
    _ replicas: Replicas<Model>, replaying plan: RecordedLoss, inputs: [Tensor], keys: [UInt64], limit: Double?,
    learningRates: [Double]
  ) -> (losses: [Double], norms: [Double]) {
    replicas.replay { gradients in
      guard kind != .sgd else {
        let losses = plan.run(
          inputs: inputs, models: learningRates.count, parameters: replicas.values, gradients: gradients, keys: keys)
        let (scales, norms) = clipping(replicas, to: limit)
        step(replicas, scales: scales, learningRates: learningRates)
        return (losses, norms)
      }
      steps += 1
      return plan.train(
        inputs: inputs, parameters: replicas.values, gradients: gradients, keys: keys, mean: moments[0],
        square: moments[1], learningRates: learningRates, limit: limit, step: adamStep)
    }
  }

  /// What each model's gradient has to be multiplied by, and its norm; no norms where nothing is clipped.
  func clipping<Model>(_ replicas: Replicas<Model>, to limit: Double?) -> (scales: [Double], norms: [Double]) {
    guard let limit else { return (replicas.active.map { _ in 1 }, []) }
    let norms = rowNorms(replicas.gradients, count: replicas.active.count)
    return (norms.map { min(1, limit / ($0 + 1e-6)) }, norms)
  }

  /// Forgets all but the models in `rows`.
  func keep(rows: [Int]) { moments = moments.map { $0.indexSelect(axis: 0, Tensor(rows)).inLargePages() } }

  /// Everything that a step depends on besides values and gradients.
  var state: [String: Tensor] {
    var state = ["steps": Tensor([steps])]
    for (index, moment) in moments.enumerated() { state["moment\(index)"] = moment }
    return state
  }

  /// - Throws: `InputError` naming `file` and the key that is missing or of another shape.
  func load(_ saved: [String: Tensor], file: String) throws {
    for (name, tensor) in state {
      guard let new = saved[name], new.shape == tensor.shape else {
        throw InputError(file: file, at: "optimizer.\(name)", "missing, or not of shape \(tensor.shape)")
      }
    }
    steps = saved["steps"]!.integers[0]
    for (index, moment) in moments.enumerated() { moment.copy_(from: saved["moment\(index)"]!) }
  }
}
