import Synchronization
import Training

/// Columns of scores (classes, or labels), each ranked once when it is first asked for.
final class Rankings: Sendable {
  /// The scores of one column with what is true of each sample.
  struct Column: Sendable {
    let scores: [Double]
    let positives: [Bool]
  }

  private let count: Int
  private let column: @Sendable (Int) -> Column
  private let stored = Mutex<[(ranked: RankedScores, positives: [Bool])]?>(nil)

  init(_ count: Int, column: @escaping @Sendable (Int) -> Column) {
    self.count = count
    self.column = column
  }

  var columns: [(ranked: RankedScores, positives: [Bool])] {
    stored.withLock { stored in
      if let stored { return stored }
      let made = (0..<count).map { number in
        let column = column(number)
        return (RankedScores(column.scores), column.positives)
      }
      stored = made
      return made
    }
  }

  /// The mean of each area over the columns that have positives and negatives; nil where none has.
  ///
  /// - Parameters:
  ///   - weights: how often each sample counts; nil for once.
  ///   - order: whose targets the samples are held against; nil for their own.
  func areas(weights: [Int32]? = nil, order: [Int]? = nil) -> RankedScores.Areas? {
    let areas = columns.compactMap { column in
      let positives = order.map { order in order.map { column.positives[$0] } } ?? column.positives
      return column.ranked.areas(positives, weights: weights)
    }
    guard !areas.isEmpty else { return nil }
    let count = Double(areas.count)
    return RankedScores.Areas(
      auroc: areas.reduce(0) { $0 + $1.auroc } / count,
      averagePrecision: areas.reduce(0) { $0 + $1.averagePrecision } / count)
  }

  /// The mean AUROC without each unit in turn, over the columns that have positives and negatives in all samples.
  func aurocs(withoutEach units: Units) -> [Double]? {
    mean { $0.ranked.aurocs($0.positives, withoutEach: units.unit, count: units.count) }
  }

  /// The same of average precision.
  func averagePrecisions(withoutEach units: Units) -> [Double]? {
    mean { $0.ranked.averagePrecisions($0.positives, withoutEach: units.unit, count: units.count) }
  }

  private func mean(_ values: ((ranked: RankedScores, positives: [Bool])) -> [Double]?) -> [Double]? {
    let values = columns.compactMap(values)
    guard let first = values.first else { return nil }
    return first.indices.map { unit in values.reduce(0) { $0 + $1[unit] } / Double(values.count) }
  }

  /// How often each of `samples` occurs in a selection.
  static func weights(_ indices: [Int], of samples: Int) -> [Int32] {
    indices.reduce(into: [Int32](repeating: 0, count: samples)) { $0[$1] += 1 }
  }
}
