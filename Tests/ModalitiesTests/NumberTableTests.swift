import Foundation
import Tensors
import Testing

@testable import Modalities

/// Tables of features as other programs write them.
@Suite struct NumberTableTests {
  private func read(
    _ data: Data, file: String = "t.csv", header: TableHeader? = nil, ids: [String]? = nil
  ) throws -> (tensor: Tensor, notes: [String]) {
    let folder = try TemporaryFolder()
    try folder.write(data, to: file)
    var notes: [String] = []
    let tensor = try ArrayFile(url: folder.file(file), name: file, header: header).read(ids: ids) { notes.append($0) }
    return (tensor, notes)
  }

  private func read(
    _ text: String, file: String = "t.csv", header: TableHeader? = nil, ids: [String]? = nil
  ) throws -> (tensor: Tensor, notes: [String]) { try read(Data(text.utf8), file: file, header: header, ids: ids) }

  private func message(
    _ text: String, file: String = "t.csv", header: TableHeader? = nil, ids: [String]? = nil
  ) -> String {
    do {
      return "read \(try read(text, file: file, header: header, ids: ids).tensor.shape)"
    } catch {
      return "\(error)"
    }
  }

  private static let noNames =
    "t.csv: row 1: all numbers, where names of the columns were expected; if there are none, say `header: none` in "
    + "dataset.yaml, and `header: row` if these are the names"

  @Test func aFirstRowOfNumbersIsNotLost() throws {
    let text = "1.5,2\n3,4\n"
    #expect(message(text) == Self.noNames)
    // Also where it would give a name twice.
    #expect(message("0.5,0.5\n3,4\n") == Self.noNames)
    #expect(try read(text, header: .absent).tensor.doubles == [1.5, 2, 3, 4])
    #expect(try read(text, header: .names).tensor.doubles == [3, 4])
    #expect(message("1,x\n3,4\n", header: .absent) == "t.csv: row 1, column \"2\": \"x\" is not a number")
    #expect(message("1,2\n3\n", header: .absent).hasPrefix("t.csv: row 2: 1 columns"))
  }

  /// Columns that a program numbered from 0 or 1 are names, unless that loses a sample.
  @Test func numberedColumnsAreNames() throws {
    #expect(try read("0,1,2\n3,4,5\n").tensor.doubles == [3, 4, 5])
    #expect(try read("1,2\n3,4\n", ids: ["a"]).tensor.doubles == [3, 4])
    #expect(message("1,2\n3,4\n", ids: ["a", "b"]) == Self.noNames)
    #expect(message("0\n3\n") == Self.noNames)
  }

