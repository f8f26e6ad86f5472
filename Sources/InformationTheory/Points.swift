/// Observations of a continuous variable: N rows of `width` finite numbers.
public struct Points: Sendable, Equatable {
  /// Row-major.
  public let values: [Double]
  public let width: Int

  /// - Throws: `SampleError` unless there is a row and every number is finite.
  public init(_ values: [Double], width: Int = 1) throws {
    precondition(
      width > 0 && values.count.isMultiple(of: width), "\(values.count) numbers do not fill rows of \(width)")
    guard !values.isEmpty else { throw SampleError("there are no samples") }
    if let index = values.firstIndex(where: { !$0.isFinite }) {
      throw SampleError("sample \(index / width), number \(index % width), is \(values[index]); expected a finite one")
    }
    (self.values, self.width) = (values, width)
  }

  /// N.
  public var count: Int { values.count / width }

  public subscript(row: Int) -> ArraySlice<Double> { values[row * width..<(row + 1) * width] }

  /// Whether all rows are equal, so that there is nothing to have information about.
  var isConstant: Bool { (1..<max(count, 1)).allSatisfy { self[$0].elementsEqual(self[0]) } }

  /// One variable made of several, side by side.
  public static func joined(_ parts: [Points]) -> Points {
    precondition(
      !parts.isEmpty && parts.allSatisfy { $0.count == parts[0].count },
      "variables have \(parts.map(\.count)) samples; expected equally many")
    return Points(
      unchecked: (0..<parts[0].count).flatMap { row in parts.flatMap { $0[row] } },
      width: parts.reduce(0) { $0 + $1.width })
  }

  /// The named rows, in that order.
  public func rows(_ rows: [Int]) -> Points { Points(unchecked: rows.flatMap { self[$0] }, width: width) }

  /// Each column less its mean, over its standard deviation (of N); a constant column becomes 0.
  public func standardised() -> Points {
    var result = values
    for column in 0..<width {
      let indices = stride(from: column, to: values.count, by: width)
      let mean = indices.reduce(0) { $0 + values[$1] } / Double(count)
      let variance = indices.reduce(0) { $0 + (values[$1] - mean) * (values[$1] - mean) } / Double(count)
      // Rounding of the mean is no spread.
      let spread = variance.squareRoot() > 1e-12 * abs(mean) ? variance.squareRoot() : 0
      for index in indices { result[index] = spread > 0 ? (values[index] - mean) / spread : 0 }
    }
    return Points(unchecked: result, width: width)
  }

  init(unchecked values: [Double], width: Int) { (self.values, self.width) = (values, width) }
}

/// Samples that an estimator cannot use: too few, not finite, of unequal number.
public struct SampleError: Error, CustomStringConvertible, Sendable, Equatable {
  public var description: String
  public init(_ description: String) { self.description = description }
}
