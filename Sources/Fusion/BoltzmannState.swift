public import Tensors

/// Units of a `MultimodalBoltzmannMachine`: values, or the means of a factorised distribution.
public struct BoltzmannState {
  /// From the visible units, over the hidden levels of all modalities side by side, to the joint level, `[B, F]` each.
  public var levels: [Tensor]
}

extension MultimodalBoltzmannMachine {
  var pathways: BoltzmannPathways {
    BoltzmannPathways(
      visible: visibleWeights.map(\.value), hidden: hiddenWeights.map(\.value), joint: jointWeights.value)
  }

  /// The level above all others.
  var top: Int { depth + 1 }

  /// What comes in at a level: its bias, and `inverseTemperature` times what its neighbours say.
  func field(_ state: BoltzmannState, _ level: Int, inverseTemperature beta: Double = 1) -> Tensor {
    let pathways = pathways
    let above = level < top ? pathways.down(state.levels[level + 1], to: level) : nil
    let below = level > 0 ? pathways.up(state.levels[level - 1], from: level - 1) : nil
    let input = sum([above, below].compactMap { $0 })
    return (beta == 1 ? input : input * beta) + biases[level].value
  }

  /// The mean of units with this field.
  func mean(_ field: Tensor, _ level: Int) -> Tensor {
    level == 0 ? choosing(field, field.sigmoid()) : field.sigmoid()
  }

  /// One of two tensors `[…, Σ D_m]` of visible units for each modality, by what its inputs are.
  func choosing(_ gaussian: @autoclosure () -> Tensor, _ bernoulli: @autoclosure () -> Tensor) -> Tensor {
    if !visible.contains(.bernoulli) { return gaussian() }
    if !visible.contains(.gaussian) { return bernoulli() }
    let normal = zip(visible, widths).flatMap { kind, width in Array(repeating: kind == .gaussian, count: width) }
    let (gaussian, bernoulli) = (gaussian(), bernoulli())
    return Tensor.where(Tensor(normal, shape: [normal.count]).to(gaussian.device), gaussian, bernoulli)
  }

  /// Columns of what is told of each modality, `[B, M]`: one for each unit of a level below the joint one.
  func columns(_ told: Tensor, _ level: Int) -> Tensor {
    let widths = level == 0 ? widths : widths.map { _ in hidden }
    return Tensor.concatenated(
      zip(told.unbind(axis: 1), widths).map { $0.unsqueezed(1).expanded(to: [told.shape[0], $1]) }, axis: 1)
  }

  /// The energy of each state, `[B]`; of means, its expectation up to the variance of visible normal units:
  /// E = Σ_m [½‖v_m − a_m‖² or −a_mᵀv_m, − Σ_l (h^{l−1}ᵀ W^l h^l + b^lᵀ h^l)] − Σ_m h^Lᵀ W_m j − bᵀ j.
  public func energy(_ state: BoltzmannState) -> Tensor {
    let (pathways, visible, bias) = (pathways, state.levels[0], biases[0].value)
    let own = choosing((visible - bias).square() * 0.5, -(visible * bias)).sum(axes: [1])
    return (1...top).reduce(own) { energy, level in
      let input = pathways.up(state.levels[level - 1], from: level - 1) + biases[level].value
      return energy - (input * state.levels[level]).sum(axes: [1])
    }
  }

  /// The means of a factorised distribution over all hidden units, and over the visible ones that are absent, given those
  /// present (mean field, Salakhutdinov & Hinton, 2009, section 3.1).
  ///
  /// Levels are updated one after the other, so each pass brings the bound on the log-likelihood up, or leaves it. The start
  /// is a pass upwards with doubled weights, in place of what comes from above; absent inputs start at their bias.
  ///
  /// - Parameter inputs: standardised.
  func meanField(_ inputs: Tensor, present: Tensor?, passes: Int) -> BoltzmannState {
    let (pathways, biases) = (pathways, biases.map(\.value))
    let known = present.map { columns($0, 0) }
    func completed(_ expected: Tensor) -> Tensor { known.map { Tensor.where($0, inputs, expected) } ?? inputs }
    var levels = [completed(mean(biases[0], 0))]
    var fromInputs = pathways.up(levels[0], from: 0)
    for level in 1...top {
      let input = level == 1 ? fromInputs : pathways.up(levels[level - 1], from: level - 1)
      levels.append(((level < top ? input * 2 : input) + biases[level]).sigmoid())
    }
    for _ in 0..<passes {
      for level in 1...top {
        var field = level == 1 ? fromInputs : pathways.up(levels[level - 1], from: level - 1)
        if level < top { field = field + pathways.down(levels[level + 1], to: level) }
        levels[level] = (field + biases[level]).sigmoid()
      }
      guard known != nil else { continue }
      levels[0] = completed(mean(pathways.down(levels[1], to: 0) + biases[0], 0))
      fromInputs = pathways.up(levels[0], from: 0)
    }
    return BoltzmannState(levels: levels)
  }

  /// Draws every unit of the even levels, or of the odd ones, given the others; two levels of one parity never meet.
  ///
  /// - Parameter clamped: standardised inputs that stay where they are, and which those are; nil for none.
  func sampled(
    _ state: BoltzmannState, odd: Bool, clamped: (inputs: Tensor, present: Tensor)? = nil,
    inverseTemperature beta: Double = 1, drawing masks: MaskSource
  ) -> BoltzmannState {
    var next = state
    for level in stride(from: odd ? 1 : 0, through: top, by: 2) {
      let field = field(state, level, inverseTemperature: beta)
      guard level == 0 else {
        next.levels[level] = binary(field.sigmoid(), masks)
        continue
      }
      let drawn = choosing(
        field + masks.normal(field.shape, dtype: field.dtype).to(field.device), binary(field.sigmoid(), masks))
      next.levels[0] = clamped.map { Tensor.where(columns($0.present, 0), $0.inputs, drawn) } ?? drawn
    }
    return next
  }

  /// The state with the means of the odd levels given the even ones.
  func expectingOdd(_ state: BoltzmannState) -> BoltzmannState {
    var next = state
    for level in stride(from: 1, through: top, by: 2) { next.levels[level] = field(state, level).sigmoid() }
    return next
  }

  func binary(_ chances: Tensor, _ masks: MaskSource) -> Tensor {
    (masks.uniform(chances.shape, dtype: chances.dtype).to(chances.device) .< chances).to(chances.dtype)
  }
}
