import Foundation
import Tensors

/// Puts a folder in place only once all of it is written.
enum FolderReplacement {
  /// Calls `body` with a new empty folder beside `url` and gives it the name `url` when `body` has returned.
  ///
  /// An empty folder at `url` is replaced; one with something in it only with `force` and if `isOurs`.
  /// - Throws: `InputError`, or what `body` throws; nothing is left behind then and what was at `url` stays.
  static func write(to url: URL, force: Bool, isOurs: (URL) -> Bool, _ body: (URL) throws -> Void) throws {
    let manager = FileManager.default
    let exists = manager.fileExists(atPath: url.path)
    if exists {
      guard let entries = try? manager.contentsOfDirectory(atPath: url.path) else {
        throw InputError(file: url.path, "is there already and is not a folder that can be read")
      }
      if !entries.isEmpty {
        guard isOurs(url) else {
          throw InputError(file: url.path, "is a folder with other files in it; name a new one")
        }
        guard force else { throw InputError(file: url.path, "holds a data set already; --force replaces it") }
      }
    }
    let parent = url.standardizedFileURL.deletingLastPathComponent()
    let mark = UUID().uuidString.prefix(8)
    let partial = parent.appending(path: ".\(url.lastPathComponent).\(mark).partial")
    let old = parent.appending(path: ".\(url.lastPathComponent).\(mark).old")
    do {
      try manager.createDirectory(at: parent, withIntermediateDirectories: true)
      try manager.createDirectory(at: partial, withIntermediateDirectories: false)
    } catch {
      throw InputError(file: url.path, "cannot be made: \(error.localizedDescription)")
    }
    defer { try? manager.removeItem(at: partial) }
    do {
      try body(partial)
    } catch {
      throw renamed(error, from: partial, to: url)
    }
    do {
      if exists { try manager.moveItem(at: url, to: old) }
      do {
        try manager.moveItem(at: partial, to: url)
      } catch {
        if exists { try? manager.moveItem(at: old, to: url) }
        throw error
      }
      if exists { try manager.removeItem(at: old) }
    } catch {
      throw InputError(file: url.path, "cannot be put in place: \(error.localizedDescription)")
    }
  }
  /// A new folder at `url`; one with something in it stays and is an error.
  static func create(_ url: URL, _ body: (URL) throws -> Void) throws {
    try write(to: url, force: false, isOurs: { _ in false }, body)
  }

  /// The user knows the final name, not the temporary one.
  private static func renamed(_ error: any Error, from partial: URL, to url: URL) -> any Error {
    switch error {
    case var error as InputError:
      error.file = error.file?.replacingOccurrences(of: partial.path, with: url.path)
      return error
    case let error as CocoaError:
      return InputError(file: url.path, "cannot be written: \(error.localizedDescription)")
    default: return error
    }
  }
}
