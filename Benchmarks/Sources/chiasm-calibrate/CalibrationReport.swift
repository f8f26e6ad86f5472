import Foundation

/// `CALIBRATION.md`: what is claimed of data whose truth is known, kind by kind.
struct CalibrationReport {
  /// Kinds with the results of the default comparison and of `--quick`.
  let kinds: [(kind: Kind, results: [SetResult], quick: [SetResult])]
  /// Counts of an earlier program, by its name.
  let before: (name: String, lines: [Line])?
  let scores: [SimulatedScores.Result]
  let date: String
  let commit: String
  let cores: Int

  /// Data sets that a kind is judged by.
  static let enough = 200

  var markdown: String {
    func judged(_ some: [(kind: Kind, results: [SetResult], quick: [SetResult])]) -> [Line] {
      some.flatMap { Line.lines($0.kind, $0.results) }.filter { $0.holds != nil }
    }
    let all = judged(kinds)
    let failing = all.filter { $0.holds == false }
    let whole = judged(kinds.filter { $0.results.count >= Self.enough })
    let partial = kinds.filter { !$0.results.isEmpty && $0.results.count < Self.enough }
    let none = kinds.filter(\.results.isEmpty).map(\.kind.name)
    var text = """
      # Calibration

      Does the verdict claim what is true? `make calibrate` makes data sets whose truth is known, compares on each as
      `chiasm compare` does, and counts. A line holds where the one-sided 95 % bound of Clopper and Pearson does not exclude what
      is demanded: of 200, at most 15 false claims for 5 %, at least 173 for 90 %, 177 for 92 %, 151 for 80 %. `KIND=copy SETS=40
      make calibrate` runs one kind; what is done is kept in `.build/calibrate/` and not done again.

      Written by `make calibrate` on \(date), commit \(commit), \(cores) cores. Data sets have 300 train, 100 validation and
      200 test samples and comparisons three seeds unless it is said.


      """
    if all.isEmpty {
      text += "No kind has been run yet.\n\n"
    } else {
      text +=
        "**Of \(all.count) judged lines, \(whole.count { $0.holds == true }) hold, \(failing.count) do not, "
        + "\(all.count - failing.count - whole.count { $0.holds == true }) are not contradicted by too few data sets.**"
      if !partial.isEmpty {
        text +=
          " Fewer than \(Self.enough) data sets were run of \(partial.count) kinds, which shows what does not hold, but not what does."
      }
      if !none.isEmpty { text += " Not run: \(none.joined(separator: ", "))." }
      text += "\n\n"
      if !failing.isEmpty {
        text += "What does not hold:\n\n"
        for line in failing { text += "- \(line.kind): \(line.what), \(Self.share(line.count))\n" }
        text += "\n"
      }
      text += pooled + table + widths
    }
    return text + simulated + earlier + failures
  }

  // MARK: Sections

  private var pooled: String {
    let null = kinds.filter { $0.kind.isNull && $0.kind.judgesGains }
    func line(_ results: [SetResult]) -> Count {
      Count(results.compactMap(\.claims).map { $0.outcome == .fusionHelps })
    }
    let (all, quick) = (line(null.flatMap(\.results)), line(null.flatMap(\.quick)))
    var text = "Pooled over the kinds where nothing is to be gained, false gains are \(Self.share(all))"
    if quick.trials > 0 { text += ", with `--quick` \(Self.share(quick))" }
    return text + "; 5 % are allowed.\n\n"
  }

  private var table: String {
    var text = """
      ## Kind by kind

      | kind | data | sets | what | count | rate | bound | demanded | holds | `--quick` |
      |---|---|---|---|---|---|---|---|---|---|

      """
    for (kind, results, quick) in kinds where !results.isEmpty {
      let beside = Line.lines(kind, quick)
      for (place, line) in Line.lines(kind, results).enumerated() {
        let other = beside.first { $0.what == line.what }?.count
        text +=
          "| "
          + [
            place == 0 ? kind.name : "", place == 0 ? kind.about : "",
            place == 0 ? "\(results.count)\(results.count < Self.enough ? " of \(Self.enough)" : "")" : "", line.what,
            "\(line.count.events) of \(line.count.trials)", Self.percent(line.count.rate), Self.bound(line),
            Self.demand(line), Self.holds(line, of: results.count),
            other.flatMap { $0.trials > 0 ? "\($0.events) of \($0.trials)" : nil } ?? "",
          ].joined(separator: " | ") + " |\n"
      }
    }
    return text + "\n"
  }

