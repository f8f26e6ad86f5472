/// Turns continuous observations into labels from 0, by cuts or centres found on one sample and applied to any.
///
/// What is found about discrete variables depends on this choice: few cells hide information, many make every estimate
/// from few samples too high.
///
/// ```swift
/// var generator = SplitMix64(seed: 0)
/// let discretizer = try Discretizer(.kMeans(clusters: 10), fittedOn: train, using: &generator)
/// let labels = discretizer.labels(test)
/// ```
public struct Discretizer: Sendable, Equatable {
  public enum Method: Sendable, Equatable {
    /// Each column's range cut into equal parts; with several columns, a label is a combination of their parts.
    case equalWidth(bins: Int)
    /// Each column cut at its quantiles (linear interpolation), so that parts hold equally many samples; equal cuts merge.
    case quantile(bins: Int)
    /// Whole rows by the nearest of `clusters` centres: k-means++ (Arthur and Vassilvitskii, 2007), then Lloyd's steps
    /// until no row changes, the best of several starts. Columns count by their spread: standardise those of unlike units.
    case kMeans(clusters: Int)
  }

  public let method: Method
  /// The inner cuts of each column, ascending; a value at a cut belongs above it.
  private var cuts: [[Double]] = []
  /// Row-major `[clusters, width]`.
  private var centres: [Double] = []
  private let width: Int

  /// - Parameters:
  ///   - method: how cuts or centres are found.
  ///   - points: on which they are found.
  ///   - starts: of k-means, the best of which counts.
  ///   - isCancelled: asked before every pass of k-means.
  ///   - generator: draws the first centres; not used for cuts.
  /// - Throws: `SampleError` for a number of bins or clusters that is none; `CancellationError` once `isCancelled`.
  public init(
    _ method: Method, fittedOn points: Points, starts: Int = 5, isCancelled: () -> Bool = { false },
    using generator: inout some RandomNumberGenerator
  ) throws {
    (self.method, width) = (method, points.width)
    switch method {
    case .equalWidth(let bins):
      try Self.check(bins)
      cuts = Self.columns(points).map { column in
        let (low, high) = (column.min()!, column.max()!)
        return low == high ? [] : (1..<bins).map { low + (high - low) * (Double($0) / Double(bins)) }
      }
    case .quantile(let bins):
      try Self.check(bins)
      cuts = Self.columns(points).map { column in
        let sorted = column.sorted()
        var cuts: [Double] = []
        for part in 1..<max(bins, 1) {
          let position = Double(part) / Double(bins) * Double(sorted.count - 1)
          let lower = Int(position)
          let upper = min(lower + 1, sorted.count - 1)
          let cut = sorted[lower] + (sorted[upper] - sorted[lower]) * (position - Double(lower))
          if cut > (cuts.last ?? sorted[0]) { cuts.append(cut) }
        }
        return cuts
      }
    case .kMeans(let clusters):
      try Self.check(clusters)
      var best = Double.infinity
      for _ in 0..<starts {
        var found = KMeans(clusters: clusters, points: points, using: &generator)
        let inertia = try found.run(points, isCancelled)
        if inertia < best { (best, centres) = (inertia, found.centres) }
      }
    }
  }

  private static func check(_ count: Int) throws {
    guard (1...1_000_000).contains(count) else {
      throw SampleError("\(count) bins or clusters; expected 1 to 1000000")
    }
  }

  private static func columns(_ points: Points) -> [[Double]] {
    (0..<points.width).map { column in
      stride(from: column, to: points.values.count, by: points.width).map { points.values[$0] }
    }
  }

  /// The label of each row. Combinations of several columns are numbered as they first occur.
  public func labels(_ points: Points) -> [Int] {
    precondition(points.width == width, "rows of \(points.width) numbers; the discretizer was fitted on \(width)")
    if case .kMeans = method {
      let means = KMeans(centres: centres, width: width)
      return (0..<points.count).map { means.nearest(points, $0).centre }
    }
    let parts = Self.columns(points).enumerated().map { column, values in
      values.map { value in Self.part(value, cuts[column]) }
    }
    if parts.count == 1 { return parts[0] }
    var numbers: [[Int]: Int] = [:]
    return (0..<points.count).map { row in
      let key = parts.map { $0[row] }
      if let number = numbers[key] { return number }
      numbers[key] = numbers.count
      return numbers.count - 1
    }
  }

  /// How many cuts are at most `value`.
  private static func part(_ value: Double, _ cuts: [Double]) -> Int {
    var (low, high) = (0, cuts.count)
    while low < high {
      let middle = (low + high) / 2
      if cuts[middle] <= value { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

/// Lloyd's algorithm from k-means++ centres.
private struct KMeans {
  var centres: [Double]
  let width: Int

  init(centres: [Double], width: Int) { (self.centres, self.width) = (centres, width) }

  /// Each further centre is a row drawn in proportion to its squared distance from the centres so far; fewer than
  /// `clusters` where there are fewer different rows.
  init(clusters: Int, points: Points, using generator: inout some RandomNumberGenerator) {
    width = points.width
    centres = Array(points[Int.random(in: 0..<points.count, using: &generator)])
    var distances = [Double](repeating: .infinity, count: points.count)
    while centres.count < clusters * width {
      let newest = KMeans(centres: Array(centres.suffix(width)), width: width)
      for row in distances.indices { distances[row] = min(distances[row], newest.nearest(points, row).distance) }
      let total = distances.reduce(0, +)
      guard total > 0 else { break }
      var left = Double.random(in: 0..<total, using: &generator)
      var chosen = distances.lastIndex { $0 > 0 }!
      for row in distances.indices where distances[row] > 0 {
        left -= distances[row]
        if left < 0 {
          chosen = row
          break
        }
      }
      centres += points[chosen]
    }
  }

  func nearest(_ points: Points, _ row: Int) -> (centre: Int, distance: Double) {
    var best = (centre: 0, distance: Double.infinity)
    for centre in 0..<centres.count / width {
      var distance = 0.0
      for column in 0..<width {
        let difference = points.values[row * width + column] - centres[centre * width + column]
        distance += difference * difference
      }
      if distance < best.distance { best = (centre, distance) }
    }
    return best
  }

  /// Moves centres until no row changes, at most 300 times; the sum of squared distances.
  mutating func run(_ points: Points, _ isCancelled: () -> Bool) throws -> Double {
    var labels = [Int](repeating: -1, count: points.count)
    var inertia = 0.0
    for _ in 0..<300 {
      if isCancelled() { throw CancellationError() }
      var changed = false
      inertia = 0
      for row in labels.indices {
        let (centre, distance) = nearest(points, row)
        changed = changed || centre != labels[row]
        labels[row] = centre
        inertia += distance
      }
      guard changed else { break }
      var sums = [Double](repeating: 0, count: centres.count)
      var counts = [Int](repeating: 0, count: centres.count / width)
      for (row, label) in labels.enumerated() {
        counts[label] += 1
        for column in 0..<width { sums[label * width + column] += points.values[row * width + column] }
      }
      // A centre that lost its rows stays where it is.
      for index in centres.indices where counts[index / width] > 0 {
        centres[index] = sums[index] / Double(counts[index / width])
      }
    }
    return inertia
  }
}
