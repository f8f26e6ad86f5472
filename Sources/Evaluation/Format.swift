import Foundation
public import Models

/// Numbers as people read them: one way for tables, sentences and figures.
public enum Format {
  /// A score: "87.3 %" for shares, three significant digits otherwise.
  public static func score(_ value: Double, _ metric: Metric) -> String {
    metric.isShare ? decimals(100 * value, 1) + " %" : significant(value)
  }

  /// A difference of scores: points (hundredths) for shares, three significant digits otherwise.
  public static func difference(_ value: Double, _ metric: Metric) -> String {
    metric.isShare ? decimals(100 * value, 1) : significant(value)
  }

  /// A difference with its sign, `+` where it is more than nothing as printed.
  public static func change(_ value: Double, _ metric: Metric) -> String {
    let text = difference(value, metric)
    return value > 0 && text.contains(where: { "123456789".contains($0) }) ? "+" + text : text
  }

  /// "audio and image", "audio, text and video".
  public static func list(_ names: [String], last: String = "and") -> String {
    names.count < 2 ? names.joined() : names.dropLast().joined(separator: ", ") + " \(last) " + names[names.count - 1]
  }

  /// A fixed number of decimals, with a real minus sign and no negative zero.
  package static func decimals(_ value: Double, _ count: Int) -> String {
    let text = String(format: "%.\(count)f", value)
    guard text.hasPrefix("-") else { return text }
    let magnitude = text.dropFirst()
    return magnitude.allSatisfy { $0 == "0" || $0 == "." } ? String(magnitude) : "−" + magnitude
  }

  /// At least as many significant digits as asked for at any scale, with three: 1.23e-6, 0.00123, 0.0123, 0.123, 9.870,
  /// 12.34, 123.4, 1234, 4.08e38; zero alone is 0.
  ///
  /// - Parameters:
  ///   - value: what is not finite is named as such.
  ///   - digits: also how many decimals are shown between a tenth and ten.
  public static func significant(_ value: Double, digits: Int = 3) -> String {
    guard value != 0 else { return "0" }
    guard value.isFinite else { return "\(value)" }
    // As it will be printed: 0.0999996 with three digits is 0.100.
    let parts = String(format: "%.\(digits - 1)e", value).split(separator: "e")
    let exponent = Int(parts[1]) ?? 0
    switch exponent {
    case ..<(-4), 7...: return (value < 0 ? "−" : "") + parts[0].drop { $0 == "-" } + "e\(exponent)"
    case ..<(-1): return decimals(value, digits - 1 - exponent)
    default: return decimals(value, max(0, exponent < 1 ? digits : digits - exponent))
    }
  }

  /// 950, 12.3 k, 4.56 M.
  package static func count(_ value: Int) -> String {
    switch abs(value) {
    case ..<1000: "\(value)"
    case ..<999_950: decimals(Double(value) / 1e3, 1) + " k"
    case ..<999_950_000: decimals(Double(value) / 1e6, 2) + " M"
    default: decimals(Double(value) / 1e9, 2) + " G"
    }
  }

  /// 850 µs, 12.3 ms, 1.20 s.
  package static func microseconds(_ value: Double) -> String {
    switch value {
    case ..<10: decimals(value, 1) + " µs"
    case ..<1000: decimals(value, 0) + " µs"
    case ..<1e6: decimals(value / 1e3, 1) + " ms"
    default: decimals(value / 1e6, 2) + " s"
    }
  }

  /// 0.4 s, 12 s, 3 min 20 s.
  package static func seconds(_ value: Double) -> String {
    switch value {
    case ..<10: decimals(value, 1) + " s"
    case ..<60: decimals(value, 0) + " s"
    default: "\(Int(value.rounded()) / 60) min \(Int(value.rounded()) % 60) s"
    }
  }

  /// 512 kB, 230 MB, 1.4 GB.
  package static func bytes(_ value: Int) -> String {
    switch value {
    case ..<1_000_000: decimals(Double(value) / 1e3, 0) + " kB"
    case ..<1_000_000_000: decimals(Double(value) / 1e6, 0) + " MB"
    default: decimals(Double(value) / 1e9, 1) + " GB"
    }
  }
}
