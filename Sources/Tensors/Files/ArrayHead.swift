/// What the head of a file says of an array, so that one can ask whether it is wanted, and fits, before it is read.
public struct ArrayHead: Sendable, Equatable {
  public let shape: [Int]
  /// Bytes of the numbers in the file, decompressed.
  public let storedBytes: Int
  /// Bytes of the tensor that the array becomes.
  public let tensorBytes: Int
  /// Whether the numbers are complex.
  public let isComplex: Bool
  /// Whether the elements are already single-precision numbers.
  public let isFloat32: Bool
  /// Most bytes that reading holds at a time, the tensor among them. What is mapped from the disk does not count.
  public let readingBytes: Int

  init(shape: [Int], type: StoredType, storedBytes: Int, isDirect: Bool, isCompressed: Bool) {
    self.shape = shape
    self.storedBytes = storedBytes
    let (widened, overflow) = storedBytes.multipliedReportingOverflow(by: type.isWidened ? 2 : 1)
    tensorBytes = overflow ? .max : widened
    isComplex = type == .engine(.complex64) || type == .engine(.complex128)
    isFloat32 = type == .engine(.float32)
    let copies = [tensorBytes, isDirect || isCompressed ? 0 : tensorBytes, isCompressed ? storedBytes : 0]
    readingBytes = copies.reduce(0) { sum, bytes in
      let (value, overflow) = sum.addingReportingOverflow(bytes)
      return overflow ? .max : value
    }
  }
}
