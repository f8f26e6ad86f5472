import Foundation
import Tensors
import Testing

@Suite struct ShownTextTests {
  @Test(arguments: [
    ("plain é 数 👩‍👩‍👧", "plain é 数 👩‍👩‍👧"), ("a\u{1B}[31mred", "a\u{FFFD}[31mred"), ("\u{9B}2J", "\u{FFFD}2J"),
    ("\u{1B}]0;title\u{7}", "\u{FFFD}]0;title\u{FFFD}"), ("x\u{202E}gnp.exe", "x\u{FFFD}gnp.exe"),
    ("a\u{2066}b\u{2069}", "a\u{FFFD}b\u{FFFD}"), ("\u{61C}\u{200E}\u{200F}", "\u{FFFD}\u{FFFD}\u{FFFD}"),
    ("one\ntwo\tthree", "one\u{FFFD}two\u{FFFD}three"), ("a\u{2028}b", "a\u{FFFD}b"), ("a\r\nb", "a\u{FFFD}\u{FFFD}b"),
  ])
  func namesCannotSpeakToTheTerminal(_ name: String, _ shown: String) {
    #expect(name.shown() == shown)
  }

  @Test func linesMayStay() {
    #expect("one\n\ttwo\u{1B}[A\r".shown(keepingLines: true) == "one\n\ttwo\u{FFFD}[A\u{FFFD}")
  }

  @Test(arguments: [
    ("tensr", "tensor"), ("lowrank", "low-rank"), ("LATE", "late"), ("erly", "early"), ("aerly", "early"),
    ("sem", "semantic"), ("xyz", nil), ("", nil), ("late", nil), (String(repeating: "x", count: 10_000), nil),
  ])
  func suggestsTheNearestName(_ written: String, _ meant: String?) {
    let names = ["early", "late", "tensor", "low-rank", "semantic"]
    #expect(suggestion(for: written, among: names) == (meant.map { "; did you mean \($0)?" } ?? ""))
  }

  @Test func aThreadThatCannotBeStartedSaysSo() throws {
    // More stack than there is address space.
    #expect(WorkerThread(stackBytes: 1 << 55) {} == nil)
    let worker = try #require(WorkerThread(stackBytes: 1 << 20) {})
    worker.join()
  }
}
