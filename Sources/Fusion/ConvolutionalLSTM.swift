import Layers
import Tensors

/// A long short-term memory whose state is a map, `[B, C, H, W]` (convolutional LSTM, Shi et al., 2015, eq. 3, without the
/// peepholes W_c ∘ C): i, f, o = σ(·), g = tanh(·) of X + W * H + b; C ← f ⊙ C + i ⊙ g; H = o ⊙ tanh(C).
///
/// X, what the inputs add to the gates, is given: it does not depend on the state. Gates are stacked in the order i, f, g, o
/// as in `LSTMCell`.
struct ConvolutionalLSTM: Module {
  let channels: Int
  let state: Convolution2D

  /// - Parameter kernel: side of the convolution over the state; odd.
  init(channels: Int, kernel: Int, generator: Generator) {
    precondition(kernel % 2 == 1, "ConvolutionalLSTM: kernel \(kernel)")
    self.channels = channels
    state = Convolution2D(channels, 4 * channels, kernel: kernel, padding: kernel / 2, generator: generator)
  }

  /// The states H after each step, `[B, C, H, W]`.
  ///
  /// - Parameter inputs: X of each step, `[B, 4C, H, W]`.
  func callAsFunction(_ inputs: [Tensor]) -> [Tensor] {
    var shape = inputs[0].shape
    shape[1] = channels
    var (hidden, cell) = (Tensor.zeros(shape, dtype: inputs[0].dtype, device: inputs[0].device), Tensor?.none)
    return inputs.map { input in
      let gates = (input + state(hidden)).split(channels, axis: 1)
      let written = gates[0].sigmoid() * gates[2].tanh()
      let next = cell.map { gates[1].sigmoid() * $0 + written } ?? written
      cell = next
      hidden = gates[3].sigmoid() * next.tanh()
      return hidden
    }
  }
}
