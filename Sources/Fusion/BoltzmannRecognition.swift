import Layers
import Tensors

/// The network that learns the task from what a `MultimodalBoltzmannMachine` infers (Salakhutdinov & Hinton, 2009,
/// section 3.3): a pass upwards that starts with the machine's weights, in which each hidden level also reads what the machine
/// expects of the level above.
///
/// Untrained, it gives the joint level of the mean field. The machine itself stays what it is.
struct BoltzmannRecognition: Module {
  let visible: [Parameter]
  let hidden: [Parameter]
  let joint: Parameter
  /// Weights from the level above, for each hidden level but the last.
  let hiddenDown: [Parameter]
  let jointDown: Parameter
  /// Of each level from the first hidden one to the joint one.
  let biases: [Parameter]

  /// - Parameter biases: of all levels of the machine.
  init(_ pathways: BoltzmannPathways, biases: [Tensor]) {
    func copy(_ tensor: Tensor) -> Parameter { Parameter(tensor.cloned()) }
    visible = pathways.visible.map(copy)
    hidden = pathways.hidden.map(copy)
    joint = copy(pathways.joint)
    hiddenDown = pathways.hidden.map(copy)
    jointDown = copy(pathways.joint)
    self.biases = biases.dropFirst().map(copy)
  }

  /// Starts anew from the machine.
  func assign(_ pathways: BoltzmannPathways, biases: [Tensor]) {
    let upwards = pathways.hidden + [pathways.joint]
    for (parameter, value) in zip(visible + hidden + [joint], pathways.visible + upwards) { parameter.assign(value) }
    for (parameter, value) in zip(hiddenDown + [jointDown], upwards) { parameter.assign(value) }
    for (parameter, value) in zip(self.biases, biases.dropFirst()) { parameter.assign(value) }
  }

  /// The joint level `[B, O]`.
  ///
  /// - Parameter state: what the machine infers.
  func callAsFunction(_ state: BoltzmannState) -> Tensor {
    let up = BoltzmannPathways(visible: visible.map(\.value), hidden: hidden.map(\.value), joint: joint.value)
    let down = BoltzmannPathways(visible: [], hidden: hiddenDown.map(\.value), joint: jointDown.value)
    return biases.indices.reduce(state.levels[0]) { units, level in
      var field = up.up(units, from: level) + biases[level].value
      if level < up.depth { field = field + down.down(state.levels[level + 2], to: level + 1) }
      return field.sigmoid()
    }
  }
}
