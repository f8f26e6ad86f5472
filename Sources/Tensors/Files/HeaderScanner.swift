import Foundation

/// A cursor over the text of a header: what every grammar needs, blanks skipped before each token.
protocol HeaderScanner {
  var bytes: [UInt8] { get }
  var origin: Origin { get }
  var position: Int { get set }
}

extension HeaderScanner {
  /// The byte that the next token begins with; nil at the end.
  mutating func next() -> UInt8? {
    while position < bytes.count, [0x20, 0x09, 0x0a, 0x0d].contains(bytes[position]) { position += 1 }
    return position < bytes.count ? bytes[position] : nil
  }

  mutating func unexpected(_ expected: String) -> InputError {
    guard let byte = next() else { return origin.error("header ends where \(expected) is expected") }
    let shown = (0x21...0x7e).contains(byte) ? "'\(Character(Unicode.Scalar(byte)))'" : "byte \(byte)"
    return origin.error("header has \(shown) at position \(position); expected \(expected)")
  }

  mutating func accept(_ character: Unicode.Scalar) -> Bool {
    guard next() == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  mutating func expect(_ character: Unicode.Scalar) throws {
    guard accept(character) else { throw unexpected("'\(character)'") }
  }

  mutating func expectEnd() throws {
    guard next() == nil else { throw unexpected("nothing more") }
  }

  /// Decimal digits as a number.
  mutating func wholeNumber() throws -> Int {
    guard let first = next(), (0x30...0x39).contains(first) else { throw unexpected("a whole number of at least 0") }
    let start = position
    var value = 0
    while position < bytes.count, (0x30...0x39).contains(bytes[position]) {
      let (tens, high) = value.multipliedReportingOverflow(by: 10)
      let (sum, low) = tens.addingReportingOverflow(Int(bytes[position] - 0x30))
      guard !high, !low else { throw origin.error("header has a number above \(Int.max) at position \(start)") }
      value = sum
      position += 1
    }
    return value
  }
}
