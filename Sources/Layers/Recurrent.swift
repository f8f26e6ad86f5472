public import Tensors

/// One step of a recurrent network; ``Recurrent`` runs it over time.
public protocol RecurrentCell: Module {
  init(_ inputs: Int, _ hiddenSize: Int, generator: Generator)

  var hiddenSize: Int { get }

  /// Tensors [B, hiddenSize] carried from step to step; the first one is the step's output.
  static var stateCount: Int { get }

  /// The part of a step that does not depend on the state, computed for all steps at once: [..., inputs] to [..., P].
  func project(_ x: Tensor) -> Tensor

  /// The next state from one step's projection [B, P] and the state so far.
  func step(_ projected: Tensor, _ state: [Tensor]) -> [Tensor]
}

/// A recurrent network over batches of sequences, [B, T, inputs], in one or both directions, one or several layers deep.
///
/// It is composed of cell steps, with the input projection hoisted out of the loop, because the engine's own recurrent
/// kernels cannot run many replicas at once. Sequences may be shorter than T: from its length on, a sequence's state
/// stays what it is, so the backward direction starts at the last valid step.
public struct Recurrent<Cell: RecurrentCell>: Module {
  public struct Output {
    /// Outputs of the last layer at all steps, [B, T, outputSize]; zero from each sequence's length on.
    public let states: Tensor
    /// Output after the last valid step, forward and then backward where there are two, [B, outputSize].
    public let last: Tensor
  }

  let forward: [Cell]
  let backward: [Cell]
  let dropout: Dropout

  /// - Parameters:
  ///   - inputs: width of a step.
  ///   - hiddenSize: width of the state.
  ///   - layers: how many read each other's outputs.
  ///   - bidirectional: whether each layer also reads from the end.
  ///   - dropout: probability between layers, while training.
  ///   - generator: source of the initial weights.
  public init(
    _ inputs: Int, _ hiddenSize: Int, layers: Int = 1, bidirectional: Bool = false, dropout: Double = 0,
    generator: Generator
  ) {
    precondition(layers > 0, "a recurrent network needs a layer")
    let deeper = hiddenSize * (bidirectional ? 2 : 1)
    let widths = [inputs] + Array(repeating: deeper, count: layers - 1)
    forward = widths.map { Cell($0, hiddenSize, generator: generator) }
    backward = bidirectional ? widths.map { Cell($0, hiddenSize, generator: generator) } : []
    self.dropout = Dropout(dropout)
  }

  public var outputSize: Int { forward[0].hiddenSize * (backward.isEmpty ? 1 : 2) }

  /// - Parameters:
  ///   - x: the sequences, [B, T, D].
  ///   - lengths: valid steps of each sequence, [B] of int64; nil where all have T.
  public func callAsFunction(_ x: Tensor, lengths: Tensor? = nil) -> Output {
    guard x.rank == 3 else { preconditionFailure("a recurrent network takes [B, T, D], not \(x.shape)") }
    let valid = lengths.map { lengths in
      Tensor.arange(x.shape[1]).to(x.device).unsqueezed(1) .< lengths.to(x.device).unsqueezed(0)
    }  // [T, B]
    var sequence = x.transposed(0, 1)
    var last = sequence
    for layer in forward.indices {
      if layer > 0 { sequence = dropout(sequence) }
      var outputs = [run(forward[layer], sequence, valid, reversed: false)]
      if !backward.isEmpty { outputs.append(run(backward[layer], sequence, valid, reversed: true)) }
      sequence = outputs.count == 1 ? outputs[0].states : Tensor.concatenated(outputs.map(\.states), axis: -1)
      last = outputs.count == 1 ? outputs[0].last : Tensor.concatenated(outputs.map(\.last), axis: -1)
    }
    if let valid { sequence = sequence.maskedFill(.!valid.unsqueezed(-1), 0) }
    return Output(states: reporting(sequence.transposed(0, 1)), last: last)
  }

  /// One cell over time-major input [T, B, D].
  private func run(_ cell: Cell, _ x: Tensor, _ valid: Tensor?, reversed: Bool) -> Output {
    let steps = cell.project(x).unbind(axis: 0)
    let masks = valid?.unsqueezed(-1).unbind(axis: 0)
    let start = Tensor.zeros([x.shape[1], cell.hiddenSize], dtype: x.dtype, device: x.device)
    var state = Array(repeating: start, count: Cell.stateCount)
    var outputs = Array(repeating: start, count: steps.count)
    for time in reversed ? Array(steps.indices.reversed()) : Array(steps.indices) {
      let next = cell.step(steps[time], state)
      if let mask = masks?[time] {
        state = zip(next, state).map { Tensor.where(mask, $0, $1) }
      } else {
        state = next
      }
      outputs[time] = state[0]
    }
    return Output(states: Tensor.stacked(outputs, axis: 0), last: state[0])
  }
}

/// Long short-term memory (Hochreiter & Schmidhuber, 1997) over [B, T, D].
public typealias LSTM = Recurrent<LSTMCell>

/// Gated recurrent units (Cho et al., 2014) over [B, T, D].
public typealias GRU = Recurrent<GRUCell>
