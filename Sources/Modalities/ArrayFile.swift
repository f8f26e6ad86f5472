import Foundation
import Tensors

/// Numbers in a file of any of the kinds that a data set may use: `.npy`, `.npz`, `.safetensors`, `.csv`, `.tsv`.
struct ArrayFile {
  let url: URL
  /// How errors call the file.
  let name: String
  /// Picks one of an `.npz` or `.safetensors`.
  var member: String?
  /// The first row of a table.
  var header: TableHeader?

  private var kind: String { url.pathExtension.lowercased() }

  static func isTable(_ path: String) -> Bool {
    let path = path.lowercased()
    return path.hasSuffix(".csv") || path.hasSuffix(".tsv")
  }

  /// Reads the array, once it is known that it fits into the memory.
  ///
  /// A table may have a column `id` besides its numbers; where `ids` is given it must list the same ids in that order.
  /// - Parameter note: told what a reader should know of how the file was read.
  /// - Throws: `InputError` when the file cannot be read, or holds text, complex numbers or several arrays.
  func read(ids: [String]? = nil, note: (String) -> Void = { _ in }) throws -> Tensor {
    guard !Self.isTable(url.path) else {
      return try NumberTable(file: name, header: header, ids: ids).read(url, note: note)
    }
    let member = try chosenMember()
    let head = try head(member)
    guard !head.isComplex else { throw InputError(file: name, "holds complex numbers; real ones expected") }
    // A copy in single precision follows.
    let numbers = MemoryBudget.bytes([MemoryBudget.bytes(head.shape), MemoryLayout<Float>.size])
    let (bytes, overflow) = head.readingBytes.addingReportingOverflow(numbers)
    try MemoryBudget.check(
      bytes: overflow ? .max : bytes, for: name, what: "numbers of shape \(head.shape)")
    return try named {
      switch kind {
      case "npz": try NPZ.read(url, member: member)
      case "safetensors": try Safetensors.read(url, tensor: member)
      default: try NPY.read(url)
      }
    }
  }

  /// The shape of the array, of which nothing else is read; nil for a table, which must be read to know.
  func shape() throws -> [Int]? { Self.isTable(url.path) ? nil : try head(chosenMember()).shape }

  private func head(_ member: String) throws -> ArrayHead {
    try named {
      switch kind {
      case "npy": try NPY.head(url)
      case "npz": try NPZ.head(url, member: member)
      case "safetensors": try Safetensors.head(url, tensor: member)
      default: throw InputError(unknownKind)
      }
    }
  }

  /// The array that is meant of those in the file; empty where a file holds one without a name.
  private func chosenMember() throws -> String {
    let names = try named {
      switch kind {
      case "npz": try NPZ.names(url)
      case "safetensors": try Safetensors.names(url)
      default: nil as [String]?
      }
    }
    guard let names else { return "" }
    if let member {
      // Within the archive an array of the name X is the file X.npy.
      if kind == "npz", !names.contains(member), member.hasSuffix(".npy"), names.contains(String(member.dropLast(4))) {
        return String(member.dropLast(4))
      }
      guard names.contains(member) else {
        throw InputError(file: name, "no array \"\(member)\"; there are \(names.quotedList)")
      }
      return member
    }
    guard let only = names.first, names.count == 1 else {
      throw InputError(
        file: name, "holds \(names.count) arrays (\(names.quotedList)); name one with `array` in \(Manifest.fileName)")
    }
    return only
  }

  /// Errors name the file as the user calls it.
  private func named<Value>(_ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch var error as InputError {
      error.file = name
      throw error
    }
  }

  private var unknownKind: String {
    let formats = [
      "parquet": "a Parquet file", "feather": "a Feather file", "h5": "an HDF5 file", "hdf5": "an HDF5 file",
      "mat": "a MATLAB file", "pt": "a PyTorch file", "pth": "a PyTorch file", "pkl": "a pickle",
      "pickle": "a pickle", "xlsx": "a spreadsheet", "xls": "a spreadsheet", "ods": "a spreadsheet",
      "json": "a JSON file", "jsonl": "a JSON file", "txt": "a text file", "gz": "a compressed file",
    ]
    let format = formats[kind].map { "is \($0), which is not supported; " } ?? "is not "
    return format + (formats[kind] == nil ? "" : "expected ") + ".npy, .npz, .safetensors, .csv or .tsv"
  }
}
