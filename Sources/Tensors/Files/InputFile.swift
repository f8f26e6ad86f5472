public import Foundation

/// Reading of whole files, with one-line errors.
public enum InputFile {
  /// The contents of a regular file, memory-mapped where the system allows it.
  ///
  /// - Throws: `InputError` naming the file when it is missing, unreadable, or not a regular file (a folder, a device).
  public static func contents(of url: URL) throws -> Data {
    _ = try size(of: url)
    do {
      return try Data(contentsOf: url, options: .mappedIfSafe)
    } catch {
      throw InputError(file: url.relativePath, "cannot be read (\(error.localizedDescription))")
    }
  }

  /// At most `count` bytes from the beginning of a regular file, and how many bytes it has.
  /// - Throws: `InputError` as `contents(of:)`.
  static func beginning(of url: URL, count: Int) throws -> (data: Data, size: Int) {
    let size = try size(of: url)
    do {
      let handle = try FileHandle(forReadingFrom: url)
      defer { try? handle.close() }
      return (try handle.read(upToCount: count) ?? Data(), size)
    } catch {
      throw InputError(file: url.relativePath, "cannot be read (\(error.localizedDescription))")
    }
  }

  /// The bytes of a regular file.
  private static func size(of url: URL) throws -> Int {
    let file = url.relativePath
    var status = stat()
    guard stat(url.path, &status) == 0 else { throw InputError(file: file, systemProblem(errno)) }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return Int(status.st_size)
    case S_IFDIR: throw InputError(file: file, "is a folder; expected a file")
    default: throw InputError(file: file, "is not a regular file")
    }
  }
}

/// What the system says about an error number, in a phrase that follows a file name.
func systemProblem(_ code: Int32) -> String {
  switch code {
  case ENOENT: return "no such file or folder"
  case EACCES, EPERM: return "permission denied"
  case ENOSPC, EDQUOT: return "no space left on the disk"
  case EROFS: return "the file system is read-only"
  default: return String(cString: strerror(code)).lowercased()
  }
}

/// Where bytes came from, so that every complaint about them names it.
struct Origin {
  var file: String
  var place: String?

  func error(_ problem: String) -> InputError {
    InputError(file: file, at: place.map(Self.printable), Self.printable(problem))
  }

  /// One line of bounded length: names come out of the file and may hold anything.
  private static func printable(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars.prefix(400) {
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator: result += scalar.escaped(asASCII: true)
      default: result.unicodeScalars.append(scalar)
      }
    }
    return text.unicodeScalars.count > 400 ? result + "…" : result
  }

  func at(_ place: String) -> Origin { Origin(file: file, place: place) }
}

extension Data {
  /// A little-endian integer `offset` bytes from the beginning, or nil when it would reach past the end.
  func littleEndian<T: FixedWidthInteger>(_ type: T.Type, at offset: Int) -> T? {
    guard offset >= 0, offset <= count, count - offset >= MemoryLayout<T>.size else { return nil }
    return withUnsafeBytes { T(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: T.self)) }
  }

  /// The bytes at `range`, counted from the beginning also in a slice; shares storage.
  func section(_ range: Range<Int>) -> Data {
    self[(startIndex + range.lowerBound)..<(startIndex + range.upperBound)]
  }

  mutating func appendLittleEndian<T: FixedWidthInteger>(_ value: T) {
    Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
  }
}
