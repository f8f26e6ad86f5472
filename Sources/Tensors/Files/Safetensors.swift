public import Foundation

/// The safetensors format: a JSON header, then the tensors' bytes without gaps.
///
/// Source: the format description and the checks of the reference implementation, huggingface/safetensors.
public enum Safetensors {
  /// The reference's limit: a longer header is refused before it is read.
  static let maximumHeader = 100_000_000

  /// All tensors of a file by name, and its metadata.
  ///
  /// Unsigned integers that tensors lack are widened (`U16` to int32, `U32` and `U64` to int64).
  /// - Throws: `InputError` naming file and tensor for anything malformed: a header that is too long or not the JSON
  ///   expected, a name twice, offsets that leave the file, overlap, leave a gap or contradict shape and type.
  public static func read(_ url: URL) throws -> (tensors: [String: Tensor], metadata: [String: String]) {
    let (arrays, metadata) = try parse(InputFile.contents(of: url), file: url.relativePath)
    return (arrays.mapValues { Tensor($0) }, metadata)
  }

  /// Names of the tensors of a file, sorted.
  public static func names(_ url: URL) throws -> [String] {
    let data = try InputFile.contents(of: url)
    return try layout(data, file: url.relativePath, only: "").places.map(\.name).sorted()
  }

  /// One tensor; the others may be of types that tensors do not have.
  /// - Throws: `InputError` as `read(_:)`, and where there is no tensor of that name.
  public static func read(_ url: URL, tensor name: String) throws -> Tensor {
    let data = try InputFile.contents(of: url)
    let place = try place(name, data, file: url.relativePath)
    return Tensor(
      try RawArray(
        data.section(place.range), as: place.type, shape: place.shape,
        origin: Origin(file: url.relativePath).at(name)))
  }

  /// Type and shape of one tensor; its numbers are not read.
  public static func head(_ url: URL, tensor name: String) throws -> ArrayHead {
    let place = try place(name, InputFile.contents(of: url), file: url.relativePath)
    return ArrayHead(
      shape: place.shape, type: place.type, storedBytes: place.range.count, isDirect: !place.type.isWidened,
      isCompressed: false)
  }

  private static func place(
    _ name: String, _ data: Data, file: String
  ) throws -> (type: StoredType, shape: [Int], range: Range<Int>) {
    let place = try layout(data, file: file, only: name).places.first { $0.name == name }
    guard let place, let type = place.type else { throw InputError(file: file, "no tensor \"\(name)\"") }
    return (type, place.shape, place.range)
  }

  /// Writes tensors as the reference does: by falling alignment of their types, then by name; the header is padded to
  /// a multiple of 8 bytes, so every element is aligned in a memory map.
  ///
  /// - Throws: `InputError` for a complex128 tensor, which the format lacks, and for the name `__metadata__`.
  public static func write(_ tensors: [String: Tensor], metadata: [String: String] = [:], to url: URL) throws {
    let file = url.relativePath
    var sorted: [(name: String, tensor: Tensor, type: (name: String, rank: Int))] = []
    for (name, tensor) in tensors {
      guard name != "__metadata__" else { throw InputError(file: file, at: name, "no tensor can have this name") }
      guard let type = typeName(tensor.dtype) else {
        throw InputError(file: file, at: name, "is \(tensor.dtype), which safetensors cannot hold")
      }
      sorted.append((name, tensor, type))
    }
    sorted.sort { ($1.type.rank, $0.name) < ($0.type.rank, $1.name) }
    var entries: [SafetensorsHeader.Entry] = []
    var offset = 0
    for (name, tensor, type) in sorted {
      let end = offset + tensor.count * tensor.dtype.size
      entries.append(.init(name: name, dtype: type.name, shape: tensor.shape, start: offset, end: end))
      offset = end
    }
    var text = Data(SafetensorsHeader.text(entries, metadata: metadata).utf8)
    text.append(Data(repeating: 0x20, count: (8 - text.count % 8) % 8))
    guard text.count <= maximumHeader else {
      throw InputError(file: file, "header of \(text.count) bytes; the format allows \(maximumHeader)")
    }
    var head = Data()
    head.appendLittleEndian(UInt64(text.count))
    head.append(text)
    try AtomicFile.write(to: url) { temporary in
      let output = try OutputFile(temporary)
      try output.write(head)
      for (_, tensor, _) in sorted { try tensor.withBytes { try output.write($0) } }
      try output.close()
    }
  }

