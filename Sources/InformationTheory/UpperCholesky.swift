/// Upper Cholesky factors UᵀU of row-major matrices, of which only the upper triangle is read.
enum UpperCholesky {
  static func factor(_ matrix: UnsafeMutablePointer<Double>, _ size: Int) {
    var largest = 0.0
    for k in 0..<size { largest = max(largest, matrix[k * size + k]) }
    for k in 0..<size {
      let row = matrix + k * size
      // Nothing left but rounding: the unknown stays where it is.
      if !(row[k] > 1e-30 * largest) {
        row[k] = 1e150
        for j in k + 1..<max(size, k + 1) { row[j] = 0 }
        continue
      }
      let pivot = row[k].squareRoot()
      row[k] = pivot
      let inverse = 1 / pivot
      for j in k + 1..<max(size, k + 1) { row[j] *= inverse }
      for i in k + 1..<max(size, k + 1) {
        let factor = row[i]
        if factor == 0 { continue }
        let target = matrix + i * size
        for j in i..<size { target[j] -= factor * row[j] }
      }
    }
  }

  /// U⁻ᵀ times `columns` right-hand sides, in place.
  static func forward(
    _ matrix: UnsafeMutablePointer<Double>, _ size: Int, _ values: UnsafeMutablePointer<Double>, columns: Int
  ) {
    for k in 0..<size {
      let row = values + k * columns
      let inverse = 1 / matrix[k * size + k]
      for j in 0..<columns { row[j] *= inverse }
      for i in k + 1..<max(size, k + 1) {
        let factor = matrix[k * size + i]
        if factor == 0 { continue }
        let target = values + i * columns
        for j in 0..<columns { target[j] -= factor * row[j] }
      }
    }
  }

  /// U⁻¹ times one right-hand side, in place.
  static func backward(
    _ matrix: UnsafeMutablePointer<Double>, _ size: Int, _ values: UnsafeMutablePointer<Double>
  ) {
    for k in (0..<size).reversed() {
      var sum = values[k]
      for j in k + 1..<max(size, k + 1) { sum -= matrix[k * size + j] * values[j] }
      values[k] = sum / matrix[k * size + k]
    }
  }
}
