public import Foundation
import Tensors

/// The comparison as one self-contained page: verdict, leaderboard, figures, and how it was measured.
///
/// ```swift
/// try Report.write(comparison, records: records, environment: .current(libtorch: "2.13.0", chiasm: "0.1.0"), to: url)
/// ```
public enum Report {
  /// The page as HTML with its style and pictures inside; it loads nothing from anywhere.
  ///
  /// - Parameters:
  ///   - comparison: what the page is about.
  ///   - records: the trials behind the comparison.
  ///   - environment: the machine that it was made on.
  ///   - date: stated on the page when given.
  /// - Returns: a page without pictures, which says so, where gnuplot is missing or fails.
  public static func render(
    comparison: Comparison, records: [TrialRecord], environment: RunEnvironment, date: Date? = nil
  ) -> String {
    let figures = Figures(comparison, records: records, gnuplot: Gnuplot.installed())
    return ReportPage(
      comparison: comparison, records: records, environment: environment, figures: figures, date: date
    ).html
  }

  /// Renders the page and writes it in one piece.
  ///
  /// - Throws: `InputError` when the file cannot be written.
  public static func write(
    _ comparison: Comparison, records: [TrialRecord], environment: RunEnvironment, date: Date? = nil, to url: URL
  ) throws {
    let html = render(comparison: comparison, records: records, environment: environment, date: date)
    try AtomicFile.write(Data(html.utf8), to: url)
  }
}
