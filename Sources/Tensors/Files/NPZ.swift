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
    guard data.starts(with: "PK".utf8) else {
      throw origin.error("is not an .npz archive: it does not begin with PK")
    }
    let archive = try Zip(data, origin: origin)
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
