import Evaluation
import Foundation
import Training

/// How to repeat what the page shows.
extension ReportPage {
  var repetition: ReportSection? {
    guard !provenance.isEmpty else { return nil }
    let parts = provenance.map { asked -> String in
      let training = asked.training
      let seeds =
        asked.seeds.count > 12
        ? "\(asked.seeds.count) from \(asked.seeds[0])" : Format.list(asked.seeds.map(String.init))
      var rows = [
        ["data set", asked.dataset], ["fingerprint of the data", asked.fingerprint], ["seeds", seeds],
        [
          "epochs",
          "at most \(training.epochs)"
            + (training.patience.map { ", stopped after \($0) without a better score" } ?? ""),
        ],
        ["batch", "\(training.batchSize) samples"],
        [
          "optimiser",
          "\(training.optimizer.rawValue), learning rate \(Format.significant(training.learningRate)), weight decay "
            + Format.significant(training.weightDecay)
            + (training.gradientClip.map { ", gradients of norm at most \(Format.significant($0))" } ?? ""),
        ],
        ["schedule", asked.schedule],
      ]
      if let threads = asked.threads { rows.append(["threads of an operation", "\(threads)"]) }
      return "<pre><code>\(HTML.escape(asked.command(between: " \\\n  ")))</code></pre>"
        + Markup.table([], rows, numbers: [])
    }
    return ReportSection(
      "How to repeat it",
      parts.joined(separator: "\n")
        + "<p class=\"caption\">The same data, seeds and number of threads give the same numbers with the versions named "
        + "below; times differ.</p>")
  }
}

extension Provenance {
  /// The call that asks for the same, with what is not the default.
  /// - Parameter gap: what stands before an option.
  func command(between gap: String = " ") -> String {
    let plain = TrainingOptions()
    var words = [
      "chiasm", "compare", dataset, "--methods", methods.joined(separator: ","), "--seeds", "\(seeds.count)",
    ]
    func add(_ name: String, _ value: String, _ isAsked: Bool) { if isAsked { words += [name, value] } }
    func number(_ value: Double) -> String { String(format: "%.15g", value) }
    add("--seed", "\(seeds.first ?? 0)", seeds.first != 0)
    add("--epochs", "\(training.epochs)", training.epochs != plain.epochs)
    add("--batch-size", "\(training.batchSize)", training.batchSize != plain.batchSize)
    add("--learning-rate", number(training.learningRate), training.learningRate != plain.learningRate)
    add("--weight-decay", number(training.weightDecay), training.weightDecay != plain.weightDecay)
    add("--patience", "\(training.patience ?? training.epochs)", training.patience != plain.patience)
    add("--optimizer", training.optimizer.rawValue, training.optimizer != plain.optimizer)
    add("--schedule", schedule, training.schedule != plain.schedule)
    if let balance = training.balance { words += ["--balance", balance.rawValue] }
    if training.balancedClasses { words.append("--balanced") }
    if let measures = training.measuresUtilization { words.append(measures ? "--utilization" : "--no-utilization") }
    if let threads { words += ["--threads", "\(threads)"] }
    if let margin { words += ["--margin", number(margin)] }
    if isQuick { words.append("--quick") }
    return words.dropFirst().reduce("chiasm") { $0 + ($1.hasPrefix("--") ? gap : " ") + Self.quoted($1) }
  }

  /// As `--schedule` calls it.
  var schedule: String {
    switch training.schedule {
    case .constant: "constant"
    case .cosine: "cosine"
    case .plateau: "plateau"
    }
  }

  /// A word as a shell takes it.
  private static func quoted(_ word: String) -> String {
    let isPlain =
      !word.isEmpty && word.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "/._-+@:=,".contains($0)) }
    return isPlain ? word : "'" + word.replacingOccurrences(of: "'", with: "'\\''") + "'"
  }
}
