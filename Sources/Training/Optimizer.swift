public import Tensors

/// The optimisers that can be chosen by name.
public enum OptimizerKind: String, Codable, Sendable, CaseIterable {
  case sgd, adam, adamw

  /// The usual settings: momentum .9 for SGD, β = (.9, .999) and ε = 10⁻⁸ for Adam.
  public var rule: UpdateRule {
    switch self {
    case .sgd: .sgd(momentum: 0.9)
    case .adam: .adam(decoupled: false)
    case .adamw: .adam(decoupled: true)
    }
  }

  /// Makes the optimiser of an arena with its usual settings.
  public func make(_ arena: Arena, weightDecay: Double) -> Optimizer {
    Optimizer(arena, rule, weightDecay: weightDecay)
  }
}

/// How parameters p move with gradients g, learning rate η and weight decay λ.
public enum UpdateRule: Sendable, Equatable {
  /// Stochastic gradient descent: v ← μ v + g + λ p; p ← p − η v, or p − η (g + λ p + μ v) with Nesterov's momentum.
  case sgd(momentum: Double = 0, nesterov: Bool = false)
  /// Adam (Kingma & Ba, 2015, algorithm 1). With `decoupled` weight decay it is AdamW (Loshchilov & Hutter, 2019,
  /// algorithm 2): p ← p − η λ p beside the step; otherwise the decay is added to the gradient.
  case adam(beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8, decoupled: Bool)

  fileprivate var momentCount: Int {
    switch self {
    case .sgd(let momentum, _): momentum > 0 ? 1 : 0
    case .adam: 2
    }
  }
}

/// Moves parameters against their gradients: those of an arena, or of several models each as if alone.
///
/// One model is moved by the engine's fused calls, one for all neighbours that are treated alike; several are moved row by
/// row with kernels of ours, at once where a recorded step allows it. Groups of parameters take the engine's calls.
public final class Optimizer {
  /// How a range of each row is moved.
  fileprivate struct Segment {
    struct Settings: Equatable {
      let rule: UpdateRule
      let weightDecay, rateFactor: Double
      let isMaximised: Bool
      let group: Int?
    }
    var range: Range<Int>
    let settings: Settings
  }

  /// A segment of one row, with what the engine's calls take.
  fileprivate struct Part {
    let settings: Segment.Settings
    let values, gradients: Tensor
    let moments: [Tensor]
    /// The engine's kernel counts its own steps.
    let steps: Tensor
  }

  private let rule: UpdateRule
  private let weightDecay: Double
  private let decaying: Int
  private let segments: [Segment]
  /// Whether kernels of ours move all rows.
  private let movesRows: Bool
  /// Mean and mean square of Adam, or the velocity of SGD; `[rows, n]` each.
  private var moments: [Tensor]
  /// `[rows, segments]`; where rows are moved, `number` counts for all.
  private var steps: Tensor
  private var number = 0
  private var parts: [[Part]] = []
  /// `[n]` of each row, for the engine's calls.
  private var rowGradients: [Tensor] = []

  /// The optimiser of all parameters of an arena.
  public convenience init(_ arena: Arena, _ rule: UpdateRule, weightDecay: Double = 0) {
    self.init(
      values: arena.values.unsqueezed(0), slots: arena.slots.map { ($0.name, $0.range) },
      decaying: arena.decaying.count, rule, weightDecay: weightDecay, groups: [], movesRows: false)
    bind(arena.values.unsqueezed(0), arena.gradients.unsqueezed(0))
  }

  /// The optimiser of the models that are active in a group.
  convenience init<Model>(_ replicas: Replicas<Model>, _ options: TrainingOptions, groups: [ParameterGroup]) {
    let movesRows = replicas.arena == nil && groups.isEmpty && replicas.values.device == .cpu
    self.init(
      values: replicas.values, slots: Array(zip(replicas.names, replicas.ranges)), decaying: replicas.decaying,
      options.optimizer.rule, weightDecay: options.weightDecay, groups: groups, movesRows: movesRows)
    if !movesRows { bind(replicas.values, replicas.gradientRows()) }
  }

