public import Encoders
import Layers
public import Tensors

/// Shifts every word by how it was said: the recurrent attended variation embedding network (RAVEN, Wang et al., 2018,
/// eq. 1–8).
///
/// The other modalities' frames within a word's span pass a recurrent network each, whose last state h_m shifts the word e:
/// e + α h, h = Σ_m σ(v_m · [e; h_m]) W_m h_m, α = min(β ‖e‖ / ‖h‖, 1). A recurrent network over the shifted words ends in
/// the representation. Where there is one step only, a vector, one layer stands for a recurrent network. Spans are taken
/// as even: the frames of a sample, brought to `frames` for each of its words (`Steps.aligned`), which changes nothing where
/// there are that many.
///
/// An absent modality shifts nothing. Where the words are absent, the shift stands as the only word.
public struct RecurrentShiftingFusion: SequenceFusion {
  public let outputSize: Int
  public let widths: [Int]
  let main: Int
  let embedding: Linear
  /// Of each other modality.
  let readers: [SpanReader]
  let shift: ModalityShift
  let words: LSTM?
  let word: Linear?
  let dropout: Dropout

  /// - Parameters:
  ///   - widths: width of a step of each modality.
  ///   - main: the modality whose steps are the words.
  ///   - areSequences: which modalities may have more than one step; all where nil.
  ///   - frames: of each other modality for a word.
  ///   - beta: β, the largest share of a word's length that a shift has.
  ///   - output: width of words, states and representation.
  public init(
    widths: [Int], main: Int = 0, areSequences: [Bool]? = nil, frames: Int = 4, beta: Double = 1, output: Int = 64,
    dropout: Double = 0, generator: Generator
  ) {
    precondition(widths.indices.contains(main), "there is no modality \(main) among \(widths.count)")
    precondition(frames > 0, "\(frames) frames for a word")
    self.widths = widths
    self.main = main
    outputSize = output
    embedding = Linear(widths[main], output, generator: generator)
    let others = widths.indices.filter { $0 != main }
    readers = others.map { other in
      SpanReader(
        width: widths[other], frames: areSequences?[other] == false ? nil : frames, output: output,
        generator: generator)
    }
    shift = ModalityShift(
      width: output, others: others.map { _ in output }, gate: .scalar, beta: beta, generator: generator)
    let isSequence = areSequences?[main] ?? true
    words = isSequence ? LSTM(output, output, generator: generator) : nil
    word = isSequence ? nil : Linear(output, output, generator: generator)
    self.dropout = Dropout(dropout)
  }

  public func callAsFunction(_ inputs: [Steps]) -> Tensor {
    let own = MainSteps(inputs[main], embedding: embedding)
    let others = zip(readers, inputs.indices.filter { $0 != main }).map { $0(inputs[$1], in: own.steps) }
    let shifted = shift(own.values, others, main: own.isPresent)
    guard let words else { return dropout(word!(shifted.select(axis: 1, index: 0)).tanh()) }
    let lengths = own.mask.to(.int64).sum(axes: [1])
    return dropout(words(shifted, lengths: lengths).last)
  }
}

/// What is made of another modality within the span of each word: the last state of a recurrent network over its frames, or a
/// layer tanh(W x + b) of a vector, which is the same for all words.
struct SpanReader: Module {
  let network: LSTM?
  let layer: Linear?
  private let frames: Int

  /// - Parameter frames: for each word; nil for a vector.
  init(width: Int, frames: Int?, output: Int, generator: Generator) {
    network = frames == nil ? nil : LSTM(width, output, generator: generator)
    layer = frames == nil ? Linear(width, output, generator: generator) : nil
    self.frames = frames ?? 1
  }

  /// `[B, T, output]`, zero where the modality is absent.
  func callAsFunction(_ other: Steps, in words: Steps) -> Tensor {
    var read: Tensor
    if let network {
      let spans = other.aligned(to: words, times: frames)
      let last = network(spans.reshaped([-1, frames, spans.shape[2]])).last
      read = last.reshaped([-1, words.count, last.shape[1]])
    } else {
      read = layer!(other.values).tanh()
      read = read.expanded(to: [read.shape[0], words.count, read.shape[2]])
    }
    // What a network makes of silence is not nothing.
    return other.isWhole ? read : Tensor.where((other.lengths .> 0.5).unsqueezed(2), read, Tensor(0, dtype: read.dtype))
  }
}

extension FusionRegistry {
  static let raven = FusionDescription(
    "raven", summary: "the others' frames within a word shift the word, then a recurrent network reads the words",
    paper: "Wang et al., 2018, Words Can Shift",
    options: [
      main, MethodOption("frames", default: 4, in: 1...64, help: "frames of each other modality for a word"), beta,
      output,
    ],
    readsSteps: true
  ) { request, values, generator in
    let main = try request.main(values)
    return RecurrentShiftingFusion(
      widths: request.widths, main: main, areSequences: request.areSequences,
      frames: try values.integer("frames"), beta: try values.number("beta"),
      output: try values.integer("output"),
      dropout: try values.number("dropout"), generator: generator)
  }
}
