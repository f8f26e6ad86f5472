import Foundation

/// Writes a zip archive of stored members, with 64-bit fields only where the sizes need them.
struct ZipWriter {
  private let output: OutputFile
  /// Numbers from here on go to 64-bit fields; lower in tests, so that they need no file of 4 GiB.
  private let limit: Int
  private var offset = 0
  private var directory = Data()
  private var entries = 0

  init(_ output: OutputFile, limit: Int = Int(UInt32.max)) {
    self.output = output
    self.limit = limit
  }

  /// Adds a member whose contents are the joined parts.
  mutating func add(_ name: String, _ parts: [UnsafeRawBufferPointer]) throws {
    let size = parts.reduce(0) { $0 + $1.count }
    let checksum = parts.reduce(UInt32(0)) { Zip.checksum($1, continuing: $0) }
    guard name.utf8.count <= Int(UInt16.max) else {
      throw InputError(at: String(name.prefix(40)), "has a name of \(name.utf8.count) bytes; zip allows 65535")
    }
    var local = Data()
    local.appendLittleEndian(UInt32(0x0403_4b50))
    let sizes = size >= limit ? [size, size] : []
    appendCommon(to: &local, name, checksum: checksum, size: size, extra: wide(sizes))
    var entry = Data()
    entry.appendLittleEndian(UInt32(0x0201_4b50))
    entry.appendLittleEndian(UInt16(45))  // made by version 4.5, MS-DOS attributes
    let extra = wide(offset >= limit ? sizes + [offset] : sizes)
    appendCommon(to: &entry, name, checksum: checksum, size: size, extra: extra, start: offset)
    directory.append(entry)
    try output.write(local)
    for part in parts { try output.write(part) }
    offset += local.count + size
    entries += 1
  }

  /// Writes the directory.
  mutating func finish() throws {
    var end = Data()
    if entries >= min(limit, Int(UInt16.max)) || offset >= limit || directory.count >= limit {
      end.appendLittleEndian(UInt32(0x0606_4b50))
      end.appendLittleEndian(UInt64(44))
      for version in [UInt16(45), 45] { end.appendLittleEndian(version) }
      for disk in [UInt32(0), 0] { end.appendLittleEndian(disk) }
      for number in [entries, entries, directory.count, offset] { end.appendLittleEndian(UInt64(number)) }
      end.appendLittleEndian(UInt32(0x0706_4b50))
      end.appendLittleEndian(UInt32(0))
      end.appendLittleEndian(UInt64(offset + directory.count))
      end.appendLittleEndian(UInt32(1))
    }
    end.appendLittleEndian(UInt32(0x0605_4b50))
    for disk in [UInt16(0), 0] { end.appendLittleEndian(disk) }
    for count in [entries, entries] { end.appendLittleEndian(UInt16(min(count, Int(UInt16.max)))) }
    for number in [directory.count, offset] { end.appendLittleEndian(field(number)) }
    end.appendLittleEndian(UInt16(0))
    try output.write(directory)
    try output.write(end)
  }

  private func field(_ number: Int) -> UInt32 { number >= limit ? .max : UInt32(number) }

  private func wide(_ numbers: [Int]) -> Data {
    guard !numbers.isEmpty else { return Data() }
    var extra = Data()
    extra.appendLittleEndian(UInt16(1))
    extra.appendLittleEndian(UInt16(numbers.count * 8))
    for number in numbers { extra.appendLittleEndian(UInt64(number)) }
    return extra
  }

  /// The fields that the local header and the directory entry share; `start` only in the latter.
  private func appendCommon(
    to data: inout Data, _ name: String, checksum: UInt32, size: Int, extra: Data, start: Int? = nil
  ) {
    let ascii = name.utf8.allSatisfy { $0 < 0x80 }
    data.appendLittleEndian(UInt16(extra.isEmpty ? 20 : 45))  // version needed
    data.appendLittleEndian(UInt16(ascii ? 0 : 0x800))  // the name is UTF-8
    data.appendLittleEndian(UInt16(0))  // stored
    data.appendLittleEndian(UInt16(0))  // midnight …
    data.appendLittleEndian(UInt16(0x21))  // … of 1 January 1980, the format's first day
    data.appendLittleEndian(checksum)
    for _ in 0..<2 { data.appendLittleEndian(field(size)) }
    data.appendLittleEndian(UInt16(name.utf8.count))
    data.appendLittleEndian(UInt16(extra.count))
    if let start {
      for _ in 0..<3 { data.appendLittleEndian(UInt16(0)) }  // comment, disk, internal attributes
      data.appendLittleEndian(UInt32(0))  // external attributes
      data.appendLittleEndian(field(start))
    }
    data.append(contentsOf: name.utf8)
    data.append(extra)
  }
}
