import Foundation
import Tensors

/// Files inside a folder that is still being made.
enum PlainFile {
  /// Writes a file without flushing it to the disk.
  ///
  /// Foundation flushes every file it writes, which with thousands of small ones is most of the time; what has not got
  /// its final name yet needs no such promise. For files with a final name there is `AtomicFile`.
  static func write(_ data: Data, to file: URL) throws {
    func failure() -> InputError {
      InputError(file: file.path, "cannot be written: \(String(cString: strerror(errno)).lowercased())")
    }
    let descriptor = open(file.path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    guard descriptor >= 0 else { throw failure() }
    defer { close(descriptor) }
    try data.withUnsafeBytes { bytes in
      guard let start = bytes.baseAddress else { return }
      var written = 0
      while written < bytes.count {
        let count = Foundation.write(descriptor, start + written, bytes.count - written)
        guard count > 0 else { throw failure() }
        written += count
      }
    }
  }
}
