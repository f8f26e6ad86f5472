/// Answers that are scored without a target: each by itself, or by their median.
struct RowScores: ScoredPredictions {
  /// `[N][K]`.
  private let rows: [[Double]]
  /// The score of a sample whose mean is the metric; nil for the median.
  private let score: @Sendable (Metric, [Double]) -> Double?

  init(_ answers: [Double], width: Int, score: @escaping @Sendable (Metric, [Double]) -> Double?) {
    rows = stride(from: 0, to: answers.count, by: width).map { Array(answers[$0..<$0 + width]) }
    self.score = score
  }

  func callAsFunction(_ metrics: [Metric], at indices: [Int]) -> [Double?] {
    metrics.map { metric in
      guard !indices.isEmpty else { return nil }
      if let scores = sampleScores(metric) { return indices.reduce(0) { $0 + scores[$1] } / Double(indices.count) }
      let sorted = indices.flatMap { rows[$0] }.sorted()
      return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    }
  }

  /// An answer has no target that another could have.
  func score(_ metric: Metric, permuting order: [Int]) -> Double? { nil }

  func sampleScores(_ metric: Metric) -> [Double]? {
    let scores = rows.compactMap { score(metric, $0) }
    return scores.count == rows.count ? scores : nil
  }

  func scores(_ metric: Metric, withoutEach units: Units) -> [Double]? { nil }
}