  @Test func semicolonsAndDecimalCommas() throws {
    let found = try read("id;f1;f2\na;-1,611;0,303\nb;2,1;2\n", ids: ["a", "b"])
    #expect(found.tensor.shape == [2, 2] && found.tensor.doubles == [-1.611, 0.303, 2.1, 2])
    #expect(
      found.notes == [
        "t.csv is separated by semicolons, not by commas, and is read as such",
        "t.csv has decimal commas and is read as such",
      ])
    let points = try read("x;y\n1.5;2\n")
    #expect(points.tensor.doubles == [1.5, 2] && points.notes.count == 1)
    #expect(try read("x\ty\n1.5\t2\n").notes == ["t.csv is separated by tabs, not by commas, and is read as such"])
    let tabs = try read("x\ty\n1.5\t2\n", file: "t.tsv")
    #expect(tabs.tensor.doubles == [1.5, 2] && tabs.notes.isEmpty)
    // Thousands, or a fraction?
    #expect(message("x;y\n1,500;2\n") == "t.csv: row 2, column \"x\": \"1,500\" is not a number; write a decimal point")
    #expect(message("x;y\n1,5;2.5\n").hasSuffix("\"1,5\" is not a number; write a decimal point"))
    #expect(message("x,y\n1;5,2;5\n") == "t.csv: row 2, column \"x\": \"1;5\" is not a number")
  }

  @Test func otherSeparatorsAreNamed() throws {
    let end = "; write commas, semicolons or tabs between the cells"
    let bars = "t.csv: is separated by vertical bars (\"|\")" + end
    let blanks = "t.csv: is separated by blanks" + end
    #expect(message("x|y\n1|2\n3|4\n") == bars)
    #expect(message("1|2\n3|4\n", header: .absent) == bars)
    #expect(message("x|y\n1,5|2\n3|4\n") == bars)
    #expect(message("x y\n1 2\n3 4\n") == blanks)
    #expect(message("   x    y\r\n 1.5    2 \r\n-1     4") == blanks)
    #expect(message("x y\n1,5 2,5\n3 4\n") == blanks)
    #expect(message("1 2\n3 4\n", header: .absent) == blanks)
    // A name of two words, and a row that is too short.
    #expect(try read("the name\n1\n 2 \n").tensor.doubles == [1, 2])
    #expect(message("x,the y\n1\n2,3\n").hasPrefix("t.csv: row 2: 1 columns"))
    let tabs = "t.tsv: is named .tsv, so that tabs were expected between the cells, but "
    #expect(message("x,y\n1,2\n", file: "t.tsv") == tabs + "commas separate them; name it .csv")
    #expect(message("x;y\n1,5;2\n", file: "t.tsv") == tabs + "semicolons separate them; name it .csv")
    #expect(message("x|y\n1|2\n", file: "t.tsv") == tabs + "vertical bars (\"|\") separate them; write tabs")
    #expect(message("x y\n1 2\n", file: "t.tsv") == tabs + "blanks separate them; write tabs")
    #expect(try read("x\n1,5\n2,5\n", file: "t.tsv").tensor.doubles == [1.5, 2.5])
  }

  @Test(
    arguments: [
      ([0x1F, 0x8B, 8, 0], "is compressed by gzip; unpack it"),
      ([0x50, 0x4B, 3, 4, 20, 0], "is a zip archive (an .xlsx?); save it as CSV"),
      ([0xFF, 0xFE, 0, 0, 0x78, 0, 0, 0], "is UTF-32 text; save it as UTF-8"),
      ([0, 0, 0xFE, 0xFF, 0, 0, 0, 0x78], "is UTF-32 text; save it as UTF-8"),
    ] as [([UInt8], String)])
  func otherFilesAreNamed(bytes: [UInt8], problem: String) throws {
    #expect(throws: InputError(file: "t.csv", problem)) { try read(Data(bytes)) }
    #expect(throws: InputError(file: "t.tsv", problem)) { try read(Data(bytes), file: "t.tsv") }
    let folder = try TemporaryFolder()
    try folder.write(Data(bytes), to: "samples.csv")
    #expect(throws: InputError(file: "samples.csv", problem)) { try SampleTable.read(folder.file("samples.csv")) }
  }

  @Test func encodings() throws {
    let text = "größe,y\n1.5,2\n"
    for (encoding, mark) in [(String.Encoding.utf16LittleEndian, [0xFF, 0xFE]), (.utf16BigEndian, [0xFE, 0xFF])]
      as [(String.Encoding, [UInt8])]
    {
      let found = try read(Data(mark) + (text.data(using: encoding) ?? Data()))
      #expect(found.tensor.doubles == [1.5, 2] && found.notes == ["t.csv is UTF-16 text and is read as such"])
    }
    #expect(try read("\u{FEFF}" + text).notes.isEmpty)
    #expect(throws: InputError(file: "t.csv", at: "row 1", TextEncoding.problem)) {
      try read(text.data(using: .isoLatin1) ?? Data())
    }
    #expect(
      throws: InputError(
        file: "t.csv", "holds zero bytes: it is no text, or UTF-16 without a byte order mark; save it as UTF-8")
    ) { try read(text.data(using: .utf16LittleEndian) ?? Data()) }
    #expect { try read(Data([0xFF, 0xFE, 0x41])) } throws: { "\($0)".contains("UTF-16 byte order mark") }
  }

  @Test func emptyCellsAreNaN() throws {
    let found = try read("x,y\n,2\nNA,nan\n").tensor.doubles
    #expect(found[0].isNaN && found[1] == 2 && found[2].isNaN && found[3].isNaN)
  }

  @Test(arguments: [
    ("x.parquet", "is a Parquet file, which is not supported; expected .npy, .npz, .safetensors, .csv or .tsv"),
    ("x.h5", "is an HDF5 file, which is not supported; expected .npy, .npz, .safetensors, .csv or .tsv"),
    ("x.dat", "is not .npy, .npz, .safetensors, .csv or .tsv"),
  ])
  func otherFormatsAreNamed(file: String, problem: String) {
    #expect(throws: InputError(file: file, problem)) { try read("x", file: file) }
  }
}
