import Foundation
import Tensors

/// A lock between processes, held on a file that stays.
enum FileLock {
  /// Runs `body` while no other process, and no other caller in this one, holds the lock of the file.
  ///
  /// - Throws: `InputError` when the file cannot be made or locked.
  static func holding<Value>(_ url: URL, _ body: () throws -> Value) throws -> Value {
    let descriptor = open(url.path, O_CREAT | O_RDWR | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw InputError(file: url.path, "cannot be written: \(String(cString: strerror(errno)))")
    }
    // Closing the last descriptor releases the lock, also when the process dies.
    defer { close(descriptor) }
    while flock(descriptor, LOCK_EX) != 0 {
      guard errno == EINTR else {
        throw InputError(file: url.path, "cannot be locked: \(String(cString: strerror(errno)))")
      }
    }
    return try body()
  }
}
