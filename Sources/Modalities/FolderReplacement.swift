public import Foundation
import Tensors

/// Puts a folder in place only once all of it is written.
public enum FolderReplacement {
  /// In the names of what this process has begun, to know it by.
  private static let process = UUID().uuidString.prefix(8)

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
    let mark = "\(process).\(UUID().uuidString.prefix(8))"
    let partial = parent.appending(path: ".\(url.lastPathComponent).\(mark).partial")
    let old = parent.appending(path: ".\(url.lastPathComponent).\(mark).old")
    let lock: FolderLock
    do {
      try manager.createDirectory(at: parent, withIntermediateDirectories: true)
      removeLeftovers(of: url)
      try manager.createDirectory(at: partial, withIntermediateDirectories: false)
      lock = FolderLock(partial)
    } catch {
      throw InputError(file: url.path, "cannot be made: \(error.localizedDescription)")
    }
    defer {
      try? manager.removeItem(at: partial)
      lock.release()
    }
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

  // MARK: Leftovers

  /// Removes what this process has begun to write for `url`, also while another thread still adds to it: for a process that
  /// is about to end.
  public static func abandon(_ url: URL) {
    for partial in unfinished(of: url) where partial.lastPathComponent.contains(".\(process).") {
      for _ in 0..<100 where FileManager.default.fileExists(atPath: partial.path) {
        try? FileManager.default.removeItem(at: partial)
      }
    }
  }

  /// Removes what processes have begun for `url` that ended before they could put it in place or remove it.
  private static func removeLeftovers(of url: URL) {
    for partial in unfinished(of: url) where !partial.lastPathComponent.contains(".\(process).") {
      let lock = FolderLock(partial)
      if lock.isHeld, !isNew(partial) { try? FileManager.default.removeItem(at: partial) }
      lock.release()
    }
  }

  /// Whether another process may just have made the folder, to lock it next and then to fill it.
  private static func isNew(_ folder: URL) -> Bool {
    let manager = FileManager.default
    guard (try? manager.contentsOfDirectory(atPath: folder.path).isEmpty) ?? true else { return false }
    let made = (try? manager.attributesOfItem(atPath: folder.path))?[.modificationDate] as? Date
    return made.map { $0.timeIntervalSinceNow > -60 } ?? true
  }

  private static func unfinished(of url: URL) -> [URL] {
    let parent = url.standardizedFileURL.deletingLastPathComponent()
    let names = (try? FileManager.default.contentsOfDirectory(atPath: parent.path)) ?? []
    let prefix = ".\(url.lastPathComponent)."
    return names.filter { name in
      guard name.hasPrefix(prefix), name.hasSuffix(".partial") else { return false }
      // The marks alone: nothing that somebody else calls so.
      let marks = name.dropFirst(prefix.count).dropLast(".partial".count).split(separator: ".")
      return (1...2).contains(marks.count) && marks.allSatisfy { $0.count == 8 && $0.allSatisfy(\.isHexDigit) }
    }.map { parent.appending(path: $0, directoryHint: .isDirectory) }
  }
}

/// Says that a process is at work in a folder; the system forgets it with the process.
private struct FolderLock {
  private let descriptor: Int32
  let isHeld: Bool

  init(_ folder: URL) {
    descriptor = open(folder.path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    isHeld = descriptor >= 0 && flock(descriptor, LOCK_EX | LOCK_NB) == 0
  }

  func release() { if descriptor >= 0 { close(descriptor) } }
}
