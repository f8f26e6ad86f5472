import Foundation
import Tensors

/// The folder of a data set, and the way to files in it that cannot lead outside.
struct DataFolder {
  let url: URL
  /// Whether symbolic links in it may lead outside.
  let followsLinks: Bool
  /// The folder without symbolic links, ending in a slash.
  private let root: String
  private let listings = Listings()

  /// - Throws: `InputError` when it is not a folder.
  init(_ url: URL, followsLinks: Bool = false) throws {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
      throw InputError(file: url.path, "no such folder")
    }
    guard isFolder.boolValue, let real = Self.realPath(url.path) else {
      throw InputError(file: url.path, "is not a folder")
    }
    self.url = url
    self.followsLinks = followsLinks
    root = real.hasSuffix("/") ? real : real + "/"
  }

  /// The file that a relative path names.
  ///
  /// A name that is not there is looked for in the other Unicode form: "é" is one character or two.
  /// - Throws: `InputError` when the path is absolute, leaves the folder (by `..` or by a symbolic link that is not
  ///   followed), does not exist or is not a file.
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
    var joined = url.path + "/" + path
    if Self.realPath(joined) == nil { joined = try sameName(path) }
    guard let real = Self.realPath(joined) else { throw InputError(file: path, "no such file") }
    guard followsLinks || real.hasPrefix(root) else {
      throw InputError(
        file: path, "leaves the folder of the data set through a symbolic link; --follow-links allows that")
    }
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: real, isDirectory: &isFolder), !isFolder.boolValue else {
      throw InputError(file: path, "is a folder, not a file")
    }
    return URL(fileURLWithPath: joined)
  }

  /// The path of a file whose name has the same characters, perhaps in another Unicode form.
  /// - Throws: `InputError` where there is none, with a name that differs in case only.
  private func sameName(_ path: String) throws -> String {
    var folder = url.path
    for part in path.split(separator: "/", omittingEmptySubsequences: true).map(String.init) {
      let next = folder + "/" + part
      guard Self.realPath(next) == nil else {
        folder = next
        continue
      }
      let names = listings[folder]
      // Texts are equal whose characters are, whatever their form.
      if let name = names.first(where: { $0 == part }) {
        folder += "/" + name
      } else if let name = names.first(where: { $0.lowercased() == part.lowercased() }) {
        throw InputError(file: path, "no such file; there is \"\(name)\", which differs in case")
      } else {
        throw InputError(file: path, "no such file")
      }
    }
    return folder
  }

  /// Names in folders, each read once.
  private final class Listings {
    private var names: [String: [String]] = [:]

    subscript(folder: String) -> [String] {
      if let known = names[folder] { return known }
      let found = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
      names[folder] = found
      return found
    }
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
