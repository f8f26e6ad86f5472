import Foundation
import Tensors
import Testing

@testable import Modalities

@Suite struct SampleTableTests {
  private func read(_ text: String) throws -> SampleTable {
    let folder = try TemporaryFolder()
    try folder.write(text, to: "t.csv")
    return try SampleTable.read(folder.file("t.csv"))
  }

  @Test(arguments: [
    ("a,b\n1,2\n3,4\n", [["1", "2"], ["3", "4"]]),
    ("a,b\r\n1,2\r\n3,4", [["1", "2"], ["3", "4"]]),
    ("a,b\r1,2\r3,4\r", [["1", "2"], ["3", "4"]]),
    ("\u{FEFF}a,b\n1,2\n", [["1", "2"]]),
    ("a,b\n\"x, y\",\"say \"\"hi\"\"\"\n", [["x, y", "say \"hi\""]]),
    ("a,b\n\"two\nlines\",\"with\r\nboth\"\n3,4\n", [["two\nlines", "with\r\nboth"], ["3", "4"]]),
    ("a,b\n,\n\"\",x\ny,", [["", ""], ["", "x"], ["y", ""]]),
    ("\"a\",b\n é , ü\n", [[" é ", " ü"]]),
    ("a,b\n1,2\n\n\n", [["1", "2"]]),
    ("a,b\n", []),
  ])
  func readsWhatTheStandardAllows(text: String, rows: [[String]]) throws {
    let table = try read(text)
    #expect(table.header == ["a", "b"])
    #expect(table.rows == rows)
  }

  @Test(arguments: [
    ("", "t.csv: is empty; a header was expected"),
    ("a,a\n1,2\n", "t.csv: row 1: column \"a\" appears twice, as column 1 and 2"),
    ("a,\n1,2\n", "t.csv: row 1: column 2 has no name"),
    ("a,b\n1,2\n3\n", "t.csv: row 3: 1 columns, expected 2 as in the header"),
    ("a,b\n1,2,3\n", "t.csv: row 2: 3 columns, expected 2 as in the header"),
    ("a,b\n\"1\n2\",2\n1,2,\n", "t.csv: row 3: 3 columns, expected 2 as in the header"),
    ("a,b\n\"1,2\n", "t.csv: row 2: the quote of column 1 is never closed"),
    ("a,b\n1,\"2\"x\n", "t.csv: row 2: text after the closing quote of column 2"),
    (
      "id|split\na|train\n",
      "t.csv: is separated by vertical bars (\"|\"); write commas, semicolons or tabs between the cells"
    ),
    ("id split\na  train\n", "t.csv: is separated by blanks; write commas, semicolons or tabs between the cells"),
    ("id,a b\n1,x y,\n", "t.csv: row 2: 3 columns, expected 2 as in the header"),
    ("a,b\n1,2\"\n", "t.csv: row 2: a quote inside column 2, which does not begin with one"),
  ])
  func refuses(text: String, message: String) {
    #expect { try read(text) } throws: { "\($0)" == message }
  }

  @Test func refusesBytesThatAreNotText() throws {
    let folder = try TemporaryFolder()
    try folder.write(Data("a,b\n1,".utf8) + Data([0xC3, 0x28, 0x0A]), to: "t.csv")
    #expect(throws: InputError(file: "t.csv", at: "row 2", TextEncoding.problem)) {
      try SampleTable.read(folder.file("t.csv"))
    }
    #expect { try SampleTable.read(folder.file("no.csv")) } throws: {
      "\($0)" == "no.csv: no such file or folder"
    }
  }

  @Test func writesWhatItReads() throws {
    let rows = [["a,b", "\"", "x\ny"], ["", " ", "plain"], ["é", "\r\n", "\"\""]]
    let table = try SampleTable(header: ["one", "two, or so", "three"], rows: rows)
    let folder = try TemporaryFolder()
    try table.write(to: folder.file("samples.csv"))
    #expect(try SampleTable.read(folder.file("samples.csv")) == table)
    let single = try SampleTable(header: ["only"], rows: [["a"], [""], [""]])
    try single.write(to: folder.file("samples.csv"))
    #expect(try SampleTable.read(folder.file("samples.csv")) == single)
  }

  @Test func readsRowsWithoutAHeader() throws {
    let folder = try TemporaryFolder()
    try folder.write("1,2\n3,4\n", to: "t.csv")
    #expect(try SampleTable.readRows(folder.file("t.csv")) == [["1", "2"], ["3", "4"]])
    try folder.write("1,2\n3\n", to: "t.csv")
    #expect(throws: InputError(file: "t.csv", at: "row 2", "1 columns, expected 2")) {
      try SampleTable.readRows(folder.file("t.csv"))
    }
  }
}
