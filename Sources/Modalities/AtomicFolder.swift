import Foundation
import Tensors

/// Folders that appear complete or not at all.
enum AtomicFolder {
  /// Lets `body` fill a temporary folder beside `destination`, then renames it into place.
  ///
  /// - Throws: `InputError` naming the destination when it exists and is not an empty folder, or cannot be written.
  static func build(_ destination: URL, _ body: (URL) throws -> Void) throws {
    let files = FileManager.default
    var isFolder: ObjCBool = false
    if files.fileExists(atPath: destination.path, isDirectory: &isFolder) {
      guard isFolder.boolValue else { throw InputError(file: destination.path, "exists and is a file") }
      guard let content = try? files.contentsOfDirectory(atPath: destination.path), content.isEmpty else {
        throw InputError(file: destination.path, "exists and is not empty; choose another or remove it")
      }
    }
    let parent = destination.deletingLastPathComponent()
    let temporary = parent.appendingPathComponent(".\(destination.lastPathComponent).partial-\(UUID().uuidString)")
    do {
      try files.createDirectory(at: temporary, withIntermediateDirectories: true)
    } catch {
      throw InputError(file: destination.path, "cannot be made: \(error.localizedDescription)")
    }
    do {
      try body(temporary)
      guard rename(temporary.path, destination.path) == 0 else {
        throw InputError(file: destination.path, "cannot be made: \(String(cString: strerror(errno)))")
      }
    } catch {
      try? files.removeItem(at: temporary)
      throw named(error, temporary: temporary.path, destination: destination.path)
    }
  }

  /// Writes a file inside the temporary folder. Nothing is flushed to the disk: with thousands of small files that is
  /// most of the time, and the folder has no name yet that anybody relies on.
  static func write(_ data: Data, to file: URL) throws {
    let descriptor = open(file.path, O_WRONLY | O_CREAT | O_EXCL, 0o644)
    func failure() -> InputError {
      InputError(file: file.path, "cannot be written: \(String(cString: strerror(errno)))")
    }
    guard descriptor >= 0 else { throw failure() }
    defer { close(descriptor) }
    try data.withUnsafeBytes { bytes in
      var written = 0
      while written < bytes.count {
        let count = Foundation.write(descriptor, bytes.baseAddress! + written, bytes.count - written)
        guard count > 0 else { throw failure() }
        written += count
      }
    }
  }

  /// The user knows the destination, not the temporary folder.
  private static func named(_ error: any Error, temporary: String, destination: String) -> any Error {
    switch error {
    case var error as InputError:
      error.file = error.file?.replacingOccurrences(of: temporary, with: destination)
      return error
    case let error as CocoaError:
      return InputError(file: destination, "cannot be written: \(error.localizedDescription)")
    default: return error
    }
  }
}
