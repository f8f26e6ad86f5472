import Layers
import Modalities
public import Tensors
public import Training

// Learning of a `MultimodalBoltzmannMachine` from inputs alone. Gradients are differences of correlations, which need no
// graph of what was computed.
extension MultimodalBoltzmannMachine {
  /// Standardises, learns level by level (one step of contrastive divergence, Hinton, 2002), then the whole with mean field
  /// against persistent chains (Tieleman, 2008; Salakhutdinov & Hinton, 2009, algorithm 1), then hands all to the network that
  /// will learn the task.
  ///
  /// What comes to a level from one side only while it learns is doubled, as it will have a second side in the machine
  /// (Salakhutdinov & Hinton, 2009, section 3.2). A modality's levels learn from the samples that have it, the joint one from
  /// those that have all, the whole from all. Deviation: Adam in place of momentum.
  public func pretrain(
    on inputs: [Tensor], present: Tensor?, generator: Generator, cancellation: Cancellation? = nil
  ) throws {
    try withoutGradients {
      standardise(inputs, present: present)
      let learning = Learning(
        data: standardised(inputs, present: present), present: present, masks: MaskSource(generator),
        generator: generator, cancellation: cancellation)
      var units = learning.data
      for level in 0..<depth {
        try learn(learning, level, units, present: present)
        units = upward(units, level)
      }
      if let complete = present.map({ $0.all(axis: 1).nonzero().flattened() }) { units = units.indexSelect(complete) }
      if units.shape[0] > 0 { try learn(learning, depth, units, present: nil) }
      try learnWhole(learning)
      recognition.assign(pathways, biases: biases.map(\.value))
    }
  }

  /// What learning goes by from its first step to its last.
  private struct Learning {
    /// Standardised.
    let data: Tensor
    let present: Tensor?
    let masks: MaskSource
    let generator: Generator
    let cancellation: Cancellation?
  }

  private func standardise(_ inputs: [Tensor], present: Tensor?) {
    let x = Tensor.concatenated(clearingAbsent(inputs, present), axis: 1)
    let there = present.map { columns($0.to(x.dtype), 0) } ?? x.onesLike()
    let count = there.sum(axes: [0]).clamped(min: 1)
    let mean = (x * there).sum(axes: [0]) / count
    let spread = (((x - mean) * there).square().sum(axes: [0]) / count).sqrt()
    centres.value = choosing(mean, mean.zerosLike())
    // What never changes stays 0 and has nothing to say.
    scales.value = choosing(Tensor.where(spread .> 1e-6, spread * deviation, spread.onesLike()), spread.onesLike())
  }

  /// The means of the level above one that hears nothing from there yet.
  private func upward(_ units: Tensor, _ level: Int) -> Tensor {
    let input = pathways.up(units, from: level)
    return ((level < depth ? input * 2 : input) + biases[level + 1].value).sigmoid()
  }

  /// Learns the weights between a level and the one above.
  ///
  /// - Parameter present: `[N, M]`; nil where every row of `units` counts for all modalities.
  private func learn(_ learning: Learning, _ level: Int, _ units: Tensor, present: Tensor?) throws {
    let weights = level == 0 ? visibleWeights : level < depth ? [hiddenWeights[level - 1]] : [jointWeights]
    let presence = present?.to(units.dtype)
    try ascend(
      weights + [biases[level], biases[level + 1]], samples: units.shape[0],
      learningRate: pretraining.learningRate, learning
    ) { rows in
      let (lower, pathways) = (units.indexSelect(rows), pathways)
      let upper = upward(lower, level)
      let input = pathways.down(binary(upper, learning.masks), to: level)
      let seen = mean((level > 0 ? input * 2 : input) + biases[level].value, level)
      let seenUpper = upward(seen, level)
      // The share that a sample has in the mean for each unit below and above.
      let share = Tensor(1 / Double(rows.count), dtype: units.dtype)
      var (below, above) = (share, share)
      if let there = presence?.indexSelect(rows) {
        let shares = there / there.sum(axes: [0]).clamped(min: 1)
        (below, above) = (columns(shares, level), columns(shares, level + 1))
      }
      func correlations(_ lower: Tensor, _ upper: Tensor) -> [Tensor] {
        let weighted = upper * above
        return pathways.products(lower, weighted, above: level)
          + [(lower * below).sum(axes: [0]), weighted.sum(axes: [0])]
      }
      return zip(correlations(lower, upper), correlations(seen, seenUpper)).map { $0 - $1 }
    }
  }

  private func learnWhole(_ learning: Learning) throws {
    let samples = learning.data.shape[0]
    func inferred(_ rows: Tensor) -> BoltzmannState {
      meanField(learning.data.indexSelect(rows), present: learning.present?.indexSelect(rows), passes: passes)
    }
    var chains = inferred(Tensor.randint(0, samples, [pretraining.chains], generator: learning.generator))
    try ascend(
      connections, samples: samples, learningRate: pretraining.wholeLearningRate, learning
    ) { rows in
      let data = correlations(inferred(rows))
      for _ in 0..<pretraining.sweeps { chains = swept(chains, drawing: learning.masks) }
      return zip(data, correlations(expectingOdd(chains))).map { $0 - $1 }
    }
  }

  /// What `correlations` are of.
  var connections: [Buffer] { visibleWeights + hiddenWeights + [jointWeights] + biases }

  /// The means over samples of the derivatives of −E by the weights and biases, up to what all states share. Those of
  /// data less those of the model's own samples are the gradient of the bound on the log-likelihood (section 2.3).
  func correlations(_ state: BoltzmannState) -> [Tensor] {
    let (levels, pathways, share) = (state.levels, pathways, 1 / Double(state.levels[0].shape[0]))
    let products = (0...depth).flatMap { pathways.products(levels[$0] * share, levels[$0 + 1], above: $0) }
    return products + levels.map { $0.mean(axes: [0]) }
  }

  /// Draws the odd levels, then the even ones.
  func swept(_ state: BoltzmannState, inverseTemperature beta: Double = 1, drawing masks: MaskSource) -> BoltzmannState
  {
    let odd = sampled(state, odd: true, inverseTemperature: beta, drawing: masks)
    return sampled(odd, odd: false, inverseTemperature: beta, drawing: masks)
  }

  /// Moves buffers along the gradients that batches of rows give.
  private func ascend(
    _ buffers: [Buffer], samples: Int, learningRate: Double, _ learning: Learning,
    gradients: (_ rows: Tensor) -> [Tensor]
  ) throws {
    // An optimiser moves parameters; the buffers look at their memory.
    let parameters = buffers.map { Parameter($0.value) }
    let arena = try Arena(parameters.enumerated().map { ("\($0)", $1) })
    for (buffer, parameter) in zip(buffers, parameters) { buffer.value = parameter.value.detached() }
    let optimizer = OptimizerKind.adam.make(arena, weightDecay: 0)
    let order = BatchOrder(
      Array(0..<samples), batchSize: pretraining.batchSize, seed: learning.generator.next(), remainder: .keep)
    let steps = pretraining.epochs * order.count
    var step = 0
    for epoch in 0..<pretraining.epochs {
      for rows in order.batches(epoch: epoch) {
        if learning.cancellation?.isCancelled == true { throw TrainingCancelled(epoch: 0, step: step) }
        arena.gradients.copy_(from: Tensor.concatenated(gradients(Tensor(rows)).map { -$0.flattened() }))
        optimizer.step(learningRate: learningRate * (1 - Double(step) / Double(steps)))
        step += 1
      }
    }
  }
}
