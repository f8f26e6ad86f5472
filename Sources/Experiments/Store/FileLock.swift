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

  /// Whether anybody holds the lock of a file; not where there is no file.
  static func isHeld(_ url: URL) -> Bool {
    let descriptor = open(url.path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
  }
}

/// The right to work on a run, held by one process at a time and lost with it, however it ends: who asks can tell a run at work
/// from one that was killed.
public final class RunClaim: Sendable {
  private let descriptor: Int32

  /// - Returns: nil where somebody else holds it.
  /// - Throws: `InputError` where the file cannot be made.
  init?(_ file: URL) throws {
    let descriptor = open(file.path, O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0o644)
    guard descriptor >= 0 else {
      throw InputError(file: file.path, "cannot be written: \(String(cString: strerror(errno)))")
    }
    // Whoever only asks holds the lock for a moment, too.
    for _ in 0..<20 {
      // A file system without locks cannot tell runs at work from others; that is no reason not to work.
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK {
        self.descriptor = descriptor
        return
      }
      usleep(20_000)
    }
    close(descriptor)
    return nil
  }

  deinit { close(descriptor) }
}
