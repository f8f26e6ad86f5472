public import Analyses
import Evaluation

extension ExplainedComparison {
  /// The verdict in one sentence; nil where there is none.
  public var sentence: String? { headline?.sentence.plain }

  /// What the verdict rests on and what the modalities say, in sentences.
  public var notes: [String] { linkedNotes.map(\.plain) }

  var headline: Headline? { told?.headline }

  var linkedNotes: [LinkedText] {
    (told?.notes ?? []) + (told == nil ? [] : findings.information.map { [InformationSentence($0).text] } ?? [])
  }

  private var told: VerdictSentence? {
    comparison.verdict.flatMap { VerdictSentence($0, comparison.methods, dependence: findings.dependence ?? []) }
  }
}

/// What `chiasm compare --json` writes: the result, with the verdict and the cautions in words.
public struct ComparisonDocument: Encodable {
  private let result: ExplainedComparison

  public init(_ result: ExplainedComparison) { self.result = result }

  public func encode(to encoder: any Encoder) throws {
    try result.encode(
      to: encoder, sentence: result.sentence, cautions: result.comparison.cautions.map(\.sentence))
  }
}
