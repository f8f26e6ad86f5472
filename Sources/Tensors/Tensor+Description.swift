import Foundation

extension Tensor: CustomStringConvertible {
  /// Shape, type, device and values; long axes are shortened to their ends.
  public var description: String {
    let head = "Tensor(shape: \(shape), \(dtype), \(device))"
    if count == 0 { return head + " []" }
    if dtype == .complex64 || dtype == .complex128 { return head + " real \(realPart()) imaginary \(imaginaryPart())" }
    return head + (rank == 0 ? " " : "\n") + Layout(self.detached().to(.cpu)).text()
  }
}

/// Writes values in aligned columns, at most `edge` entries from each end of an axis.
private struct Layout {
  let shape: [Int]
  let strides: [Int]
  let cells: [String]
  let width: Int
  let edge = 3

  init(_ tensor: Tensor) {
    let shape = tensor.shape
    self.shape = shape
    strides = shape.indices.map { shape[($0 + 1)...].reduce(1, *) }
    let values = tensor.doubles
    switch tensor.dtype {
    case .bool: cells = values.map { $0 == 0 ? "false" : "true" }
    case .float16, .float32, .float64, .bfloat16:
      let shown = values.filter { $0.isFinite && $0 != 0 }.map(abs)
      let scientific = (shown.max() ?? 0) >= 1e5 || (shown.min() ?? 1) < 1e-4
      cells = values.map { String(format: scientific ? "%.4e" : "%.4f", $0) }
    default: cells = values.map { String(Int($0)) }
    }
    width = cells.map(\.count).max() ?? 0
  }

  func text(axis: Int = 0, offset: Int = 0) -> String {
    if axis == shape.count { return String(repeating: " ", count: width - cells[offset].count) + cells[offset] }
    let length = shape[axis]
    let kept = length > 2 * edge + 2 ? Array(0..<edge) + [-1] + Array((length - edge)..<length) : Array(0..<length)
    let parts = kept.map { $0 < 0 ? "…" : text(axis: axis + 1, offset: offset + $0 * strides[axis]) }
    if axis == shape.count - 1 { return "[" + parts.joined(separator: ", ") + "]" }
    let indent = String(repeating: " ", count: axis + 1)
    return "[" + parts.joined(separator: ",\n" + indent) + "]"
  }
}
