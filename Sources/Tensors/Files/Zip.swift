import CZlib
import Foundation

/// The members of a zip archive, stored or deflated, also in its 64-bit form.
///
/// Source: PKWARE APPNOTE 6.3, sections 4.3 and 4.5.3. Encrypted archives and archives in several parts are refused.
struct Zip {
  struct Member {
    var name: String
    fileprivate var flags: UInt16
    fileprivate var method: UInt16
    fileprivate var checksum: UInt32
    fileprivate var compressedSize: Int
    fileprivate var size: Int
    fileprivate var start: Int
    /// Why its contents cannot be read; the others still can.
    fileprivate var problem: String?
    /// Whether reading it needs more memory than the file itself.
    var isDeflated: Bool { method == 8 }
    /// Bytes of the decompressed contents, as the directory says.
    var contentSize: Int { size }
  }

  private let data: Data
  private let origin: Origin
  private(set) var members: [Member] = []

  /// Reads the directory; every member is checked to lie inside the file and to share no bytes with another.
  init(_ data: Data, origin: Origin) throws {
    self.data = data
    self.origin = origin
    let directory = try findDirectory()
    var offset = directory.start
    for _ in 0..<directory.entries {
      let (member, length) = try readEntry(at: offset, end: directory.start + directory.size)
      members.append(member)
      offset += length
    }
    guard offset == directory.start + directory.size else {
      throw origin.error(
        "the zip directory has \(directory.size) bytes, its \(directory.entries) entries \(offset - directory.start)")
    }
    try locateContents(before: directory.start)
  }

  /// The decompressed bytes of a member, with its length and CRC-32 checked.
  func contents(of member: Member) throws -> Data {
    let origin = origin.at(member.name)
    if let problem = member.problem { throw origin.error(problem) }
    let stored = data.section(member.start..<(member.start + member.compressedSize))
    var contents = stored
    if member.method == 8 {
      // Deflate reaches 1032:1 at most, so a larger claim is false before a byte is decoded.
      guard member.size / 1032 <= member.compressedSize else {
        throw origin.error("\(member.compressedSize) compressed bytes cannot hold the \(member.size) claimed")
      }
      contents = Data()
      let consumed = try Inflate.decode(stored, format: .raw, limit: member.size, origin: origin, onto: &contents)
      guard consumed == stored.count else {
        throw origin.error("\(stored.count - consumed) bytes follow the compressed data")
      }
    }
    guard contents.count == member.size else {
      throw origin.error("has \(contents.count) bytes; the zip directory says \(member.size)")
    }
    let checksum = Self.checksum(contents)
    guard checksum == member.checksum else {
      throw origin.error("is damaged: CRC-32 \(hexadecimal(checksum)), expected \(hexadecimal(member.checksum))")
    }
    return contents
  }

  /// The first `count` decompressed bytes of a member, or all where there are fewer; no checksum is compared.
  func beginning(of member: Member, count: Int) throws -> Data {
    let origin = origin.at(member.name)
    if let problem = member.problem { throw origin.error(problem) }
    let stored = data.section(member.start..<(member.start + member.compressedSize))
    guard member.isDeflated else { return stored.prefix(count) }
    var contents = Data()
    _ = try Inflate.decode(
      stored, format: .raw, limit: min(count, member.size), origin: origin, onto: &contents, stopsAtLimit: true)
    return contents
  }

  static func checksum(_ data: Data) -> UInt32 { data.withUnsafeBytes { checksum($0) } }

  static func checksum(_ bytes: UnsafeRawBufferPointer, continuing start: UInt32 = 0) -> UInt32 {
    // zlib starts anew when it is given a null pointer, which an empty buffer may have.
    bytes.isEmpty ? start : UInt32(crc32_z(UInt(start), bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count))
  }

  // MARK: Directory

  private func findDirectory() throws -> (start: Int, size: Int, entries: Int) {
    // The end record is 22 bytes and a comment of at most 65535, which must reach the end of the file exactly.
    let earliest = max(0, data.count - 22 - 65535)
    var end = data.count - 22
    while end >= earliest {
      if data.littleEndian(UInt32.self, at: end) == 0x0605_4b50,
        data.littleEndian(UInt16.self, at: end + 20).map(Int.init) == data.count - end - 22
      {
        break
      }
      end -= 1
    }
    guard end >= max(earliest, 0) else {
      throw origin.error("is not a whole zip archive: it does not end with a zip directory")
    }
    var entries = try number(UInt16.self, at: end + 10)
    var size = try number(UInt32.self, at: end + 12)
    var start = try number(UInt32.self, at: end + 16)
    guard try number(UInt32.self, at: end + 4) == 0 || hasWideEnd(before: end) else {
      throw origin.error("is one part of a zip archive in several parts")
    }
    if hasWideEnd(before: end) {
      let wide = try number(UInt64.self, at: end - 20 + 8)
      guard wide <= end - 20 - 56, data.littleEndian(UInt32.self, at: wide) == 0x0606_4b50 else {
        throw origin.error("the 64-bit zip directory is not where byte \(end - 12) says")
      }
      entries = try number(UInt64.self, at: wide + 32)
      size = try number(UInt64.self, at: wide + 40)
      start = try number(UInt64.self, at: wide + 48)
      end = wide
    }
    guard start <= end, size == end - start else {
      throw origin.error("the zip directory (\(size) bytes at \(start)) does not end at byte \(end), where it should")
    }
    guard entries <= size / 46 else {
      throw origin.error("a zip directory of \(size) bytes cannot hold the \(entries) entries claimed")
    }
    return (start, size, entries)
  }

