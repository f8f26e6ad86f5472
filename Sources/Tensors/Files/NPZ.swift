public import Foundation

/// NumPy's archive of named arrays: a zip file whose members are `NAME.npy`.
public enum NPZ {
  /// All arrays of a `.npz` file by name, stored or deflated.
  ///
  /// - Throws: `InputError` naming file and member for a damaged archive (every CRC-32 is checked), a member that is
  ///   not an array, a name that appears twice, and what `NPY.read` refuses.
  public static func read(_ url: URL) throws -> [String: Tensor] {
    try parse(InputFile.contents(of: url), file: url.relativePath).mapValues { Tensor($0) }
  }

  /// Names of the arrays of a `.npz` file, sorted; members of other kinds are left out.
  /// - Throws: `InputError` for a damaged directory of the archive.
  public static func names(_ url: URL) throws -> [String] {
    try archive(InputFile.contents(of: url), origin: Origin(file: url.relativePath)).members
      .filter { $0.name.hasSuffix(".npy") }.map { String($0.name.dropLast(4)) }.sorted()
  }

  /// One array; the others are not decoded, and may be anything.
  /// - Throws: `InputError` as `read(_:)`, and where no member or more than one has that name.
  public static func read(_ url: URL, member name: String) throws -> Tensor {
    let origin = Origin(file: url.relativePath)
    let archive = try archive(InputFile.contents(of: url), origin: origin)
    let member = try member(name, of: archive, origin: origin)
    return Tensor(try NPY.parse(archive.contents(of: member), origin: origin.at(member.name)))
  }

  /// Type and shape of one array, of which no more than the beginning is decompressed.
  /// - Throws: `InputError` as `read(_:member:)`, for what that shows.
  public static func head(_ url: URL, member name: String) throws -> ArrayHead {
    let origin = Origin(file: url.relativePath)
    let archive = try archive(InputFile.contents(of: url), origin: origin)
    let member = try member(name, of: archive, origin: origin)
    let beginning = try archive.beginning(of: member, count: NPY.headerBytes)
    return try NPY.layout(beginning, size: member.contentSize, origin: origin.at(member.name))
      .head(isCompressed: member.isDeflated)
  }

  private static func archive(_ data: Data, origin: Origin) throws -> Zip {
    guard data.starts(with: "PK".utf8) else {
      throw origin.error("is not an .npz archive: it does not begin with PK")
    }
    return try Zip(data, origin: origin)
  }

  private static func member(_ name: String, of archive: Zip, origin: Origin) throws -> Zip.Member {
    let found = archive.members.filter { $0.name == "\(name).npy" }
    guard let member = found.first else { throw origin.error("no array \"\(name)\"") }
    guard found.count == 1 else { throw origin.at(member.name).error("appears twice") }
    return member
  }

  /// Writes the arrays uncompressed, in the order of their names; equal tensors give equal files.
  public static func write(_ tensors: [String: Tensor], to url: URL) throws {
    try AtomicFile.write(to: url) { temporary in
      let output = try OutputFile(temporary)
      var writer = ZipWriter(output)
      for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) {
        let tensor = NPY.storable(tensor)
        let header = NPY.header(dtype: tensor.dtype, shape: tensor.shape)
        try tensor.withBytes { bytes in
          try header.withUnsafeBytes { try writer.add("\(name).npy", [$0, bytes]) }
        }
      }
      try writer.finish()
      try output.close()
    }
  }

  static func parse(_ data: Data, file: String) throws -> [String: RawArray] {
    let origin = Origin(file: file)
    let archive = try archive(data, origin: origin)
    var arrays: [String: RawArray] = [:]
    for member in archive.members {
      guard member.name.hasSuffix(".npy") else {
        throw origin.at(member.name).error("is not an array; every member of an .npz archive ends in .npy")
      }
      let name = String(member.name.dropLast(4))
      guard arrays[name] == nil else { throw origin.at(member.name).error("appears twice") }
      arrays[name] = try NPY.parse(archive.contents(of: member), origin: origin.at(member.name))
    }
    return arrays
  }
}
