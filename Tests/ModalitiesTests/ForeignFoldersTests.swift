import Foundation
import Tensors
import Testing

@testable import Modalities

private enum NPYHeaderText {
  /// What stands before the numbers of a file of single precision.
  static func float32(_ shape: [Int]) -> Data {
    let extents = shape.map(String.init).joined(separator: ", ")
    let text = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(extents)), }\n"
    return Data([0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(text.utf8.count), 0] + Array(text.utf8))
  }
}

/// Folders as other tools leave them: archives with more than numbers, names in another Unicode form, rows without numbers.
@Suite struct ForeignFoldersTests {
  @Test func anArchiveMayHoldWhatIsNotAskedFor() throws {
    let folder = try SmallFolder()
    let values = Tensor((0..<18).map { Float($0) / 4 }, shape: [6, 3])
    try NPZ.write(["X": values, "bad": Tensor.zeros([2])], to: folder.folder.file("text.npz"))
    // The element type of the other array, in its own header: text, as `numpy.savez` stores ids.
    var bytes = try Data(contentsOf: folder.folder.file("text.npz"))
    let descriptor = try #require(bytes.range(of: Data("'descr': '<f4', 'fortran_order': False, 'shape': (2,)".utf8)))
    bytes.replaceSubrange(descriptor.lowerBound + 10..<descriptor.lowerBound + 13, with: Data("<U4".utf8))
    try folder.folder.write(bytes, to: "text.npz")
    try folder.replace("file: text.npy", "file: text.npz, array: X", in: "dataset.yaml")
    #expect(try folder.load().modalities["text"]?.values.floats == values.floats)
    try folder.replace("array: X", "array: bad", in: "dataset.yaml")
    #expect(folder.message().hasPrefix("text.npz: bad.npy: holds strings"))
  }

  @Test func aSafetensorsFileMayHoldOtherTypes() throws {
    let folder = try SmallFolder()
    let header =
      #"{"odd":{"dtype":"F8_E4M3","shape":[4],"data_offsets":[0,4]},"X":{"dtype":"F32","shape":[6,3],"data_offsets":[4,76]}}"#
    var data = Data([UInt8(header.utf8.count), 0, 0, 0, 0, 0, 0, 0]) + Data(header.utf8) + Data(count: 4)
    for number in 0..<18 { withUnsafeBytes(of: Float(number).bitPattern.littleEndian) { data.append(contentsOf: $0) } }
    try folder.folder.write(data, to: "text.safetensors")
    try folder.replace("file: text.npy", "file: text.safetensors, array: X", in: "dataset.yaml")
    #expect(try folder.load().modalities["text"]?.values.floats == (0..<18).map(Float.init))
    try folder.replace("array: X", "array: odd", in: "dataset.yaml")
    #expect(folder.message().contains("text.safetensors: odd: has the dtype 'F8_E4M3'"))
  }

  /// A header that claims more than any machine has is refused by what it claims, and a wrong shape before reading.
  @Test func whatDoesNotFitIsNotRead() throws {
    let folder = try SmallFolder()
    // A sparse file of a terabyte: the disk has room for it.
    let header = NPYHeaderText.float32([6, 45_000_000_000])
    try folder.folder.write(header, to: "text.npy")
    let file = try FileHandle(forWritingTo: folder.folder.file("text.npy"))
    try file.truncate(atOffset: UInt64(header.count) + 6 * 45_000_000_000 * 4)
    try file.close()
    #expect(folder.message().hasPrefix("text.npy: numbers of shape [6, 45000000000] need 2160.0 GB of memory, and "))
    try NPZ.write(["X": Tensor.zeros([600, 3])], to: folder.folder.file("text.npz"))
    try folder.replace("file: text.npy", "file: text.npz", in: "dataset.yaml")
    #expect(folder.message() == "text.npz: has 600 rows, but samples.csv has 6 samples")
  }

  @Test(arguments: [("e\u{301}t", "\u{E9}t"), ("\u{E9}t", "e\u{301}t")])
  func aNameInAnotherUnicodeFormIsFound(written: String, there: String) throws {
    let folder = try SmallFolder()
    try FileManager.default.createDirectory(at: folder.folder.file("pictures/d"), withIntermediateDirectories: true)
    // Through the system: Foundation might change the form.
    #expect(mkdir(folder.url.path + "/" + there, 0o755) == 0)
    #expect(rename(folder.url.path + "/pictures/a.png", folder.url.path + "/\(there)/a\(there).png") == 0)
    try folder.replace("pictures/a.png", "\(written)/a\(written).png", in: "samples.csv")
    #expect(folder.message() == "loaded")
    try folder.replace("pictures/b.png", "pictures/B.png", in: "samples.csv")
    #expect(
      folder.message()
        == "samples.csv: row 3: pictures/B.png: no such file; there is \"b.png\", which differs in case")
  }

  @Test func rowsWithoutANumberAreOneBreachWithTheCure() throws {
    let folder = try SmallFolder()
    var values = (0..<18).map(Float.init)
    for index in 3..<6 { values[index] = .nan }
    try NPY.write(Tensor(values, shape: [6, 3]), to: folder.folder.file("text.npy"))
    #expect(
      folder.message() == "text.npy: row 2 (id \"b\") is NaN throughout; where samples lack the modality, say so in "
        + "text.present.npy: one 0 or 1 per sample")
    try NPY.write(Tensor([1, 0, 1, 1, 1, 1]), to: folder.folder.file("text.present.npy"))
    #expect(folder.message() == "loaded")
    // An empty row of a table is the same.
    try FileManager.default.removeItem(at: folder.folder.file("text.present.npy"))
    try folder.folder.write("x,y\n1,2\n,\n3,4\n5,6\n7,8\n9,\n", to: "text.csv")
    try folder.replace("file: text.npy", "file: text.csv", in: "dataset.yaml")
    #expect(
      try DatasetInspection.inspect(folder.url).violations == [
        "text.csv: row 3 (id \"b\") is NaN throughout; where samples lack the modality, say so in text.present.npy: one 0 "
          + "or 1 per sample", "text.csv: row 7 (id \"f\"): NaN at column 2",
      ])
  }

  @Test func aSequenceOfNaNUpToItsEndIsMissing() throws {
    let folder = try SmallFolder()
    var values = (0..<48).map(Float.init)
    (values[8], values[9]) = (.nan, .nan)  // the one frame of sample b
    try NPY.write(Tensor(values, shape: [6, 4, 2]), to: folder.folder.file("motion.npy"))
    #expect(folder.message().hasPrefix("motion.npy: row 2 (id \"b\") is NaN throughout"))
  }

  @Test func aTableOfSamplesBySemicolonsAndWithoutAHeader() throws {
    let folder = try SmallFolder()
    let text = try String(contentsOf: folder.folder.file("samples.csv"), encoding: .utf8)
    try folder.folder.write(text.replacingOccurrences(of: ",", with: ";"), to: "samples.csv")
    #expect(try folder.load().notes == ["samples.csv is separated by semicolons, not by commas, and is read as such"])
    try folder.folder.write(String(text.drop { $0 != "\n" }.dropFirst()), to: "samples.csv")
    #expect(
      folder.message()
        == "samples.csv: row 1: holds \"train\", a split, where the names of the columns (id, split, …) belong")
  }
}
