import Foundation
import Tensors

/// The folder of a data set, and the way to files in it that cannot lead outside.
struct DataFolder {
  let url: URL
  /// The folder without symbolic links, ending in a slash.
  private let root: String

  /// - Throws: `InputError` when it is not a folder.
  init(_ url: URL) throws {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
      throw InputError(file: url.path, "no such folder")
    }
    guard isFolder.boolValue, let real = Self.realPath(url.path) else {
      throw InputError(file: url.path, "is not a folder")
    }
    self.url = url
    root = real.hasSuffix("/") ? real : real + "/"
  }

  /// The file that a relative path names.
  ///
  /// - Throws: `InputError` when the path is absolute, leaves the folder (by `..` or by a symbolic link), does not exist
  ///   or is not a file.
  func file(_ path: String) throws -> URL {
    guard !path.hasPrefix("/") else {
      throw InputError(file: path, "is an absolute path; expected one inside the folder of the data set")
    }
    guard !path.utf8.contains(0) else { throw InputError("a path holds a zero byte") }
    var depth = 0
    for part in path.split(separator: "/") where part != "." {
      depth += part == ".." ? -1 : 1
      if depth < 0 { throw InputError(file: path, "leaves the folder of the data set") }
    }
    let joined = url.appendingPathComponent(path)
    guard let real = Self.realPath(joined.path) else { throw InputError(file: path, "no such file") }
    guard real.hasPrefix(root) else {
      throw InputError(file: path, "leaves the folder of the data set through a symbolic link")
    }
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: real, isDirectory: &isFolder), !isFolder.boolValue else {
      throw InputError(file: path, "is a folder, not a file")
    }
    return joined
  }

  /// Whether something of that name lies in the folder, if only a dangling link.
  func contains(_ path: String) -> Bool {
    let path = url.appendingPathComponent(path).path
    return (try? FileManager.default.attributesOfItem(atPath: path)) != nil
  }

  private static func realPath(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }
}
