import Analyses
import Evaluation
import Foundation
import Testing

@testable import Reports

@Suite("Report")
struct ReportTests {
  private func page(_ made: MadeComparison, gnuplot: Gnuplot? = Gnuplot.installed()) -> String {
    ReportPage(
      result: made.result, records: made.records, architectures: [], environment: MadeComparison.environment,
      figures: Figures(made.result, records: made.records, gnuplot: gnuplot), date: nil
    ).html
  }

  @Test(.enabled(if: Gnuplot.installed() != nil, "gnuplot is not installed"))
  func holdsTheVerdictTheTableAndEveryFigure() throws {
    let made = try MadeComparison.classification(samples: 120, resamples: 20)
    let html = page(made)
    #expect(html.contains("<h1>\(try #require(made.result.headline).answer.html).</h1>"))
    #expect(html.components(separatedBy: "<svg").count - 1 == 5)
    for method in made.comparison.methods { #expect(html.contains("<td>\(HTML.escape(method.name))</td>")) }
    for text in ["How it was measured", "What failed", "step 17", "Example CPU", "rank=4", "12"] {
      #expect(html.contains(text))
    }
    #expect(!html.contains("class=\"note\""))
  }

  /// Nothing is loaded from anywhere, and nothing from the data can become markup.
  @Test(.enabled(if: Gnuplot.installed() != nil, "gnuplot is not installed"))
  func isSelfContainedAndEscaped() throws {
    let html = page(try MadeComparison.classification(samples: 60, resamples: 10))
    let addresses = html.matches(of: /https?:\/\/[^"' ]+/).map { String($0.output) }
    #expect(Set(addresses).isSubset(of: ["http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"]))
    for loading in ["<script", "<link", "<img", "@import", "src=", "url("] { #expect(!html.contains(loading)) }
    #expect(html.contains("bilinear &lt;&amp;&quot;&gt;"))
    #expect(!html.contains("bilinear <"))
  }

  @Test func saysThatGnuplotIsMissing() throws {
    let html = page(try MadeComparison.classification(samples: 60, resamples: 10), gnuplot: nil)
    #expect(html.contains("gnuplot is not installed"))
    #expect(!html.contains("<svg"))
    #expect(html.contains("<h2>Leaderboard</h2>"))
  }

  @Test func manyClassesGetAListOfConfusions() throws {
    let html = page(try MadeComparison.classification(classes: 30, samples: 120, resamples: 5), gnuplot: nil)
    #expect(html.contains("image: most frequent confusions"))
  }

  @Test(.enabled(if: Gnuplot.installed() != nil, "gnuplot is not installed"))
  func regressionShowsPredictedAgainstTrue() throws {
    let html = page(try MadeComparison.regression())
    #expect(html.contains("predicted (upwards) against true"))
    #expect(html.contains("lower is better"))
  }

  @Test func withoutAVerdictItSaysWhy() throws {
    let made = try MadeComparison.classification(samples: 60, resamples: 5)
    let comparison = Comparison(dataset: made.comparison.dataset, methods: made.comparison.methods, verdict: nil)
    let html = page(MadeComparison(result: ExplainedComparison(comparison), records: made.records), gnuplot: nil)
    #expect(html.contains("<h1>No verdict: "))
  }

  @Test func writesTheFile() async throws {
    let made = try MadeComparison.regression()
    try await withTemporaryFolder { folder in
      let file = folder.appending(path: "report.html")
      try Report.write(
        made.result, records: made.records, environment: MadeComparison.environment,
        date: Date(timeIntervalSince1970: 0), to: file)
      let html = try String(contentsOf: file, encoding: .utf8)
      #expect(html.hasPrefix("<!DOCTYPE html>"))
      #expect(html.contains("1970-01-01"))
      #expect(html.hasSuffix("</html>\n"))
    }
  }

  /// A method's name may hold what stands between answer and detail.
  @Test func headlineIsTheAnswer() {
    let headline = Headline("late: a; b gains \("2.0", from: .gain)", "; ", "it uses \("x: y")")
    #expect(headline.sentence.plain == "late: a; b gains 2.0; it uses x: y.")
    #expect(headline.rest?.plain == "It uses x: y.")
    let short = Headline("early gains 2.0", "; ", nil)
    #expect(short.sentence.plain == "early gains 2.0." && short.rest == nil)
  }

  @Test func nothingWithoutAMethodThatChooses() throws {
    let made = try MadeComparison.classification(samples: 60, resamples: 5)
    let html = Report.render(made.result, records: made.records, environment: MadeComparison.environment)
    #expect(!html.contains("What they relied on") && !html.contains("<h2>Architecture</h2>"))
    #expect(ChoiceShares(mean: []) == nil)
  }
}
