import Modalities
import Testing

@Suite struct CSVTextTests {
  @Test func isWhatTheStandardSays() {
    var table = CSVText(["id", "what, exactly"])
    table.append(["1", "say \"hi\""])
    table.append(["", "two\r\nlines"])
    #expect(table.text == "id,\"what, exactly\"\n1,\"say \"\"hi\"\"\"\n,\"two\r\nlines\"\n")
  }

  /// What is written is read back, cell for cell.
  @Test(arguments: [
    [["a", "b"], ["c", ""]], [["\"\u{301}", ",\u{301}"], ["\n", "\r"]], [[""], ["x"], [""]],
    [["\"", "\"\"\","], ["\u{1F469}\u{200D}\u{1F52C}", " spaced "]],
  ])
  func isReadBack(rows: [[String]]) throws {
    let header = rows[0].indices.map { "column \($0)" }
    var text = CSVText(header)
    rows.forEach { text.append($0) }
    let folder = try TemporaryFolder()
    try folder.write(text.text, to: "t.csv")
    let table = try SampleTable.read(folder.file("t.csv"))
    #expect(
      table.header == header
        && table.rows.map { $0.map(\.unicodeScalars.description) }
          == rows.map { $0.map(\.unicodeScalars.description) }
    )
    #expect(table.text == text.text)
  }
}
