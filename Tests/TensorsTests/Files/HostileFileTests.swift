import Foundation
import Testing

@testable import Tensors

/// Small sound files, cut and changed everywhere: reading gives a sound array or an `InputError`, never a trap.
@Suite struct HostileFileTests {
  @Test(arguments: [
    "version1.npy", "version2.npy", "version3.npy", "fortran.npy", "scalar.npy", "none.npy", "object.npy",
    "records.npy",
    "unsigned.npy", "stored.npz", "zip64.npz", "same.safetensors", "types.safetensors",
  ])
  func truncatedOrChanged(_ name: String) throws {
    let data = try Data(contentsOf: golden(name))
    var refused = 0
    for count in 0..<data.count {
      // No proper beginning of any of these files is itself a sound file.
      let outcome = outcome(Data(data.prefix(count)), name)
      #expect(outcome == .refused, "first \(count) bytes")
    }
    for position in data.indices {
      for byte in [data[position] ^ 1, data[position] ^ 0x80, 0, 0x39, 0xff] {
        var changed = data
        changed[position] = byte
        let outcome = outcome(changed, name)
        #expect(outcome != .unsound, "byte \(position) set to \(byte)")
        if outcome == .refused { refused += 1 }
      }
    }
    #expect(refused > 0)
  }

  @Test func truncatedOrChangedGzip() throws {
    let data = try Data(contentsOf: golden("numbers.gz"))
    for position in stride(from: 0, to: data.count, by: 7) {
      var changed = data
      changed[position] ^= 0x10
      for input in [Data(data.prefix(position)), changed] {
        let line = complaint { _ = try Gunzip.decode(input, file: "a.gz", limit: 1 << 20) }
        #expect(line?.hasPrefix("not an InputError") != true, "byte \(position)")
      }
    }
  }

  private enum Outcome { case sound, refused, unsound }

  private func outcome(_ data: Data, _ name: String) -> Outcome {
    do {
      let arrays: [RawArray]
      if name.hasSuffix(".npy") {
        arrays = [try NPY.parse(data, origin: Origin(file: name))]
      } else if name.hasSuffix(".npz") {
        arrays = Array(try NPZ.parse(data, file: name).values)
      } else {
        arrays = Array(try Safetensors.parse(data, file: name).arrays.values)
      }
      let sound = arrays.allSatisfy { array in
        array.shape.allSatisfy { $0 >= 0 } && array.bytes.count == array.shape.reduce(1, *) * array.dtype.size
          && contents(Tensor(array)) == array.bytes
      }
      return sound ? .sound : .unsound
    } catch let error as InputError {
      return error.file == name && !error.description.contains("\n") ? .refused : .unsound
    } catch {
      return .unsound
    }
  }
}
