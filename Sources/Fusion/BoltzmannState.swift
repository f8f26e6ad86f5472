public import Tensors

/// Units of a `MultimodalBoltzmannMachine`: values, or the means of a factorised distribution.
public struct BoltzmannState {
  /// For each modality its levels from the visible units up, `[B, F]` each.
  public var pathways: [[Tensor]]
  /// The joint level, `[B, F]`.
  public var joint: Tensor

  /// Cut off from what it was computed with.
  func detached() -> BoltzmannState {
    BoltzmannState(pathways: pathways.map { $0.map { $0.detached() } }, joint: joint.detached())
  }
}

extension MultimodalBoltzmannMachine {
  /// What comes in at a level of a modality: its bias, and `inverseTemperature` times what its neighbours say.
  func field(_ state: BoltzmannState, _ modality: Int, _ level: Int, inverseTemperature beta: Double = 1) -> Tensor {
    let levels = state.pathways[modality]
    let above = level == depth ? state.joint : levels[level + 1]
    var input = above.matmul(weights[modality][level].value)
    if level > 0 { input = input + levels[level - 1].linear(weights[modality][level - 1].value) }
    return (beta == 1 ? input : input * beta) + biases[modality][level].value
  }

  /// What comes in at the joint level.
  func jointField(_ state: BoltzmannState, inverseTemperature beta: Double = 1) -> Tensor {
    let input = sum(zip(state.pathways, weights).map { $0[depth].linear($1[depth].value) })
    return (beta == 1 ? input : input * beta) + jointBias.value
  }

  /// The mean of units with this field.
  func mean(_ field: Tensor, _ modality: Int, _ level: Int) -> Tensor {
    level == 0 && visible[modality] == .gaussian ? field : field.sigmoid()
  }

  /// The energy of each state, `[B]`; of means, its expectation up to the variance of visible normal units:
  /// E = Σ_m [½‖v_m − a_m‖² or −a_mᵀv_m, − Σ_l (h^{l−1}ᵀ W^l h^l + b^lᵀ h^l)] − Σ_m h^Lᵀ W_m j − bᵀ j.
  public func energy(_ state: BoltzmannState) -> Tensor {
    var energy = -state.joint.matmul(jointBias.value.unsqueezed(1)).squeezed(1)
    for (modality, levels) in state.pathways.enumerated() {
      for (level, units) in levels.enumerated() {
        let above = level == depth ? state.joint : levels[level + 1]
        energy = energy - (units.linear(weights[modality][level].value) * above).sum(axes: [1])
        let bias = biases[modality][level].value
        energy =
          level == 0 && visible[modality] == .gaussian
          ? energy + (units - bias).square().sum(axes: [1]) * 0.5
          : energy - units.matmul(bias.unsqueezed(1)).squeezed(1)
      }
    }
    return energy
  }

  /// The means of a factorised distribution over all hidden units, and over the visible ones that are absent, given those
  /// present (mean field, Salakhutdinov & Hinton, 2009, section 3.1).
  ///
  /// Levels are updated one after the other, so each pass brings the bound on the log-likelihood up, or leaves it. The start
  /// is a pass upwards with doubled weights, in place of what comes from above; absent inputs start at their bias.
  ///
  /// - Parameter visible: standardised inputs.
  func meanField(_ inputs: [Tensor], present: Tensor?, passes: Int) -> BoltzmannState {
    var state = start(inputs, present: present)
    for _ in 0..<passes {
      for level in 1...depth {
        for modality in widths.indices {
          state.pathways[modality][level] = field(state, modality, level).sigmoid()
        }
      }
      state.joint = jointField(state).sigmoid()
      guard let present else { continue }
      for modality in widths.indices {
        let expected = mean(field(state, modality, 0), modality, 0)
        state.pathways[modality][0] = Tensor.where(presence(of: modality, in: present), inputs[modality], expected)
      }
    }
    return state
  }

  private func start(_ inputs: [Tensor], present: Tensor?) -> BoltzmannState {
    let pathways = inputs.enumerated().map { modality, x in
      var levels = [x]
      if let present {
        let alone = mean(biases[modality][0].value, modality, 0)
        levels[0] = Tensor.where(presence(of: modality, in: present), x, alone)
      }
      for level in 1...depth {
        let input = levels[level - 1].linear(weights[modality][level - 1].value)
        levels.append((input * 2 + biases[modality][level].value).sigmoid())
      }
      return levels
    }
    var state = BoltzmannState(pathways: pathways, joint: pathways[0][depth])
    state.joint = jointField(state).sigmoid()
    return state
  }

  /// Draws every unit of the even levels, or of the odd ones, given the others; two levels of one parity never meet.
  ///
  /// - Parameter clamped: standardised inputs that stay where they are, and which those are; nil for none.
  func sampled(
    _ state: BoltzmannState, odd: Bool, clamped: (inputs: [Tensor], present: Tensor?)? = nil,
    inverseTemperature beta: Double = 1, drawing masks: MaskSource
  ) -> BoltzmannState {
    var next = state
    for modality in widths.indices {
      for level in stride(from: odd ? 1 : 0, through: depth, by: 2) {
        if level == 0, let clamped, clamped.present == nil { continue }
        let field = field(state, modality, level, inverseTemperature: beta)
        var units: Tensor
        if level == 0, visible[modality] == .gaussian {
          units = field + masks.normal(field.shape, dtype: field.dtype).to(field.device)
        } else {
          units = binary(field.sigmoid(), masks)
        }
        if level == 0, let clamped, let present = clamped.present {
          units = Tensor.where(presence(of: modality, in: present), clamped.inputs[modality], units)
        }
        next.pathways[modality][level] = units
      }
    }
    if (depth + 1) % 2 == (odd ? 1 : 0) {
      next.joint = binary(jointField(state, inverseTemperature: beta).sigmoid(), masks)
    }
    return next
  }

  /// The state with the means of the odd levels given the even ones.
  func expectingOdd(_ state: BoltzmannState) -> BoltzmannState {
    var next = state
    for modality in widths.indices {
      for level in stride(from: 1, through: depth, by: 2) {
        next.pathways[modality][level] = field(state, modality, level).sigmoid()
      }
    }
    if depth % 2 == 0 { next.joint = jointField(state).sigmoid() }
    return next
  }

  private func binary(_ chances: Tensor, _ masks: MaskSource) -> Tensor {
    (masks.uniform(chances.shape, dtype: chances.dtype).to(chances.device) .< chances).to(chances.dtype)
  }
}
