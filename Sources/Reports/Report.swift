public import Analyses
public import Evaluation
public import Foundation
import Tensors

/// The comparison as one self-contained page: verdict, leaderboard, figures, and how it was measured.
///
/// ```swift
/// try Report.write(result, records: records, environment: .current(libtorch: "2.13.0", chiasm: "0.1.0"), to: url)
/// ```
public enum Report {
  /// The page as HTML with its style and pictures inside; it loads nothing from anywhere.
  ///
  /// - Parameters:
  ///   - result: what the page is about.
  ///   - records: the trials behind the comparison.
  ///   - environment: the machine that it was made on.
  ///   - architectures: of methods whose architecture was searched.
  ///   - provenance: how the comparisons were asked for.
  ///   - date: stated on the page when given.
  /// - Returns: a page without pictures, which says so, where gnuplot is missing or fails.
  public static func render(
    _ result: ExplainedComparison, records: [TrialRecord], environment: RunEnvironment,
    architectures: [ArchitectureGraph] = [], provenance: [Provenance] = [], date: Date? = nil
  ) -> String {
    let figures = Figures(result, records: records, gnuplot: Gnuplot.installed())
    return ReportPage(
      result: result, records: records, architectures: architectures, provenance: provenance, environment: environment,
      figures: figures, date: date
    ).html
  }

  /// Renders the page and writes it in one piece.
  ///
  /// - Throws: `InputError` when the file cannot be written.
  public static func write(
    _ result: ExplainedComparison, records: [TrialRecord], environment: RunEnvironment,
    architectures: [ArchitectureGraph] = [], provenance: [Provenance] = [], date: Date? = nil, to url: URL
  ) throws {
    let html = render(
      result, records: records, environment: environment, architectures: architectures, provenance: provenance,
      date: date)
    try AtomicFile.write(Data(html.utf8), to: url)
  }
}
