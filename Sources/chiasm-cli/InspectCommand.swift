import ArgumentParser
import Chiasm
import Foundation

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Check a data set: every violation of the contract, and statistics per modality and split.",
    discussion: "Example: chiasm data inspect mosi")

  @Argument(help: "Folder of the data set.")
  var dataset: String
  @OptionGroup var links: LinkOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    try output.checkWritable()
    var job = InspectionJob(dataset)
    job.followsLinks = links.followLinks
    let result = try job.run(progress: output.progress)
    let inspection = result.inspection
    try output.write(result)
    output.show(splits(inspection))
    output.show(modalities(inspection))
    for warning in inspection.warnings { output.show("note: \(warning)") }
    guard inspection.isValid else {
      for violation in inspection.violations.dropFirst() { output.show(violation) }
      let others = inspection.violations.count - 1
      throw InputError(inspection.violations[0] + (others > 0 ? " (and \(others) more)" : ""))
    }
    output.show("\(dataset) is valid\(result.next.map { "; next: \($0)" } ?? "")")
  }

  private func splits(_ inspection: DatasetInspection) -> String {
    let rows = Split.allCases.compactMap { split -> [String]? in
      guard let statistics = inspection.splits[split.rawValue] else { return nil }
      let target =
        statistics.classes.map { classes in
          classes.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: "  ")
        } ?? statistics.target.map(text) ?? ""
      return [split.rawValue, "\(statistics.samples)", target]
    }
    return TerminalTable(["split", "samples", "target"], rows: rows).text()
  }

  private func modalities(_ inspection: DatasetInspection) -> String {
    var rows: [[String]] = []
    for (name, splits) in inspection.modalities.sorted(by: { $0.key < $1.key }) {
      for split in Split.allCases {
        guard let statistics = splits[split.rawValue] else { continue }
        rows.append([
          name, split.rawValue, "\(inspection.featureShapes[name] ?? [])", "\(statistics.present)",
          statistics.values.map(text) ?? "", statistics.lengths.map { "\(Int($0.minimum)) … \(Int($0.maximum))" } ?? "",
          statistics.constantFeatures > 0 ? "\(statistics.constantFeatures)" : "",
        ])
      }
    }
    return TerminalTable(
      ["modality", "split", "shape", "present", "min … mean ± deviation … max", "lengths", "constant"], rows: rows
    ).text()
  }

  private func text(_ summary: DatasetInspection.Summary) -> String {
    String(
      format: "%.3g … %.3g ± %.3g … %.3g", summary.minimum, summary.mean, summary.standardDeviation, summary.maximum)
  }
}
