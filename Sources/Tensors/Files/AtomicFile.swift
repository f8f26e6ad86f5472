public import Foundation

/// Files that appear complete or not at all.
public enum AtomicFile {
  /// Writes a file under a temporary name beside `url`, flushes it to the disk and renames it into place.
  ///
  /// A reader sees the old contents or the new, never a part. A symbolic link stays: its target is replaced. When
  /// anything fails the temporary file is removed and an earlier file stays as it was; one that a killed program left behind is
  /// used up by the next write. A device or a pipe, such as `/dev/stdout`, is written to as it is.
  ///
  /// ```swift
  /// try AtomicFile.write(to: url) { temporary in try text.write(to: temporary, atomically: false, encoding: .utf8) }
  /// ```
  /// - Parameters:
  ///   - url: Where the file is to stand.
  ///   - body: Creates the file at the URL it is given, which has the path extension of `url`.
  /// - Throws: `InputError` naming `url` when it cannot be written (missing folder, no permission, disk full);
  ///   errors of `body` that are not about files pass unchanged.
  public static func write(to url: URL, _ body: (URL) throws -> Void) throws {
    if isDeviceOrPipe(url) { return try body(url) }
    let target = url.resolvingSymlinksInPath()
    let folder = target.deletingLastPathComponent()
    let file = url.relativePath
    let temporary = try TemporaryFile(beside: target, naming: file)
    do {
      try body(temporary.url)
      try flush(temporary.url, naming: file)
      guard temporary.isWritten else { throw InputError(file: file, "cannot be written: nothing was") }
      guard rename(temporary.url.path, target.path) == 0 else {
        throw InputError(file: file, "cannot be written: \(systemProblem(errno))")
      }
    } catch {
      unlink(temporary.url.path)
      throw renamed(error, from: temporary.url, to: file)
    }
    // The file is in place; a folder that cannot be flushed (some network file systems) is no reason to complain.
    try? flush(folder, naming: file)
  }

  /// Writes `data` as the whole file.
  public static func write(_ data: Data, to url: URL) throws {
    try write(to: url) { temporary in
      let output = try OutputFile(temporary)
      try data.withUnsafeBytes { try output.write($0) }
      try output.close()
    }
  }

  /// Whether renaming a file to this name would destroy something that is no file.
  private static func isDeviceOrPipe(_ url: URL) -> Bool {
    var status = stat()
    guard stat(url.path, &status) == 0 else { return false }
    return ![S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT)
  }

  private static func flush(_ url: URL, naming file: String) throws {
    let descriptor = open(url.path, O_RDONLY)
    guard descriptor >= 0 else { throw InputError(file: file, "cannot be written: \(systemProblem(errno))") }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else {
      throw InputError(file: file, "cannot be written: \(systemProblem(errno))")
    }
  }

  /// The user knows the target, not the temporary name.
  private static func renamed(_ error: any Error, from temporary: URL, to file: String) -> any Error {
    switch error {
    case var error as InputError:
      if error.file == temporary.relativePath { error.file = file }
      return error
    case let error as CocoaError:
      if let underlying = error.underlying as? POSIXError { return renamed(underlying, from: temporary, to: file) }
      return InputError(file: file, "cannot be written: \(error.localizedDescription)")
    case let error as POSIXError:
      return InputError(file: file, "cannot be written: \(systemProblem(error.code.rawValue))")
    default:
      return error
    }
  }
}

/// An empty file under a temporary name beside a target, locked while this value lives.
///
/// The name follows from the target's, so that what a killed program left behind is found and used up: nobody holds its lock
/// any more. Where somebody does, or the name is taken by something else, a random name serves.
private final class TemporaryFile {
  /// How such names begin, after a dot and perhaps random letters.
  static let mark = ".partial-"
  let url: URL
  private let descriptor: Int32
  private let identity: ino_t

  init(beside target: URL, naming file: String) throws {
    let folder = target.deletingLastPathComponent()
    let random = String(UInt64.random(in: .min ... .max), radix: 36)
    for name in [Self.mark, ".\(random)\(Self.mark)"].map({ $0 + target.lastPathComponent }) {
      let url = folder.appendingPathComponent(name, isDirectory: false)
      let descriptor = open(url.path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0o666)
      if descriptor < 0 { continue }
      if let identity = Self.claim(descriptor, at: url.path) {
        (self.url, self.descriptor, self.identity) = (url, descriptor, identity)
        return
      }
      close(descriptor)
    }
    throw InputError(file: file, "cannot be written: \(systemProblem(errno))")
  }

  deinit { close(descriptor) }

  /// Locks the file, empties it and dates it back, so that whether it was written can be seen.
  ///
  /// - Returns: its number; nil where it is another writer's, or not at this path any more.
  private static func claim(_ descriptor: Int32, at path: String) -> ino_t? {
    // File systems without locks have nobody that asks for one.
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK else { return nil }
    var (own, there) = (stat(), stat())
    guard fstat(descriptor, &own) == 0, lstat(path, &there) == 0, own.st_ino == there.st_ino,
      own.st_mode & S_IFMT == S_IFREG, own.st_nlink == 1, ftruncate(descriptor, 0) == 0
    else { return nil }
    futimens(descriptor, [timespec(), timespec()])
    return own.st_ino
  }

  /// Whether anything was written, be it nothing.
  var isWritten: Bool {
    var status = stat()
    guard lstat(url.path, &status) == 0 else { return false }
    return status.st_ino != identity || status.st_size > 0 || status.st_mtim.tv_sec != 0
  }
}

extension AtomicFile {
  /// Removes what killed programs left of files that they were writing in a folder and below. To be called by whoever knows
  /// that nobody writes there.
  public static func removeLeftovers(in folder: URL) {
    guard let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil) else { return }
    while let url = files.nextObject() as? URL {
      let name = url.lastPathComponent
      if name.hasPrefix("."), name.contains(TemporaryFile.mark) { unlink(url.path) }
    }
  }
}

/// A new file written front to back.
final class OutputFile {
  private let file: String
  private var descriptor: Int32

  /// - Throws: `InputError` when the file cannot be created.
  init(_ url: URL) throws {
    file = url.relativePath
    descriptor = open(url.path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw InputError(file: file, "cannot be written: \(systemProblem(errno))") }
  }

  deinit { if descriptor >= 0 { _ = Foundation.close(descriptor) } }

  func write(_ bytes: UnsafeRawBufferPointer) throws {
    var rest = bytes
    while !rest.isEmpty {
      let written = Foundation.write(descriptor, rest.baseAddress, rest.count)
      if written < 0 {
        if errno == EINTR { continue }
        throw InputError(file: file, "cannot be written: \(systemProblem(errno))")
      }
      rest = UnsafeRawBufferPointer(rebasing: rest[written...])
    }
  }

  func write(_ data: Data) throws { try data.withUnsafeBytes { try write($0) } }

  /// Some file systems report a full disk only here.
  func close() throws {
    let status = Foundation.close(descriptor)
    descriptor = -1
    guard status == 0 else { throw InputError(file: file, "cannot be written: \(systemProblem(errno))") }
  }
}