  private init(
    values: Tensor, slots: [(name: String, range: Range<Int>)], decaying: Int, _ rule: UpdateRule, weightDecay: Double,
    groups: [ParameterGroup], movesRows: Bool
  ) {
    if case .sgd(let momentum, true) = rule { precondition(momentum > 0, "Nesterov's momentum needs one above 0") }
    var segments: [Segment] = []
    for (name, range) in slots where !range.isEmpty {
      let number = groups.firstIndex { $0.holds(name) }
      let group = number.map { groups[$0] }
      let settings = Segment.Settings(
        rule: group?.optimizer?.rule ?? rule,
        weightDecay: range.lowerBound < decaying ? group?.weightDecay ?? weightDecay : 0,
        rateFactor: group?.learningRateFactor ?? 1, isMaximised: group?.isMaximised ?? false, group: number)
      if segments.last?.settings == settings {
        segments[segments.count - 1].range = segments[segments.count - 1].range.lowerBound..<range.upperBound
      } else {
        segments.append(Segment(range: range, settings: settings))
      }
    }
    for (number, group) in groups.enumerated() {
      precondition(
        segments.contains { $0.settings.group == number }, "no parameter begins with one of \(group.prefixes)")
    }
    (self.rule, self.weightDecay, self.decaying) = (rule, weightDecay, decaying)
    (self.segments, self.movesRows) = (segments, movesRows)
    let count = segments.map(\.settings.rule.momentCount).max() ?? 0
    moments = (0..<count).map { _ in movesRows ? values.zerosLike().inLargePages() : values.zerosLike() }
    steps = .zeros([values.shape[0], segments.count])
  }

  /// Lets the engine's calls work on rows of values and gradients.
  private func bind(_ values: Tensor, _ gradients: Tensor) {
    rowGradients = gradients.unbind()
    parts = (0..<values.shape[0]).map { row in
      segments.enumerated().map { index, segment in
        func part(_ rows: Tensor) -> Tensor { view(rows.select(axis: 0, index: row), segment.range) }
        return Part(
          settings: segment.settings, values: part(values), gradients: part(gradients),
          moments: moments.prefix(segment.settings.rule.momentCount).map(part),
          steps: steps.select(axis: 0, index: row).select(axis: 0, index: index))
      }
    }
  }

  // MARK: Steps

  /// One step of an arena, from the gradients that it holds.
  public func step(learningRate: Double) {
    for part in parts.joined() { part.step(learningRate: learningRate) }
  }

  /// One step, from the gradients of `replicas`.
  ///
  /// - Parameters:
  ///   - replicas: the models that move.
  ///   - scales: what ``clip(_:to:)`` gave.
  ///   - learningRates: of each model.
  ///   - group: the parameters that move, those of a group by its number; nil for all.
  func step<Model>(_ replicas: Replicas<Model>, scales: [Double], learningRates: [Double], group: Int? = nil) {
    guard movesRows else {
      _ = replicas.joinedGradients()
      for (row, rate) in zip(parts, learningRates) {
        for part in row where group == nil || part.settings.group == group { part.step(learningRate: rate) }
      }
      return
    }
    number += 1
    switch rule {
    case .adam:
      replicas.values.adamRows_(
        gradients: replicas.gradients, mean: moments[0], square: moments[1], scales: scales,
        learningRates: learningRates, step: adamStep!)
    case .sgd(let momentum, _):
      withoutGradients {
        let (values, velocity) = (replicas.values, moments[0])
        func column(_ numbers: [Double]) -> Tensor { Tensor(numbers, shape: [numbers.count, 1]).to(values.dtype) }
        let gradients = replicas.joinedGradients()
        gradients.mul_(column(scales))
        let decayed = values.narrow(axis: 1, start: 0, length: decaying)
        gradients.narrow(axis: 1, start: 0, length: decaying).add_(decayed, alpha: weightDecay)
        velocity.mul_(momentum)
        velocity.add_(gradients)
        values.add_(velocity * column(learningRates), alpha: -1)
      }
    }
  }

  /// The present step of Adam over rows; nil where rows are not moved by it.
  private var adamStep: AdamStep? {
    guard movesRows, case .adam(let beta1, let beta2, let epsilon, let decoupled) = rule else { return nil }
    return AdamStep(
      number: number, beta1: beta1, beta2: beta2, epsilon: epsilon, weightDecay: weightDecay, decaying: decaying,
      decoupled: decoupled)
  }

