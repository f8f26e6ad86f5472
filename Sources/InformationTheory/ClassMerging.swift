import Foundation

/// Classes taken together because classifiers hardly tell them apart, so that a table of them becomes small.
///
/// A class is what the classifier of both sides says of it across samples, √P(x | y): squared distances between such rows
/// are Hellinger's. k-means on them keeps together the classes that the samples speak of alike.
struct ClassMerging {
  /// Samples that are looked at.
  static let mostSamples = 500

  /// The new class of each.
  let map: [Int]

  init(
    _ table: PosteriorTable, into count: Int, _ isCancelled: () -> Bool,
    using generator: inout some RandomNumberGenerator
  ) throws {
    let (classes, rows) = (table.classes, table.posteriors[2])
    let step = max(1, table.count / Self.mostSamples)
    let samples = Array(stride(from: 0, to: table.count, by: step).prefix(Self.mostSamples))
    var sums = [Double](repeating: 0, count: classes)
    for row in samples { for y in 0..<classes { sums[y] += rows[row * classes + y] } }
    var values = [Double](repeating: 0, count: classes * samples.count)
    for (column, row) in samples.enumerated() {
      for y in 0..<classes where sums[y] > 0 {
        values[y * samples.count + column] = (rows[row * classes + y] / sums[y]).squareRoot()
      }
    }
    let points = Points(unchecked: values, width: samples.count)
    let found = try Discretizer(
      .kMeans(clusters: count), fittedOn: points, starts: 1, isCancelled: isCancelled, using: &generator
    ).labels(points)
    // Centres that no class is nearest to leave no gap in the numbers.
    let (levels, _) = JointCounts.numbered(found)
    map = levels
  }
}
