import CZlib
public import Foundation

/// Decompression of deflated data through zlib.
public enum Inflate {
  /// How the deflated data is wrapped.
  public enum Format: Sendable {
    /// RFC 1951, no checksum of its own (zip members).
    case raw
    /// RFC 1950, Adler-32 checked (MATLAB level-5 elements).
    case zlib
    /// RFC 1952, CRC-32 and length checked, one member.
    case gzip

    fileprivate var windowBits: Int32 {
      switch self {
      case .raw: return -15
      case .zlib: return 15
      case .gzip: return 31
      }
    }
  }

  /// Decompresses one stream at the beginning of `input`.
  ///
  /// The result grows as it decodes and is never allocated from a size that the data claims.
  /// - Parameters:
  ///   - input: Holds the stream, and perhaps more behind it.
  ///   - format: What surrounds the compressed data.
  ///   - limit: Most bytes the result may have.
  ///   - file: The file that an error names.
  ///   - place: The part of it that an error names.
  /// - Returns: The decompressed bytes, and how many bytes of `input` the stream took.
  /// - Throws: `InputError` for corrupt or truncated data and for a result longer than `limit`.
  public static func decode(
    _ input: Data, format: Format, limit: Int, file: String, at place: String? = nil
  ) throws -> (output: Data, consumed: Int) {
    var output = Data()
    let origin = Origin(file: file, place: place)
    let consumed = try decode(input, format: format, limit: limit, origin: origin, onto: &output)
    return (output, consumed)
  }

  /// The first `count` decompressed bytes of the stream at the beginning of `input`, or all where there are fewer.
  ///
  /// - Throws: `InputError` for data that is corrupt or truncated before that.
  public static func beginning(_ input: Data, format: Format, count: Int, file: String) throws -> Data {
    var output = Data()
    _ = try decode(input, format: format, limit: count, origin: Origin(file: file), onto: &output, stopsAtLimit: true)
    return output
  }

  /// Appends to `output`, which may not grow beyond `limit` bytes; returns how many bytes of `input` were taken.
  ///
  /// With `stopsAtLimit` what follows is left where it is, and is no error.
  static func decode(
    _ input: Data, format: Format, limit: Int, origin: Origin, onto output: inout Data, stopsAtLimit: Bool = false
  ) throws -> Int {
    // zlib keeps the stream's address, so it must not move.
    let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    stream.initialize(to: z_stream())
    defer { stream.deallocate() }
    guard
      inflateInit2_(stream, format.windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else { throw origin.error("zlib cannot be started") }
    defer { inflateEnd(stream) }

    let buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 1 << 16)
    defer { buffer.deallocate() }
    return try input.withUnsafeBytes { bytes in
      let source = bytes.bindMemory(to: UInt8.self)
      var position = 0
      while true {
        if stream.pointee.avail_in == 0 {
          let length = min(source.count - position, 1 << 30)  // zlib counts in 32 bits
          stream.pointee.next_in = source.baseAddress.map { UnsafeMutablePointer(mutating: $0 + position) }
          stream.pointee.avail_in = UInt32(length)
          position += length
        }
        stream.pointee.next_out = buffer.baseAddress
        stream.pointee.avail_out = UInt32(buffer.count)
        let status = inflate(stream, Z_NO_FLUSH)
        let produced = buffer.count - Int(stream.pointee.avail_out)
        if stopsAtLimit, produced >= limit - output.count {
          output.append(buffer.baseAddress!, count: limit - output.count)
          return position - Int(stream.pointee.avail_in)
        }
        guard produced <= limit - output.count else {
          throw origin.error("decompresses to more than \(limit) bytes, the most allowed")
        }
        output.append(buffer.baseAddress!, count: produced)
        switch status {
        case Z_STREAM_END: return position - Int(stream.pointee.avail_in)
        case Z_OK: continue
        case Z_BUF_ERROR:
          if stream.pointee.avail_in == 0, position < source.count { continue }
          throw origin.error("compressed data is truncated after \(source.count) bytes")
        default:
          let reason = stream.pointee.msg.map { String(cString: $0) } ?? "zlib error \(status)"
          throw origin.error("compressed data is corrupt: \(reason)")
        }
      }
    }
  }
}
