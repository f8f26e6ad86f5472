import Analyses
import Evaluation
import Testing

@testable import Reports

@Suite("Terminal table")
struct TerminalTableTests {
  private let table = TerminalTable(
    ["method", "score", "modalities"],
    rows: [["early", "87.4 %", "audio, image"], ["low-rank", "9.0 %", "audio, image, text, video"]], numbers: [1])

  @Test func alignsColumns() {
    #expect(
      table.text() == """
        method     score  modalities
        ────────  ──────  ─────────────────────────
        early     87.4 %  audio, image
        low-rank   9.0 %  audio, image, text, video
        """)
  }

  @Test(arguments: [10, 20, 30, 36, 40, 80])
  func fitsTheWidth(_ width: Int) {
    let lines = table.text(width: width).split(separator: "\n").filter { !$0.hasPrefix("not shown") }
    #expect(lines.count == 4)
    for line in lines { #expect(TerminalTable.columns(String(line)) <= width) }
  }

  @Test func shortensTextsAndKeepsNumbers() {
    let text = table.text(width: 30)
    #expect(text.contains("audio, image"))
    #expect(text.contains("…"))
    #expect(text.contains("87.4 %"))
  }

  @Test func continuesTextsBelow() {
    #expect(
      table.wrapping([2], width: 32).text() == """
        method     score  modalities
        ────────  ──────  ─────────────
        early     87.4 %  audio, image
        low-rank   9.0 %  audio, image,
                          text, video
        """)
    #expect(table.wrapping([2], width: 80).rows == table.rows && table.wrapping([2], width: nil).rows == table.rows)
  }

  @Test func namesTheColumnsLeftOut() {
    let text = table.text(width: 17)
    #expect(text.contains("low-rank   9.0 %"))
    #expect(text.hasSuffix("not shown: modalities (terminal too narrow)"))
  }

  /// Names tell rows apart: other columns go before they are shortened.
  @Test func expendableColumnsGoFirst() {
    let table = TerminalTable(
      ["method", "score", "size", "latency"],
      rows: [["unimodal@audio", "87.4 %", "4 k", "9 µs"], ["unimodal@audit", "9.0 %", "5 k", "8 µs"]],
      numbers: [1, 2, 3], expendable: [3, 2])
    #expect(table.text(width: 80).split(separator: "\n")[2] == "unimodal@audio  87.4 %   4 k     9 µs")
    #expect(
      table.text(width: 30) == """
        method           score  size
        ──────────────  ──────  ────
        unimodal@audio  87.4 %   4 k
        unimodal@audit   9.0 %   5 k
        not shown: latency (terminal too narrow)
        """)
    #expect(table.text(width: 22).hasSuffix("not shown: size, latency (terminal too narrow)"))
  }

  @Test func proseBreaksBetweenWords() {
    let text = "late reaches 93.1 % and gains 10.4 points\n  on a: early 97.9 %, loss 2.1\nshort"
    #expect(TerminalTable.prose(text, width: nil) == text)
    #expect(
      TerminalTable.prose(text, width: 24) == """
        late reaches 93.1 % and
        gains 10.4 points
          on a: early 97.9 %,
          loss 2.1
        short
        """)
  }

  @Test func percentsStayWithTheirNumbers() {
    #expect(TerminalTable.prose("early 97.9 %, late 3 %", width: 12) == "early\n97.9 %, late\n3 %")
  }

  @Test(arguments: [("abc", 3), ("日本", 4), ("e\u{301}", 1), ("–", 1), ("👍", 2), ("한국어", 6), ("", 0)])
  func countsTerminalColumns(text: String, columns: Int) {
    #expect(TerminalTable.columns(text) == columns)
  }

  @Test func controlCharactersDoNotReachTheTerminal() {
    let text = TerminalTable(["a"], rows: [["x\u{1B}[31m\r\n\u{202E}y"]]).text()
    #expect(!text.unicodeScalars.contains("\u{1B}"))
    #expect(!text.unicodeScalars.contains("\u{202E}"))
    #expect(text.split(separator: "\n").count == 3)
  }

  @Test func leaderboardHoldsEveryMethodAlsoTheFailedOne() throws {
    let made = try MadeComparison.classification(samples: 60, resamples: 10)
    let lines = TerminalTable(made.comparison).text(width: 100).split(separator: "\n")
    #expect(lines.count == made.comparison.methods.count + 2)
    #expect(lines.contains { $0.contains("bilinear") && $0.contains("failed") })
  }
}
