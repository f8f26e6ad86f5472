import Foundation
import Tensors

/// Numbers in a file of any of the kinds that a data set may use: `.npy`, `.npz`, `.safetensors`, `.csv`.
enum ArrayFile {
  /// Reads an array; `name` is how errors call the file, `member` picks one of an `.npz` or `.safetensors`.
  ///
  /// A table may have a column `id` besides its numbers; where `ids` is given it must list the same ids in that order.
  /// - Throws: `InputError` when the file cannot be read, or holds text, complex numbers or several arrays.
  static func read(_ url: URL, name: String, member: String? = nil, ids: [String]? = nil) throws -> Tensor {
    let tensor: Tensor
    do {
      switch url.pathExtension.lowercased() {
      case "npy": tensor = try NPY.read(url)
      case "npz": tensor = try pick(member, of: NPZ.read(url), name: name)
      case "safetensors": tensor = try pick(member, of: Safetensors.read(url).tensors, name: name)
      case "csv": tensor = try table(url, name: name, ids: ids)
      default: throw InputError("is not .npy, .npz, .safetensors or .csv")
      }
    } catch var error as InputError {
      error.file = name
      throw error
    }
    guard tensor.dtype != .complex64, tensor.dtype != .complex128 else {
      throw InputError(file: name, "holds complex numbers; real ones expected")
    }
    return tensor
  }

  private static func pick(_ member: String?, of arrays: [String: Tensor], name: String) throws -> Tensor {
    let names = arrays.keys.sorted()
    if let member {
      guard let tensor = arrays[member] else {
        throw InputError(file: name, "no array \"\(member)\"; there are \(names.quotedList)")
      }
      return tensor
    }
    guard let only = names.first, let tensor = arrays[only], names.count == 1 else {
      throw InputError(
        file: name, "holds \(names.count) arrays (\(names.quotedList)); name one with `array` in \(Manifest.fileName)")
    }
    return tensor
  }

  /// `[rows, columns]` of a table with a header, float64, without its column `id`.
  private static func table(_ url: URL, name: String, ids: [String]?) throws -> Tensor {
    let table = try SampleTable.read(url, name: name)
    let idColumn = table.column("id")
    if let ids, let found = table.cells("id") {
      for (row, (found, expected)) in zip(found, ids).enumerated() where found != expected {
        throw InputError(
          file: name, at: table.place(row),
          "id \"\(found)\", but \"\(expected)\" in samples.csv; both must list the samples in the same order")
      }
    }
    let columns = table.header.indices.filter { $0 != idColumn }
    var values: [Double] = []
    values.reserveCapacity(table.rows.count * columns.count)
    for (row, cells) in table.rows.enumerated() {
      for column in columns {
        guard let value = Double(cells[column]) else {
          throw InputError(
            file: name, at: "\(table.place(row)), column \"\(table.header[column])\"",
            "\"\(cells[column])\" is not a number")
        }
        values.append(value)
      }
    }
    return Tensor(values, shape: [table.rows.count, columns.count])
  }
}
