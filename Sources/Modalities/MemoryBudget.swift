import Foundation
import Tensors

/// Asks whether numbers fit into the memory that is left, before they are read.
///
/// A file of a few megabytes may hold gigabytes of zeros, and a header may claim anything; the system ends a program that
/// takes more than there is without a word.
public enum MemoryBudget {
  /// Left to the program itself and to what the numbers are for.
  static let reserve = 128 << 20

  /// - Parameters:
  ///   - bytes: The most that will be held at a time.
  ///   - file: As errors call it.
  ///   - what: Is to be held, in the plural: "40 pictures of [3, 4096, 4096]".
  /// - Throws: `InputError` naming the file, what is needed and what is left.
  public static func check(bytes: Int, for file: String, what: String) throws {
    // What is small is not worth asking the system for.
    guard bytes > 1 << 20 else { return }
    try check(bytes: bytes, for: file, what: what, available: Machine.current.availableBytes)
  }

  static func check(bytes: Int, for file: String, what: String, available: Int?) throws {
    let available = available ?? Int(clamping: ProcessInfo.processInfo.physicalMemory / 2)
    guard bytes > available - reserve else { return }
    throw InputError(
      file: file, "\(what) need \(text(bytes)) of memory, and \(text(max(0, available - reserve))) are available")
  }

  /// The same for a table of text: most cells take the place of a string.
  static func checkTable(bytes: Int, for file: String) throws {
    try check(bytes: self.bytes([bytes, 12]), for: file, what: "the cells of a table of \(text(bytes))")
  }

  /// A number of bytes, or `Int.max` where it is beyond any memory.
  ///
  /// - Parameter factors: such as rows, columns and bytes of a number; each at least 0.
  public static func bytes(_ factors: [Int]) -> Int {
    factors.reduce(1) { product, factor in
      let (value, overflow) = product.multipliedReportingOverflow(by: factor)
      return overflow ? Int.max : value
    }
  }

  /// "6.9 GB", "350 MB".
  private static func text(_ bytes: Int) -> String {
    guard bytes < 1 << 60 else { return "2⁶⁰ bytes or more" }
    return bytes < 1_000_000_000
      ? "\(bytes / 1_000_000) MB" : String(format: "%.1f GB", locale: nil, Double(bytes) / 1e9)
  }
}