  static func parse(_ data: Data, file: String) throws -> (arrays: [String: RawArray], metadata: [String: String]) {
    let (places, metadata) = try layout(data, file: file, only: nil)
    var arrays: [String: RawArray] = [:]
    for place in places {
      guard let type = place.type else { continue }
      arrays[place.name] = try RawArray(
        data.section(place.range), as: type, shape: place.shape, origin: Origin(file: file).at(place.name))
    }
    return (arrays, metadata)
  }

  /// Where each tensor stands, all of it checked; the type is nil where tensors have none like it.
  private typealias Place = (name: String, type: StoredType?, shape: [Int], range: Range<Int>)

  /// - Parameter only: the tensor that is wanted: an unknown type of another is no error; nil for all.
  private static func layout(
    _ data: Data, file: String, only wanted: String?
  ) throws -> (places: [Place], metadata: [String: String]) {
    let origin = Origin(file: file)
    guard let claimed = data.littleEndian(UInt64.self, at: 0) else {
      throw origin.error("is not a safetensors file: \(data.count) bytes, expected at least 8")
    }
    guard claimed <= maximumHeader else {
      throw origin.error("claims a header of \(claimed) bytes; the format allows \(maximumHeader)")
    }
    guard claimed <= data.count - 8 else {
      throw origin.error("is truncated: header of \(claimed) bytes, found \(data.count - 8)")
    }
    let start = 8 + Int(claimed)
    let header = try SafetensorsHeader(data.section(8..<start), origin: origin)
    let size = data.count - start
    var places: [Place] = []
    var position = 0
    for entry in header.entries.sorted(by: { ($0.start, $0.end) < ($1.start, $1.end) }) {
      let origin = origin.at(entry.name)
      let isWanted = wanted.map { $0 == entry.name } ?? true
      let found = Result { try storedType(entry.dtype, origin: origin) }
      let type = isWanted ? try found.get() : try? found.get()
      guard entry.start <= entry.end, entry.end <= size else {
        throw origin.error("has data_offsets [\(entry.start), \(entry.end)]; the file has \(size) bytes of data")
      }
      guard entry.start == position else {
        throw origin.error(
          "has data_offsets [\(entry.start), \(entry.end)], which "
            + (entry.start < position ? "overlap those of another tensor" : "leave a gap") + "; expected \(position)")
      }
      let expected = type.map { RawArray.byteCount(entry.shape, itemSize: $0.itemSize) } ?? entry.end - entry.start
      guard expected == entry.end - entry.start else {
        throw origin.error(
          "has \(entry.end - entry.start) bytes; shape \(entry.shape) of \(entry.dtype) needs "
            + (expected.map(String.init) ?? "2⁶³ or more"))
      }
      guard entry.shape.count <= NPY.maximumRank else {
        throw origin.error("has \(entry.shape.count) axes; expected at most \(NPY.maximumRank)")
      }
      places.append((entry.name, type, entry.shape, (start + entry.start)..<(start + entry.end)))
      position = entry.end
    }
    guard position == size else {
      throw origin.error("\(size - position) bytes follow the last tensor; expected the end of the file")
    }
    return (places, header.metadata)
  }

  private static func storedType(_ name: String, origin: Origin) throws -> StoredType {
    switch name {
    case "BOOL": return .engine(.bool)
    case "U8": return .engine(.uint8)
    case "I8": return .engine(.int8)
    case "I16": return .engine(.int16)
    case "U16": return .uint16
    case "F16": return .engine(.float16)
    case "BF16": return .engine(.bfloat16)
    case "I32": return .engine(.int32)
    case "U32": return .uint32
    case "F32": return .engine(.float32)
    case "C64": return .engine(.complex64)
    case "F64": return .engine(.float64)
    case "I64": return .engine(.int64)
    case "U64": return .uint64
    default: throw origin.error("has the dtype '\(name)'; expected BOOL, I8–I64, U8–U64, F16–F64, BF16 or C64")
    }
  }

  /// The name of a type, and its place in the reference's order of alignment.
  private static func typeName(_ dtype: DType) -> (name: String, rank: Int)? {
    switch dtype {
    case .bool: return ("BOOL", 0)
    case .uint8: return ("U8", 1)
    case .int8: return ("I8", 2)
    case .int16: return ("I16", 3)
    case .float16: return ("F16", 4)
    case .bfloat16: return ("BF16", 5)
    case .int32: return ("I32", 6)
    case .float32: return ("F32", 7)
    case .complex64: return ("C64", 8)
    case .float64: return ("F64", 9)
    case .int64: return ("I64", 10)
    case .complex128: return nil
    }
  }
}
