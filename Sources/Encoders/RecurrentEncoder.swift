import Layers
public import Modalities
public import Tensors

/// Encodes a sequence `[B, T, D]` with a recurrent network read out over its real steps.
public struct RecurrentEncoder: Encoder {
  /// The recurrent cell.
  public enum Cell: String, CaseIterable, Codable, Sendable { case gru, lstm }

  /// How the states of all steps become one vector.
  public enum Pooling: String, CaseIterable, Codable, Sendable {
    /// The state after the last real step.
    case last
    /// The mean state.
    case mean
    /// A weighted mean state; the weights are a softmax of a learned score of each state.
    case attention
  }

  public let outputSize: Int
  let gru: GRU?
  let lstm: LSTM?
  let score: Linear?
  let pooling: Pooling
  let dropout: Dropout

  /// - Parameters:
  ///   - inputSize: features per step.
  ///   - width: width of the state, and of the encoding.
  ///   - layers: number of recurrent layers, at least 1.
  public init(
    inputSize: Int, width: Int = 64, layers: Int = 1, cell: Cell = .gru, pooling: Pooling = .attention,
    dropout: Double = 0.2, generator: Generator
  ) {
    outputSize = width
    gru = cell == .gru ? GRU(inputSize, width, layers: layers, dropout: dropout, generator: generator) : nil
    lstm = cell == .lstm ? LSTM(inputSize, width, layers: layers, dropout: dropout, generator: generator) : nil
    self.pooling = pooling
    // No offset: a softmax would not feel it.
    score = pooling == .attention ? Linear(width, 1, bias: false, generator: generator) : nil
    self.dropout = Dropout(dropout)
  }

  public func callAsFunction(_ input: ModalityInput) -> Tensor {
    let steps = SequenceSteps(input)
    let values = steps.cleared(input.values)
    let (states, last) = self.states(of: values, lengths: input.lengths)
    switch pooling {
    case .last: return dropout(last)
    case .mean: return dropout(steps.mean(states))
    case .attention:
      var scores = score!(states)
      // Finite, so that a sequence without steps gives equal weights and not NaN.
      if let mask = steps.mask { scores = Tensor.where(mask, scores, Tensor(-1e4, dtype: scores.dtype)) }
      return dropout((steps.cleared(states) * scores.softmax(axis: 1)).sum(axes: [1]))
    }
  }

  private func states(of values: Tensor, lengths: Tensor?) -> (all: Tensor, last: Tensor) {
    if let gru {
      let output = gru(values, lengths: lengths)
      return (output.states, output.last)
    }
    let output = lstm!(values, lengths: lengths)
    return (output.states, output.last)
  }
}
