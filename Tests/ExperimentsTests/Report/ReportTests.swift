import Foundation
import Testing

@testable import Experiments

@Suite("Report")
struct ReportTests {
  private func page(_ made: MadeComparison, gnuplot: Gnuplot? = Gnuplot.installed()) -> String {
    ReportPage(
      comparison: made.comparison, records: made.records, environment: MadeComparison.environment,
      figures: Figures(made.comparison, records: made.records, gnuplot: gnuplot), date: nil
    ).html
  }

  @Test(.enabled(if: Gnuplot.installed() != nil, "gnuplot is not installed"))
  func holdsTheVerdictTheTableAndEveryFigure() throws {
    let made = try MadeComparison.classification(samples: 120, resamples: 20)
    let html = page(made)
    let verdict = try #require(made.comparison.verdict)
    let headline = ReportHeadline(
      try #require(VerdictSentence(verdict, made.comparison.methods)).headline)
    #expect(html.contains("<h1>\(headline.first.html)</h1>"))
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
    let html = page(MadeComparison(comparison: comparison, records: made.records), gnuplot: nil)
    #expect(html.contains("<h1>No verdict: "))
  }

  @Test func writesTheFile() async throws {
    let made = try MadeComparison.regression()
    try await withTemporaryFolder { folder in
      let file = folder.appending(path: "report.html")
      try Report.write(
        made.comparison, records: made.records, environment: MadeComparison.environment,
        date: Date(timeIntervalSince1970: 0), to: file)
      let html = try String(contentsOf: file, encoding: .utf8)
      #expect(html.hasPrefix("<!DOCTYPE html>"))
      #expect(html.contains("1970-01-01"))
      #expect(html.hasSuffix("</html>\n"))
    }
  }

  @Test(
    arguments: [
      ("One modality is enough: image alone reaches 90 %.", "One modality is enough.", "Image alone reaches 90 %."),
      ("Fusing a and b gains 2; all of it: c.", "Fusing a and b gains 2.", "All of it: c."), ("Short.", "Short.", nil),
    ] as [(String, String, String?)])
  func headlineIsTheAnswer(sentence: String, first: String, rest: String?) {
    let headline = ReportHeadline(LinkedText(stringLiteral: sentence))
    #expect(headline.first.plain == first)
    #expect(headline.rest?.plain == rest)
  }
}
