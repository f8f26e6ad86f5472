import Foundation

/// Numbers as people read them: one way for tables, sentences and figures.
enum Format {
  /// A score: "87.3 %" for shares, three significant digits otherwise.
  static func score(_ value: Double, _ metric: Metric) -> String {
    metric.isShare ? decimals(100 * value, 1) + " %" : significant(value)
  }

  /// A difference of scores: points (hundredths) for shares, three significant digits otherwise.
  static func difference(_ value: Double, _ metric: Metric) -> String {
    metric.isShare ? decimals(100 * value, 1) : significant(value)
  }

  /// A fixed number of decimals, with a real minus sign and no negative zero.
  static func decimals(_ value: Double, _ count: Int) -> String {
    let text = String(format: "%.\(count)f", value)
    guard text.hasPrefix("-") else { return text }
    let magnitude = text.dropFirst()
    return magnitude.allSatisfy { $0 == "0" || $0 == "." } ? String(magnitude) : "−" + magnitude
  }

  /// Three decimals below ten, then fewer: 0.123, 9.870, 12.34, 123.4, 1234.
  static func significant(_ value: Double) -> String {
    let magnitude = abs(value)
    return decimals(value, magnitude < 10 ? 3 : magnitude < 100 ? 2 : magnitude < 1000 ? 1 : 0)
  }

  /// 950, 12.3 k, 4.56 M.
  static func count(_ value: Int) -> String {
    switch abs(value) {
    case ..<1000: "\(value)"
    case ..<999_950: decimals(Double(value) / 1e3, 1) + " k"
    case ..<999_950_000: decimals(Double(value) / 1e6, 2) + " M"
    default: decimals(Double(value) / 1e9, 2) + " G"
    }
  }

  /// 850 µs, 12.3 ms, 1.20 s.
  static func microseconds(_ value: Double) -> String {
    switch value {
    case ..<10: decimals(value, 1) + " µs"
    case ..<1000: decimals(value, 0) + " µs"
    case ..<1e6: decimals(value / 1e3, 1) + " ms"
    default: decimals(value / 1e6, 2) + " s"
    }
  }

  /// 0.4 s, 12 s, 3 min 20 s.
  static func seconds(_ value: Double) -> String {
    switch value {
    case ..<10: decimals(value, 1) + " s"
    case ..<60: decimals(value, 0) + " s"
    default: "\(Int(value.rounded()) / 60) min \(Int(value.rounded()) % 60) s"
    }
  }

  /// 512 kB, 230 MB, 1.4 GB.
  static func bytes(_ value: Int) -> String {
    switch value {
    case ..<1_000_000: decimals(Double(value) / 1e3, 0) + " kB"
    case ..<1_000_000_000: decimals(Double(value) / 1e6, 0) + " MB"
    default: decimals(Double(value) / 1e9, 1) + " GB"
    }
  }
}
