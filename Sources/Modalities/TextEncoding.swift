import Foundation
import Tensors

/// Turns the bytes of a text file into UTF-8, where its first bytes say what they are.
enum TextEncoding {
  /// What is said of bytes that are not UTF-8: they do not tell which of the older encodings they have.
  static let problem = "is not UTF-8 text, but perhaps Latin-1 or Windows-1252; save it as UTF-8"

  /// How files begin that are no text, though they may have the name of one.
  private static let kinds: [(start: [UInt8], problem: String)] = [
    ([0x1F, 0x8B], "is compressed by gzip; unpack it"), (Array("BZh91AY".utf8), "is compressed by bzip2; unpack it"),
    ([0xFD] + Array("7zXZ".utf8), "is compressed by xz; unpack it"),
    ([0x28, 0xB5, 0x2F, 0xFD], "is compressed by Zstandard; unpack it"),
    (Array("PK\u{3}\u{4}".utf8), "is a zip archive (an .xlsx?); save it as CSV"),
    ([0xD0, 0xCF, 0x11, 0xE0], "is a file of Microsoft Office (an .xls?); save it as CSV"),
    (Array("PAR1\u{15}".utf8), "is a Parquet file; save it as CSV"),
    (Array("%PDF-".utf8), "is a PDF document; save it as CSV"),
    ([0x93] + Array("NUMPY".utf8), "is a NumPy array; name it .npy"),
    ([0xFF, 0xFE, 0, 0], "is UTF-32 text; save it as UTF-8"), ([0, 0, 0xFE, 0xFF], "is UTF-32 text; save it as UTF-8"),
  ]

  /// The bytes without a byte order mark, and what a reader should be told of them.
  ///
  /// UTF-8 itself is not checked.
  /// - Throws: `InputError` for UTF-16 that is cut or wrong, for UTF-32, for files of known kinds that are no text, and for
  ///   bytes many of which are zero.
  static func utf8(_ data: Data, file: String) throws -> (bytes: [UInt8], note: String?) {
    if let kind = kinds.first(where: { data.starts(with: $0.start) }) { throw InputError(file: file, kind.problem) }
    if data.starts(with: [0xEF, 0xBB, 0xBF]) { return ([UInt8](data.dropFirst(3)), nil) }
    let isLittle = data.starts(with: [0xFF, 0xFE])
    guard isLittle || data.starts(with: [0xFE, 0xFF]) else {
      let start = data.prefix(1024)
      guard start.count(where: { $0 == 0 }) * 4 <= start.count else {
        throw InputError(
          file: file, "holds zero bytes: it is no text, or UTF-16 without a byte order mark; save it as UTF-8")
      }
      return ([UInt8](data), nil)
    }
    let bytes = [UInt8](data.dropFirst(2))
    let units = stride(from: 0, to: bytes.count - 1, by: 2).map { index -> UInt16 in
      let (first, second) = (UInt16(bytes[index]), UInt16(bytes[index + 1]))
      return isLittle ? second << 8 | first : first << 8 | second
    }
    guard bytes.count % 2 == 0, let text = String(validating: units, as: UTF16.self) else {
      throw InputError(file: file, "begins with a UTF-16 byte order mark and is not UTF-16 text; save it as UTF-8")
    }
    return ([UInt8](text.utf8), "\(file) is UTF-16 text and is read as such")
  }
}
