import Foundation
import Synchronization
import Testing

@testable import Training

@Suite struct ProgressLineTests {
  /// A clock and a screen under the test's control.
  private final class Desk: Sendable {
    let now = Mutex(0.0)
    let text = Mutex("")

    func line(_ style: ProgressLine.Style) -> ProgressLine {
      ProgressLine(
        "late", style: style, seconds: { self.now.withLock { $0 } }, write: { new in self.text.withLock { $0 += new } })
    }

    func wait(_ seconds: Double) { now.withLock { $0 += seconds } }
    var written: String { text.withLock { $0 } }
  }

  @Test func redrawsABarAtMostTenTimesASecond() {
    let desk = Desk()
    let line = desk.line(.bar)
    for done in 1...100 {
      desk.wait(0.02)
      line.update(done, of: 200, note: "loss .5")
    }
    let redraws = desk.written.split(separator: "\r")
    #expect((16...21).contains(redraws.count))
    #expect(redraws.allSatisfy { !$0.contains("\n") })
    #expect(redraws.last?.contains("██████████░░░░░░░░░░") == false)
    desk.wait(1)
    line.update(100, of: 200, note: "loss .5")
    #expect(desk.written.hasSuffix("late ██████████░░░░░░░░░░ 50 % 33 steps/s, 3.0 s left loss .5"))
    line.finish(200, of: 200)
    #expect(desk.written.hasSuffix("late ████████████████████ 100 % in 3.0 s\n"))
  }

  @Test func printsPlainLinesElsewhere() {
    let desk = Desk()
    let line = desk.line(.lines)
    for done in 1...25 {
      desk.wait(1)
      line.update(done, of: 50, unit: "files")
    }
    line.finish(25, of: 50, unit: "files", note: "stopped")
    #expect(
      desk.written == """
        late 20 % 1.0 files/s, 40 s left
        late 40 % 1.0 files/s, 30 s left
        late 50 % in 25 s stopped

        """)
  }

  @Test func quietIsQuiet() {
    let desk = Desk()
    let line = desk.line(.quiet)
    line.update(1, of: 2)
    line.finish(2, of: 2)
    #expect(desk.written == "")
  }

  /// What is only shown must not end a training: no estimate is too large, and no name reaches the terminal as it is.
  @Test func anyNumberAndAnyNameCanBeShown() {
    let desk = Desk()
    let line = ProgressLine(
      "late@\u{1B}[31mred\u{202E}", style: .lines, seconds: { desk.now.withLock { $0 } },
      write: { new in desk.text.withLock { $0 += new } })
    desk.wait(11)
    line.update(0, of: Int.max, note: "loss\u{7}")
    line.finish(Int.max, of: Int.max)
    #expect(desk.written.unicodeScalars.allSatisfy { $0 == "\n" || !["\u{1B}", "\u{7}", "\u{202E}"].contains($0) })
    #expect(desk.written.hasPrefix("late@\u{FFFD}[31mred\u{FFFD} 0 % 0.0 steps/s loss\u{FFFD}\n"), "\(desk.written)")
    #expect(ProgressLine.duration(1e300) == "?")
  }

  /// A bar that wraps would leave a line behind at every redraw.
  @Test(arguments: [10, 39, 40, 80, 200]) func aBarFitsTheTerminal(_ width: Int) {
    let desk = Desk()
    let line = ProgressLine(
      "compare digits", style: .bar, seconds: { desk.now.withLock { $0 } },
      write: { new in desk.text.withLock { $0 += new } }, width: { width })
    desk.wait(1)
    line.update(1, of: 4, note: "3/12 low-rank seed 2: validation accuracy 84.0 %")
    let text = desk.written.replacingOccurrences(of: "\r\u{1B}[K", with: "")
    #expect(text.count < width, "\(text)")
    #expect(text.hasPrefix(String("compare digits".prefix(width - 2))))
    #expect(text.contains("█") == (width >= 200) && text.contains("84.0 %") == (width >= 200))
  }

  /// Where all is counted, what is still at work says so itself.
  @Test func nothingIsLeftWhenAllIsCounted() {
    let desk = Desk()
    let line = desk.line(.bar)
    desk.wait(2)
    line.update(5, of: 5, unit: nil, note: "measuring why")
    #expect(desk.written.hasSuffix("████ 100 % measuring why"))
  }

  @Test func anEndBreaksTheLineOfATerminalOnly() {
    for (style, expected) in [(ProgressLine.Style.bar, "\n"), (.lines, ""), (.quiet, "")] {
      let desk = Desk()
      let line = desk.line(style)
      line.end()
      #expect(desk.written == "", "nothing was shown")
      line.update(1, of: 2)
      let before = desk.written
      line.end()
      #expect(desk.written == before + expected)
    }
  }

  @Test(arguments: [
    (0.4, "0.4 s"), (12, "12 s"), (59.6, "1 min 00 s"), (185, "3 min 05 s"), (7620, "2 h 07 min"), (.infinity, "?"),
    (3 * 86400 + 7300, "3 days 2 h"), (1e12, "?"),
  ])
  func durations(_ seconds: Double, _ text: String) {
    #expect(ProgressLine.duration(seconds) == text)
  }
}