  /// Computes losses and gradients by a recording and takes one step, model by model while its gradients are in the cache.
  ///
  /// - Parameters:
  ///   - replicas: the models that move.
  ///   - plan: the recording of a step.
  ///   - inputs: every tensor of the batch, `[active · B, …]`.
  ///   - keys: of the masks of dropout, model by model.
  ///   - limit: norm to which each model's gradient is clipped.
  ///   - learningRates: of each model.
  /// - Returns: nil where the optimiser cannot do it.
  func step<Model>(
    _ replicas: Replicas<Model>, replaying plan: RecordedLoss, inputs: [Tensor], keys: () -> [UInt64], limit: Double?,
    learningRates: [Double]
  ) -> (losses: [Double], norms: [Double])? {
    guard adamStep != nil else { return nil }
    number += 1
    return plan.train(
      inputs: inputs, parameters: replicas.values, gradients: replicas.gradientRows(), keys: keys(), mean: moments[0],
      square: moments[1], learningRates: learningRates, limit: limit, step: adamStep!)
  }

  /// What each model's gradient has to be multiplied by, and its norm before; no norms where nothing is clipped.
  func clip<Model>(_ replicas: Replicas<Model>, to limit: Double?) -> (scales: [Double], norms: [Double]) {
    guard let limit else { return (replicas.active.map { _ in 1 }, []) }
    guard movesRows else {
      _ = replicas.joinedGradients()
      return (rowGradients.map { _ in 1 }, rowGradients.map { Training.clip($0, norm: limit) })
    }
    let norms = rowNorms(replicas.gradients, count: replicas.active.count)
    return (norms.map { min(1, limit / ($0 + 1e-6)) }, norms)
  }

  // MARK: State

  /// Forgets all but the models in `rows`, which are the active ones of `replicas` now.
  func keep<Model>(rows: [Int], of replicas: Replicas<Model>) {
    let kept = Tensor(rows)
    moments = moments.map { $0.indexSelect(axis: 0, kept).inLargePages() }
    steps = steps.indexSelect(axis: 0, kept)
    if !movesRows { bind(replicas.values, replicas.gradientRows()) }
  }

  /// Everything that a step depends on besides values and gradients, for checkpoints; views, not copies.
  public var state: [String: Tensor] {
    var state = ["steps": movesRows ? .full(steps.shape, Double(number)) : steps]
    for (index, moment) in moments.enumerated() { state["moment\(index)"] = moment }
    return state
  }

  /// Copies a saved state over the present one.
  ///
  /// - Throws: `InputError` naming `file` and the key where a tensor is missing or has another shape.
  public func load(_ saved: [String: Tensor], file: String? = nil) throws {
    for (name, tensor) in state {
      guard let new = saved[name] else { throw InputError(file: file, at: name, "missing from the optimiser's state") }
      guard new.shape == tensor.shape else {
        throw InputError(file: file, at: name, "shape \(new.shape); the optimiser expects \(tensor.shape)")
      }
    }
    for (name, tensor) in state { tensor.copy_(from: saved[name]!) }
    number = Int(saved["steps"]!.doubles.first.map { $0.isFinite ? min(max($0, 0), 1e15) : 0 } ?? 0)
  }
}

extension Optimizer.Part {
  fileprivate func step(learningRate: Double) {
    let rate = learningRate * settings.rateFactor
    if settings.isMaximised { gradients.mul_(-1) }
    switch settings.rule {
    case .sgd(let momentum, let nesterov):
      values.fusedSGD_(
        gradient: gradients, momentumBuffer: moments.first, learningRate: rate, momentum: momentum, dampening: 0,
        weightDecay: settings.weightDecay, nesterov: nesterov, first: false)
    case .adam(let beta1, let beta2, let epsilon, let decoupled):
      values.fusedAdam_(
        gradient: gradients, mean: moments[0], square: moments[1], step: steps, learningRate: rate, beta1: beta1,
        beta2: beta2, epsilon: epsilon, weightDecay: settings.weightDecay, decoupled: decoupled)
    }
  }
}
