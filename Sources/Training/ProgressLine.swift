import Foundation
import Synchronization
import Tensors

/// A line on standard error that says how far a task is: a bar, the rate and the time left.
///
/// On a terminal it redraws itself in place, at most ten times a second; elsewhere it prints a plain line every ten
/// seconds and one at the end. May be told from several threads. Where standard error cannot be written the line is lost, and
/// the task goes on.
public final class ProgressLine: Sendable {
  public enum Style: Sendable {
    case bar, lines, quiet

    /// A bar on a terminal, lines elsewhere.
    public static var automatic: Style { isatty(STDERR_FILENO) == 1 ? .bar : .lines }
  }

  private let label: String
  private let style: Style
  private let seconds: @Sendable () -> Double
  private let write: @Sendable (String) -> Void
  private let width: @Sendable () -> Int?
  private let start: Double
  private let lastShown = Mutex<Double?>(nil)

  public convenience init(_ label: String, style: Style = .automatic) {
    let begin = ContinuousClock.now
    self.init(
      label, style: style, seconds: { (ContinuousClock.now - begin) / .seconds(1) },
      write: { StandardError.show($0) }, width: { Self.standardErrorWidth })
  }

  /// - Parameters:
  ///   - label: what stands at the start of the line.
  ///   - style: where and how it is shown.
  ///   - seconds: the clock.
  ///   - write: takes what would go to standard error.
  ///   - width: columns of the terminal, asked anew for every line: a bar that wraps cannot be redrawn in place.
  init(
    _ label: String, style: Style, seconds: @escaping @Sendable () -> Double,
    write: @escaping @Sendable (String) -> Void, width: @escaping @Sendable () -> Int? = { nil }
  ) {
    self.label = label.shown()
    self.style = style
    self.seconds = seconds
    self.write = write
    self.width = width
    start = seconds()
  }

  /// Says that `done` of `total` is done.
  ///
  /// - Parameters:
  ///   - done: how much is done.
  ///   - total: how much there is to do.
  ///   - unit: what is counted, for the rate; nil where the count means nothing to a person.
  ///   - note: what else matters now, such as the loss.
  public func update(_ done: Int, of total: Int, unit: String? = "steps", note: String = "") {
    show(done, total, unit, note, isLast: false)
  }

  /// Says that all is done, or where it stopped, and ends the line.
  public func finish(_ done: Int, of total: Int, unit: String? = "steps", note: String = "") {
    show(done, total, unit, note, isLast: true)
  }

  /// Ends the line on a terminal where it stands, before an error is told; elsewhere there is nothing to end.
  public func end() {
    lastShown.withLock { if style == .bar && $0 != nil { write("\n") } }
  }

  private func show(_ done: Int, _ total: Int, _ unit: String?, _ note: String, isLast: Bool) {
    guard style != .quiet else { return }
    let now = seconds()
    lastShown.withLock { last in
      let interval = style == .bar ? 0.1 : 10
      guard isLast || now - (last ?? (style == .bar ? -.infinity : start)) >= interval else { return }
      last = now
      let rate = Double(done) / max(now - start, 1e-9)
      let share = total > 0 ? min(max(Double(done) / Double(total), 0), 1) : 1
      // Before anything is done nobody knows how long the rest takes, nor how long what is left when all is counted.
      let left = done > 0 && done < total ? Self.duration(Double(total - done) / max(rate, 1e-9)) + " left" : nil
      let timing =
        isLast
        ? "in \(Self.duration(now - start))"
        : [unit.map { "\(Self.number(rate)) \($0)/s" }, left].compactMap { $0 }.joined(separator: ", ")
      let parts = [label, "\(Int(share * 100)) %", timing, note.shown()].filter { !$0.isEmpty }
      switch style {
      case .bar:
        let filled = Int((share * 20).rounded(.down))
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 20 - filled)
        let text = ([parts[0], bar] + parts.dropFirst()).joined(separator: " ")
        write("\r\u{1B}[K" + fitted(text, parts) + (isLast ? "\n" : ""))
      case .lines: write(parts.joined(separator: " ") + "\n")
      case .quiet: break
      }
    }
  }

  /// The line, without its bar and then without its end where the terminal is too narrow.
  private func fitted(_ text: String, _ parts: [String]) -> String {
    // The last column is left free: a cursor behind it has wrapped on some terminals.
    guard let room = width().map({ max(1, $0 - 1) }), text.count > room else { return text }
    let short = parts.joined(separator: " ")
    return short.count <= room ? short : short.prefix(room - 1) + "…"
  }

  private static var standardErrorWidth: Int? {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
    return Int(size.ws_col)
  }

  private static func number(_ rate: Double) -> String {
    rate >= 10 ? String(format: "%.0f", rate) : String(format: "%.1f", rate)
  }

  /// 0.4 s, 12 s, 3 min 05 s, 2 h 07 min, 3 days 4 h.
  static func duration(_ seconds: Double) -> String {
    // Years are no estimate.
    guard seconds.isFinite, seconds >= 0, seconds < 366 * 86400 else { return "?" }
    if seconds < 10 { return String(format: "%.1f s", seconds) }
    let whole = Int(seconds.rounded())
    if whole < 60 { return "\(whole) s" }
    if whole < 3600 { return String(format: "%d min %02d s", whole / 60, whole % 60) }
    if whole < 2 * 86400 { return String(format: "%d h %02d min", whole / 3600, whole % 3600 / 60) }
    return "\(whole / 86400) days \(whole % 86400 / 3600) h"
  }
}
