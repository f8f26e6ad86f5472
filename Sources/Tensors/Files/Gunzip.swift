public import Foundation

/// Reading of gzip files.
public enum Gunzip {
  /// Two GiB: the default for the most that one file may decompress to.
  public static let defaultLimit = 2 << 30

  /// The decompressed contents of a `.gz` file; several members one after another are joined, as `gzip -d` does.
  ///
  /// - Parameters:
  ///   - url: The `.gz` file.
  ///   - limit: Most bytes the result may have; memory grows as data is decoded, never from a claimed size.
  /// - Throws: `InputError` naming the file when it is not gzip, corrupt (CRC and length are checked), truncated,
  ///   followed by other bytes, or longer than `limit` when decompressed.
  public static func read(_ url: URL, limit: Int = defaultLimit) throws -> Data {
    try decode(InputFile.contents(of: url), file: url.relativePath, limit: limit)
  }

  /// The same for contents already in memory; `file` is what an error names.
  public static func decode(_ data: Data, file: String, limit: Int = defaultLimit) throws -> Data {
    var rest = data
    var result = Data()
    repeat {
      guard rest.starts(with: [0x1f, 0x8b]) else {
        let offset = data.count - rest.count
        throw InputError(
          file: file,
          offset == 0
            ? "is not gzip: expected the bytes 1f 8b at the beginning"
            : "\(rest.count) bytes that are not gzip follow the data at byte \(offset)")
      }
      let origin = Origin(file: file)
      rest = rest.dropFirst(
        try Inflate.decode(rest, format: .gzip, limit: limit, origin: origin, onto: &result))
    } while !rest.isEmpty
    return result
  }
}