  private func hasWideEnd(before end: Int) -> Bool {
    data.littleEndian(UInt32.self, at: end - 20) == 0x0706_4b50
  }

  private func readEntry(at offset: Int, end: Int) throws -> (Member, length: Int) {
    guard end - offset >= 46, data.littleEndian(UInt32.self, at: offset) == 0x0201_4b50 else {
      throw origin.error("the zip directory is damaged at byte \(offset)")
    }
    let nameLength = try number(UInt16.self, at: offset + 28)
    let extraLength = try number(UInt16.self, at: offset + 30)
    let length = 46 + nameLength + extraLength + (try number(UInt16.self, at: offset + 32))
    guard length <= end - offset else { throw origin.error("the zip directory is damaged at byte \(offset)") }
    let nameStart = offset + 46
    guard let name = String(validating: data.section(nameStart..<(nameStart + nameLength)), as: UTF8.self) else {
      throw origin.error("the name of a member, at byte \(nameStart), is not UTF-8")
    }
    var member = Member(
      name: name, flags: UInt16(try number(UInt16.self, at: offset + 8)),
      method: UInt16(try number(UInt16.self, at: offset + 10)),
      checksum: UInt32(try number(UInt32.self, at: offset + 16)),
      compressedSize: try number(UInt32.self, at: offset + 20), size: try number(UInt32.self, at: offset + 24),
      start: try number(UInt32.self, at: offset + 42))
    try widen(&member, extra: (nameStart + nameLength)..<(nameStart + nameLength + extraLength))
    if member.flags & 0x2041 != 0 {
      member.problem = "is encrypted"
    } else if member.method != 0 && member.method != 8 {
      member.problem = "uses zip compression method \(member.method); expected 0 (stored) or 8 (deflated)"
    } else if member.method == 0 && member.size != member.compressedSize {
      member.problem = "is stored, but has sizes \(member.compressedSize) and \(member.size)"
    }
    return (member, length)
  }

  /// Takes the fields that did not fit 32 bits from the extra field 1, which holds just those, in this order.
  private func widen(_ member: inout Member, extra: Range<Int>) throws {
    let full = Int(UInt32.max)
    guard member.size == full || member.compressedSize == full || member.start == full else { return }
    var offset = extra.lowerBound
    while extra.upperBound - offset >= 4 {
      let length = try number(UInt16.self, at: offset + 2)
      guard length <= extra.upperBound - offset - 4 else { break }
      if try number(UInt16.self, at: offset) == 1 {
        var cursor = offset + 4
        for field in [\Member.size, \Member.compressedSize, \Member.start] where member[keyPath: field] == full {
          guard cursor + 8 <= offset + 4 + length else {
            throw origin.at(member.name).error("has a 64-bit zip entry that is too short")
          }
          member[keyPath: field] = try number(UInt64.self, at: cursor)
          cursor += 8
        }
        return
      }
      offset += 4 + length
    }
    throw origin.at(member.name).error("lacks the 64-bit zip entry that its sizes call for")
  }

  /// Moves each member's `start` from its local header to its bytes.
  private mutating func locateContents(before directory: Int) throws {
    var spans: [(start: Int, end: Int, name: String)] = []
    for index in members.indices {
      let member = members[index]
      let origin = origin.at(member.name)
      let header = member.start
      guard directory - header >= 30, data.littleEndian(UInt32.self, at: header) == 0x0403_4b50 else {
        throw origin.error("has no zip header at byte \(header), where the directory says")
      }
      let nameLength = try number(UInt16.self, at: header + 26)
      let start = header + 30 + nameLength + (try number(UInt16.self, at: header + 28))
      guard start <= directory, member.compressedSize <= directory - start else {
        throw origin.error("has \(member.compressedSize) bytes at \(start), which reaches into the zip directory")
      }
      guard data.section((header + 30)..<(header + 30 + nameLength)).elementsEqual(member.name.utf8),
        try member.problem != nil || number(UInt16.self, at: header + 8) == Int(member.method)
      else { throw origin.error("has a zip header at byte \(header) that contradicts the directory") }
      members[index].start = start
      spans.append((header, start + member.compressedSize, member.name))
    }
    spans.sort { $0.start < $1.start }
    for (first, second) in zip(spans, spans.dropFirst()) where first.end > second.start {
      throw origin.error("the members \(first.name) and \(second.name) share bytes")
    }
  }

  /// An unsigned field; also refuses what an `Int` cannot hold.
  private func number<T: FixedWidthInteger & UnsignedInteger>(_ type: T.Type, at offset: Int) throws -> Int {
    guard let value = data.littleEndian(type, at: offset) else {
      throw origin.error("the zip structure is cut off at byte \(offset)")
    }
    guard let value = Int(exactly: value) else {
      throw origin.error("the zip structure has the number \(value) at byte \(offset), beyond any file")
    }
    return value
  }
}

func hexadecimal(_ value: UInt32) -> String {
  let digits = String(value, radix: 16)
  return String(repeating: "0", count: 8 - digits.count) + digits
}
