public import Encoders
import Layers
public import Tensors

/// Shifts every word by how it was said: the recurrent attended variation embedding network (RAVEN, Wang et al., 2018,
/// eq. 1–8).
///
/// The other modalities' frames within a word's span pass a recurrent network each, whose last state h_m shifts the word e:
/// e + α h, h = Σ_m σ(v_m · [e; h_m]) W_m h_m, α = min(β ‖e‖ / ‖h‖, 1). A recurrent network over the shifted words ends in
/// the representation; a single word, a vector, passes one layer instead. Spans are taken as even: the frames of a sample, brought to `frames` for each of its words
/// (`Steps.aligned`), which changes nothing where there are that many.
///
/// An absent modality shifts nothing. Where the words are absent, the shift stands as the only word.
public struct RecurrentShiftingFusion: SequenceFusion {
  public let outputSize: Int
  public let widths: [Int]
  let main: Int
  let frames: Int
  let embedding: Linear
  let readers: [LSTM]
  let shift: ModalityShift
  let words: LSTM?
  let word: Linear?
  let dropout: Dropout

  /// - Parameters:
  ///   - widths: width of a step of each modality.
  ///   - main: the modality whose steps are the words.
  ///   - isSequence: whether there may be more than one word.
  ///   - frames: of each other modality for a word.
  ///   - beta: β, the largest share of a word's length that a shift has.
  ///   - output: width of words, states and representation.
  public init(
    widths: [Int], main: Int = 0, isSequence: Bool = true, frames: Int = 4, beta: Double = 1, output: Int = 64,
    dropout: Double = 0, generator: Generator
  ) {
    precondition(widths.indices.contains(main), "there is no modality \(main) among \(widths.count)")
    precondition(frames > 0, "\(frames) frames for a word")
    self.widths = widths
    self.main = main
    self.frames = frames
    outputSize = output
    embedding = Linear(widths[main], output, generator: generator)
    let others = widths.indices.filter { $0 != main }
    readers = others.map { LSTM(widths[$0], output, generator: generator) }
    shift = ModalityShift(
      width: output, others: others.map { _ in output }, gate: .scalar, beta: beta, generator: generator)
    words = isSequence ? LSTM(output, output, generator: generator) : nil
    word = isSequence ? nil : Linear(output, output, generator: generator)
    self.dropout = Dropout(dropout)
  }

  public func callAsFunction(_ inputs: [Steps]) -> Tensor {
    let own = MainSteps(inputs[main], embedding: embedding)
    let count = own.steps.count
    let others = zip(readers, inputs.indices.filter { $0 != main }).map { reader, modality in
      let spans = inputs[modality].aligned(to: own.steps, times: frames)
      let last = reader(spans.reshaped([-1, frames, widths[modality]])).last.reshaped([-1, count, outputSize])
      // What a network makes of silence is not nothing.
      let isPresent = (inputs[modality].lengths .> 0.5).unsqueezed(2)
      return Tensor.where(isPresent, last, Tensor(0, dtype: last.dtype))
    }
    let shifted = shift(own.values, others, main: own.isPresent)
    guard let words else { return dropout(word!(shifted.select(axis: 1, index: 0)).tanh()) }
    let lengths = own.mask.to(.int64).sum(axes: [1])
    return dropout(words(shifted, lengths: lengths).last)
  }
}
