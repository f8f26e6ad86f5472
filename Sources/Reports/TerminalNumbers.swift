public import Evaluation
import Foundation

extension Format {
  /// An amount of information or a rate: four decimals, and no sign where they are all 0; nothing for nil.
  public static func amount(_ value: Double?) -> String {
    value.map { String(format: "%.4f", abs($0) < 0.00005 ? 0 : $0) } ?? ""
  }

  /// Five significant digits of whatever size.
  public static func general(_ value: Double) -> String { String(format: "%.5g", value) }

  /// The probability of a test: four decimals, or its order of magnitude below a thousandth.
  public static func probability(_ p: Double) -> String {
    p < 1e-300 ? "< 1e-300" : String(format: p < 0.001 ? "%.1e" : "%.4f", p)
  }
}

extension TerminalTable {
  /// Metrics by name, under what they were measured on.
  public init(_ metrics: [String: Double], of split: String) {
    let rows = metrics.sorted { $0.key < $1.key }.map { [$0, Format.significant($1, digits: 4)] }
    self.init(["metric", split], rows: rows)
  }
}
