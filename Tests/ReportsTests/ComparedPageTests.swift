import Analyses
import Evaluation
import Foundation
import Testing

@testable import Reports

@Suite struct ComparedPageTests {
  private func page(_ second: MadeComparison, named name: String = "B") throws -> String {
    let first = try MadeComparison.classification(samples: 60, resamples: 5)
    let both = [("A", first), (name, second)].map {
      ReportedComparison(name: $0.0, result: $0.1.result, records: $0.1.records)
    }
    return ComparedPage(comparisons: both, environment: MadeComparison.environment, date: nil).html
  }

  /// The same trials on the same samples differ by nothing, and say so with an interval.
  @Test func methodsOfBothArePaired() throws {
    let html = try page(MadeComparison.classification(samples: 60, resamples: 5), named: "<B>")
    #expect(html.contains("A and &lt;B&gt; compared") && !html.contains("<B>"))
    #expect(html.components(separatedBy: "<td class=\"n\">0.0 [0.0, 0.0]</td>").count - 1 == 11)
  }

  @Test func otherSamplesAreNotPaired() throws {
    let html = try page(MadeComparison.classification(samples: 80, resamples: 5))
    #expect(html.contains("<td>low-rank</td>") && !html.contains("0.0 [0.0, 0.0]"))
    #expect(html.contains("<td class=\"n\">–</td>"))
    #expect(try page(MadeComparison.regression()).contains("<td>early</td>"))
  }
}
