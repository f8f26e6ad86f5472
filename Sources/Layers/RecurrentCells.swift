public import Tensors

/// i, f, o = σ(·), g = tanh(·) of W x + U h + b; c ← f ⊙ c + i ⊙ g; h = o ⊙ tanh(c).
///
/// Gates are stacked in the order i, f, g, o, weights and biases start from U(−1/√H, 1/√H), as in PyTorch.
public struct LSTMCell: RecurrentCell {
  let weights: RecurrentWeights

  public static var stateCount: Int { 2 }
  public var hiddenSize: Int { weights.hiddenSize }

  public init(_ inputs: Int, _ hiddenSize: Int, generator: Generator) {
    weights = RecurrentWeights(inputs, hiddenSize, gates: 4, generator: generator)
  }

  public func members() -> [(name: String, value: Any)] { weights.members() }

  public func project(_ x: Tensor) -> Tensor { weights.ofInput(x) }

  public func step(_ projected: Tensor, _ state: [Tensor]) -> [Tensor] {
    let gates = (projected + weights.ofState(state[0])).split(hiddenSize, axis: -1)
    let cell = gates[1].sigmoid() * state[1] + gates[0].sigmoid() * gates[2].tanh()
    return [gates[3].sigmoid() * cell.tanh(), cell]
  }
}

/// r, z = σ(W x + U h + b); n = tanh(W x + b + r ⊙ (U h + b′)); h ← (1 − z) ⊙ n + z ⊙ h.
///
/// The reset gate applies after the product with U, gates are stacked in the order r, z, n, weights and biases start
/// from U(−1/√H, 1/√H), as in PyTorch.
public struct GRUCell: RecurrentCell {
  let weights: RecurrentWeights

  public static var stateCount: Int { 1 }
  public var hiddenSize: Int { weights.hiddenSize }

  public init(_ inputs: Int, _ hiddenSize: Int, generator: Generator) {
    weights = RecurrentWeights(inputs, hiddenSize, gates: 3, generator: generator)
  }

  public func members() -> [(name: String, value: Any)] { weights.members() }

  public func project(_ x: Tensor) -> Tensor { weights.ofInput(x) }

  public func step(_ projected: Tensor, _ state: [Tensor]) -> [Tensor] {
    let input = projected.split(hiddenSize, axis: -1)
    let recurrent = weights.ofState(state[0]).split(hiddenSize, axis: -1)
    let reset = (input[0] + recurrent[0]).sigmoid()
    let update = (input[1] + recurrent[1]).sigmoid()
    let candidate = (input[2] + reset * recurrent[2]).tanh()
    return [candidate + update * (state[0] - candidate)]
  }
}

/// The two affine maps of a recurrent cell, of its input and of its state, with `gates` blocks of rows each.
struct RecurrentWeights: Module {
  let inputWeight: Parameter
  let stateWeight: Parameter
  let inputBias: Parameter
  let stateBias: Parameter
  var hiddenSize: Int { stateWeight.shape[1] }

  init(_ inputs: Int, _ hiddenSize: Int, gates: Int, generator: Generator) {
    precondition(inputs > 0 && hiddenSize > 0, "a recurrent cell needs widths above 0, not \(inputs), \(hiddenSize)")
    func initial(_ shape: [Int]) -> Parameter {
      Parameter(Initialisation.kaimingUniform(shape, fanIn: hiddenSize, generator: generator))
    }
    inputWeight = initial([gates * hiddenSize, inputs])
    stateWeight = initial([gates * hiddenSize, hiddenSize])
    inputBias = initial([gates * hiddenSize])
    stateBias = initial([gates * hiddenSize])
  }

  func ofInput(_ x: Tensor) -> Tensor { x.linear(inputWeight.value, bias: inputBias.value) }
  func ofState(_ h: Tensor) -> Tensor { h.linear(stateWeight.value, bias: stateBias.value) }
}
