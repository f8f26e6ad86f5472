/// A verdict's sentence in two parts: the answer, and what stands behind it.
struct Headline: Equatable {
  /// Without its full stop.
  let answer: LinkedText
  /// What stands between both in one sentence, `: ` or `; `.
  let joint: String
  /// Without its full stop.
  let detail: LinkedText?

  init(_ answer: LinkedText, _ joint: String, _ detail: LinkedText?) {
    (self.answer, self.joint, self.detail) = (answer, joint, detail)
  }

  /// Both as one sentence.
  var sentence: LinkedText { detail.map { "\(answer)\(joint)\($0)." } ?? "\(answer)." }

  /// The detail as a sentence of its own.
  var rest: LinkedText? { detail.map { "\($0.capitalised)." } }
}
