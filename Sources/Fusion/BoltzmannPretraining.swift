import Layers
import Modalities
public import Tensors
public import Training

// Learning of a `MultimodalBoltzmannMachine` from inputs alone.
extension MultimodalBoltzmannMachine {
  /// Standardises, learns level by level (one step of contrastive divergence, Hinton, 2002), then the whole with mean field
  /// against persistent chains (Tieleman, 2008; Salakhutdinov & Hinton, 2009, algorithm 1).
  ///
  /// What comes to a level from one side only while it learns is doubled, as it will have a second side in the machine
  /// (Salakhutdinov & Hinton, 2009, section 3.2). A level learns from the samples that have its modality, the joint one from
  /// those that have all, the whole from all. Deviation: Adam in place of momentum.
  public func pretrain(
    on inputs: [Tensor], present: Tensor?, generator: Generator, cancellation: Cancellation? = nil
  ) throws {
    standardise(inputs, present: present)
    let data = standardised(inputs, present: present)
    let masks = MaskSource(generator)
    var tops: [Tensor] = []
    for modality in widths.indices {
      let rows = present.map { presence(of: modality, in: $0).squeezed(1).nonzero().flattened() }
      var below = rows.map { data[modality].indexSelect($0) } ?? data[modality]
      for level in 0..<depth where below.shape[0] > 0 {
        try pretrain([(modality, level)], [below], masks, generator, cancellation)
        below = upward(below, modality, level)
      }
      // Of all samples, for the joint level.
      tops.append((0..<depth).reduce(data[modality]) { upward($0, modality, $1) })
    }
    let complete = present.map { $0.all(axis: 1).nonzero().flattened() }
    if let complete { tops = tops.map { $0.indexSelect(complete) } }
    if tops[0].shape[0] > 0 {
      try pretrain(widths.indices.map { ($0, depth) }, tops, masks, generator, cancellation)
    }
    try pretrainWhole(data, present: present, masks, generator, cancellation)
  }

  private func standardise(_ inputs: [Tensor], present: Tensor?) {
    for (modality, x) in clearingAbsent(inputs, present).enumerated() where visible[modality] == .gaussian {
      let there = present.map { presence(of: modality, in: $0).to(x.dtype) } ?? Tensor.ones([x.shape[0], 1])
      let count = there.sum().clamped(min: 1)
      let mean = (x * there).sum(axes: [0]) / count
      let spread = (((x - mean) * there).square().sum(axes: [0]) / count).sqrt()
      centres[modality].value = mean
      // What never changes stays 0 and has nothing to say.
      scales[modality].value = Tensor.where(spread .> 1e-6, spread * deviation, spread.onesLike())
    }
  }

  private func upward(_ below: Tensor, _ modality: Int, _ level: Int) -> Tensor {
    withoutGradients {
      (below.linear(weights[modality][level].value) * 2 + biases[modality][level + 1].value).sigmoid()
    }
  }

  /// Learns the weights between a level of some modalities and the one level above them all.
  private func pretrain(
    _ lower: [(modality: Int, level: Int)], _ data: [Tensor], _ masks: MaskSource, _ generator: Generator,
    _ cancellation: Cancellation?
  ) throws {
    let weights = lower.map { self.weights[$0.modality][$0.level] }
    let biases = lower.map { self.biases[$0.modality][$0.level] }
    let isJoint = lower[0].level == depth
    let above = isJoint ? jointBias : self.biases[lower[0].modality][lower[0].level + 1]
    func up(_ units: [Tensor]) -> Tensor {
      (sum(zip(units, weights).map { $0.linear($1.value) }) * (isJoint ? 1 : 2) + above.value).sigmoid()
    }
    func down(_ upper: Tensor) -> [Tensor] {
      zip(lower, zip(weights, biases)).map { place, parts in
        let doubled = place.level > 0
        return mean(
          upper.matmul(parts.0.value) * (doubled ? 2 : 1) + parts.1.value, place.modality, place.level)
      }
    }
    func correlation(_ units: [Tensor], _ upper: Tensor) -> Tensor {
      let inner = zip(units, zip(weights, biases)).map { units, parts in
        (units.linear(parts.0.value) * upper).sum() + units.matmul(parts.1.value.unsqueezed(1)).sum()
      }
      return sum(inner) + upper.matmul(above.value.unsqueezed(1)).sum()
    }
    try ascend(
      weights + biases + [above], samples: data[0].shape[0], learningRate: pretraining.learningRate, generator,
      cancellation
    ) { rows in
      let (units, upper, seen, seenUpper) = withoutGradients {
        let units = data.map { $0.indexSelect(rows) }
        let upper = up(units)
        let drawn = (masks.uniform(upper.shape, dtype: upper.dtype) .< upper).to(upper.dtype)
        let seen = down(drawn)
        return (units, upper, seen, up(seen))
      }
      return (correlation(seen, seenUpper) - correlation(units, upper)) / Double(rows.count)
    }
  }

  private func pretrainWhole(
    _ data: [Tensor], present: Tensor?, _ masks: MaskSource, _ generator: Generator, _ cancellation: Cancellation?
  ) throws {
    let samples = data[0].shape[0]
    let first = Tensor.randint(0, samples, [pretraining.chains], generator: generator)
    var chains = withoutGradients {
      meanField(data.map { $0.indexSelect(first) }, present: present?.indexSelect(first), passes: passes)
    }
    try ascend(
      namedParameters().map(\.parameter), samples: samples, learningRate: pretraining.wholeLearningRate, generator,
      cancellation
    ) { rows in
      let (positive, negative) = withoutGradients {
        let positive = meanField(
          data.map { $0.indexSelect(rows) }, present: present?.indexSelect(rows), passes: passes)
        for _ in 0..<pretraining.sweeps { chains = swept(chains, drawing: masks) }
        return (positive, expectingOdd(chains))
      }
      return contrast(positive, negative)
    }
  }

  /// Draws the odd levels, then the even ones.
  func swept(_ state: BoltzmannState, inverseTemperature beta: Double = 1, drawing masks: MaskSource) -> BoltzmannState
  {
    let odd = sampled(state, odd: true, inverseTemperature: beta, drawing: masks)
    return sampled(odd, odd: false, inverseTemperature: beta, drawing: masks)
  }

  /// Moves parameters against the gradient of `loss` of batches of rows.
  private func ascend(
    _ parameters: [Parameter], samples: Int, learningRate: Double, _ generator: Generator,
    _ cancellation: Cancellation?, loss: (_ rows: Tensor) -> Tensor
  ) throws {
    let arena = try Arena(parameters.enumerated().map { ("\($0)", $1) })
    let optimizer = OptimizerKind.adam.make(arena, weightDecay: 0)
    let order = BatchOrder(
      Array(0..<samples), batchSize: pretraining.batchSize, seed: generator.next(), remainder: .keep)
    let steps = pretraining.epochs * order.count
    var step = 0
    for epoch in 0..<pretraining.epochs {
      for rows in order.batches(epoch: epoch) {
        if cancellation?.isCancelled == true { throw TrainingCancelled(epoch: 0, step: step) }
        arena.backward(loss(Tensor(rows)))
        optimizer.step(learningRate: learningRate * (1 - Double(step) / Double(steps)))
        step += 1
      }
    }
  }
}
