import Analyses
import Evaluation
import Foundation
import Testing

@testable import Reports

@Suite("Report")
struct ReportTests {
  private func page(_ made: MadeComparison, gnuplot: Gnuplot? = Gnuplot.installed()) -> String {
    ReportPage(
      result: made.result, records: made.records, architectures: [], provenance: [],
      environment: MadeComparison.environment,
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

  /// Every section is in the contents, and every entry of the contents leads to a section.
  @Test func contentsLeadToEverySection() throws {
    let html = page(try MadeComparison.classification(samples: 60, resamples: 5), gnuplot: nil)
    let contents = try #require(html.firstMatch(of: /<nav>(.*)<\/nav>/)).output.1
    let targets = contents.matches(of: /href="#([^"]+)"/).map { String($0.output.1) }
    let sections = html.matches(of: /<section id="([^"]+)">/).map { String($0.output.1) }
    #expect(targets == sections && Set(sections).count == sections.count && sections.count > 5)
  }

  /// What one method has over another, the other has less; and it is what the verdict says of the same two.
  @Test func anyTwoMethodsArePaired() throws {
    let made = try MadeComparison.classification(samples: 120, resamples: 5)
    let html = page(made, gnuplot: nil)
    #expect(html.contains("<h2>Any two methods</h2>"))
    let board = try Leaderboard(made.records, of: made.comparison.dataset, resamples: 1)
    let (there, back) = (
      try #require(board.contest("low-rank", over: "image")), try #require(board.contest("image", over: "low-rank"))
    )
    #expect(abs(there.difference.mean + back.difference.mean) < 1e-12)
    #expect(abs(there.difference.ci95.low + back.difference.ci95.high) < 1e-12)
    #expect(try #require(made.comparison.verdict).perModality["image"]?.contest.difference == there.difference)
    #expect(board.contest("low-rank", over: "bilinear <&\">") == nil, "one that failed")
    let cell =
      "[\(Format.change(there.difference.ci95.low, .accuracy)), \(Format.change(there.difference.ci95.high, .accuracy))]"
    #expect(html.contains(cell))
  }

  @Test(.enabled(if: Gnuplot.installed() != nil, "gnuplot is not installed"))
  func figuresAreFilesWithoutThePage() async throws {
    let made = try MadeComparison.regression()
    try await withTemporaryFolder { folder in
      let names = try Report.writeFigures(of: made.result, records: made.records, to: folder.appending(path: "figures"))
      #expect(names.contains("scores.svg") && names.contains("gain.svg"))
      for name in names {
        let svg = try String(contentsOf: folder.appending(path: "figures/\(name)"), encoding: .utf8)
        #expect(svg.hasPrefix("<svg ") && svg.hasSuffix("</svg>\n") && !svg.contains("var("))
      }
    }
  }
}