  private var widths: String {
    var text = """
      ## Sizes

      Mean improvement over the reference and median half-width of its interval, in the metric's units. Power is demanded
      where the gain is about twice the half-width. The last column is the half-width over what 1.96 deviations of the estimate
      are, measured by \(Target.seeds) further trainings of both methods and \(Target.samples) further test samples: up to 1.4 is
      allowed.

      | kind | improvement | half-width | improvement / half-width | width / 1.96 deviations |
      |---|---|---|---|---|

      """
    for (kind, results, _) in kinds {
      guard kind.judgesGains, let widths = Widths(results) else { continue }
      let ratio = widths.ratio.map { Self.decimals($0, 2) + ($0 <= 1.4 ? "" : " **too wide**") } ?? ""
      text +=
        "| \(kind.name) | \(Self.figures(widths.gain)) | \(Self.figures(widths.halfWidth)) | "
        + "\(Self.decimals(widths.gain / widths.halfWidth, 1)) | \(ratio) |\n"
    }
    return text + "\n"
  }

  private var simulated: String {
    guard let first = scores.first else { return "" }
    var text = """
      ## The interval alone, on simulated scores

      Scores of two methods by several seeds with known components of variance, \(first.count.trials) draws a row; 200
      samples, of which each deviates by 0.7 on each side, unless it is said. Demanded is that 92 % hold the truth; the width is the
      median half-width over 1.96 deviations of the estimate, up to 1.4.

      | scores | holds the truth | width | holds |
      |---|---|---|---|

      """
    for score in scores {
      text +=
        "| \(score.name) | \(Self.percent(score.count.rate)) | \(Self.decimals(score.width, 2)) | "
        + (score.count.isAtLeast(0.92) ? score.width <= 1.4 ? "yes" : "**too wide**" : "**no**") + " |\n"
    }
    return text + "\n"
  }

  private var earlier: String {
    guard let before else { return "" }
    var text = """
      ## Before

      The same counts of \(before.name), before the verdict was given a reference in every modality, placebos, a permutation
      test and an interval that holds seeds.

      | kind | what | count | rate |
      |---|---|---|---|

      """
    for line in before.lines where line.count.trials > 0 {
      text +=
        "| \(line.kind) | \(line.what) | \(line.count.events) of \(line.count.trials) | "
        + "\(Self.percent(line.count.rate)) |\n"
    }
    return text + "\n"
  }

  private var failures: String {
    let failed = kinds.flatMap(\.results).filter { $0.failure != nil }
    guard !failed.isEmpty else { return "" }
    let reasons = Dictionary(grouping: failed) { "\($0.kind): \($0.failure!)" }
    return "## Data sets without a result\n\n"
      + reasons.sorted { $0.key < $1.key }.map { "- \($0.value.count) of \($0.key)\n" }.joined() + "\n"
  }

  // MARK: Numbers

  private static func decimals(_ value: Double, _ places: Int) -> String { String(format: "%.\(places)f", value) }
  private static func figures(_ value: Double) -> String { String(format: "%.3g", value) }
  private static func percent(_ value: Double) -> String { value.isNaN ? "" : decimals(100 * value, 1) + " %" }
  private static func share(_ count: Count) -> String {
    "\(count.events) of \(count.trials) (\(percent(count.rate)))"
  }

  /// Of enough data sets, whether it holds; of fewer, whether it may.
  private static func holds(_ line: Line, of sets: Int) -> String {
    switch line.holds {
    case true?: sets >= enough ? "yes" : "not contradicted"
    case false?: "**no**"
    case nil: ""
    }
  }

  private static func bound(_ line: Line) -> String {
    switch line.demand {
    case _ where line.count.trials == 0: ""
    case .atMost: "≥ " + percent(line.count.lower)
    case .atLeast: "≤ " + percent(line.count.upper)
    case nil: ""
    }
  }

  private static func demand(_ line: Line) -> String {
    switch line.demand {
    case .atMost(let limit): "≤ \(decimals(100 * limit, 0)) %"
    case .atLeast(let limit): "≥ \(decimals(100 * limit, 0)) %"
    case nil: ""
    }
  }
}
