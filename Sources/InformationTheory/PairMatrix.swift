import Foundation

/// A symmetric table of a kernel or a distance between every two of N samples.
public struct PairMatrix: Sendable, Equatable {
  /// N.
  public let count: Int
  /// Row-major, `[N, N]`.
  public let values: [Double]

  /// - Parameters:
  ///   - values: `[N, N]` row-major; only symmetric tables make sense, which is not checked.
  ///   - count: of rows and columns.
  public init(_ values: [Double], count: Int) {
    precondition(count > 0 && values.count == count * count, "\(values.count) numbers for \(count) × \(count)")
    (self.count, self.values) = (count, values)
  }

  /// Inner products.
  public static func linear(_ points: Points) -> PairMatrix {
    PairMatrix(points) { one, other in zip(one, other).reduce(0) { $0 + $1.0 * $1.1 } }
  }

  /// exp(−‖x − x′‖² / 2σ²).
  public static func gaussian(_ points: Points, sigma: Double) -> PairMatrix {
    precondition(sigma > 0 && sigma.isFinite, "σ is \(sigma); expected a positive number")
    return PairMatrix(points) { exp(-squaredDistance($0, $1) / (2 * sigma * sigma)) }
  }

  /// Euclidean distances.
  public static func distances(_ points: Points) -> PairMatrix {
    PairMatrix(points) { squaredDistance($0, $1).squareRoot() }
  }

  /// The median distance of two different samples, a usual σ; nil where that is 0, or there is one sample.
  public static func medianDistance(_ points: Points) -> Double? {
    let table = distances(points)
    let pairs = (0..<points.count).flatMap { row in
      (row + 1..<max(row + 1, points.count)).map { table.values[row * points.count + $0] }
    }.sorted()
    guard !pairs.isEmpty else { return nil }
    let median = (pairs[(pairs.count - 1) / 2] + pairs[pairs.count / 2]) / 2
    return median > 0 ? median : nil
  }

  private init(_ points: Points, _ value: (ArraySlice<Double>, ArraySlice<Double>) -> Double) {
    count = points.count
    var values = [Double](repeating: 0, count: count * count)
    for row in 0..<count {
      for column in row..<count {
        let found = value(points[row], points[column])
        values[row * count + column] = found
        values[column * count + row] = found
      }
    }
    self.values = values
  }

  /// Both means taken out: HMH with H = 1 − 11ᵀ/N.
  func centred() -> PairMatrix {
    let means = rowSums().map { $0 / Double(count) }
    let mean = means.reduce(0, +) / Double(count)
    return replaced { row, column in values[row * count + column] - means[row] - means[column] + mean }
  }

  /// Means taken out such that products are unbiased, the diagonal 0 (Székely and Rizzo, 2014, definition 2).
  func unbiasedlyCentred() -> PairMatrix {
    let hollow = replaced { $0 == $1 ? 0 : values[$0 * count + $1] }
    let sums = hollow.rowSums()
    let total = sums.reduce(0, +) / Double((count - 1) * (count - 2))
    return replaced { row, column in
      row == column
        ? 0 : hollow.values[row * count + column] - (sums[row] + sums[column]) / Double(count - 2) + total
    }
  }

  /// Σ_ij of products with another table whose samples are in another order.
  func product(_ other: PairMatrix, order: [Int]? = nil) -> Double {
    var sum = 0.0
    values.withUnsafeBufferPointer { values in
      other.values.withUnsafeBufferPointer { others in
        guard let order else {
          for index in values.indices { sum += values[index] * others[index] }
          return
        }
        for row in 0..<count {
          let (start, from) = (row * count, order[row] * count)
          for column in 0..<count { sum += values[start + column] * others[from + order[column]] }
        }
      }
    }
    return sum
  }

  private func rowSums() -> [Double] {
    (0..<count).map { row in values[row * count..<(row + 1) * count].reduce(0, +) }
  }

  private func replaced(_ value: (Int, Int) -> Double) -> PairMatrix {
    PairMatrix((0..<count * count).map { value($0 / count, $0 % count) }, count: count)
  }
}

private func squaredDistance(_ one: ArraySlice<Double>, _ other: ArraySlice<Double>) -> Double {
  zip(one, other).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
}
