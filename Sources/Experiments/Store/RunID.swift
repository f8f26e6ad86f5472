public import Foundation

/// Names of runs: the time they began, in UTC, and four random characters, so that they sort by time and two runs begun in
/// the same second differ: `20261120-221933-k3f9`.
public enum RunID {
  public static func make(at date: Date = Date()) -> String {
    var random = SystemRandomNumberGenerator()
    return make(at: date, using: &random)
  }

  static func make(at date: Date, using generator: inout some RandomNumberGenerator) -> String {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = .gmt
    let parts = calendar.dateComponents([.year, .month, .day, .hour, .minute, .second], from: date)
    let time = String(
      format: "%04d%02d%02d-%02d%02d%02d", parts.year ?? 0, parts.month ?? 0, parts.day ?? 0, parts.hour ?? 0,
      parts.minute ?? 0, parts.second ?? 0)
    // No vowels, no look-alikes: nothing to misread and no words.
    let letters = Array("23456789bcdfghjkmnpqrstvwxz")
    let suffix = (0..<4).map { _ in letters[Int.random(in: 0..<letters.count, using: &generator)] }
    return time + "-" + String(suffix)
  }
}
