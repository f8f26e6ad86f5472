import ArgumentParser
import Chiasm
import Foundation

struct QuantifyHeterogeneityCommand: CommonCommand {
  static let configuration = CommandConfiguration(
    commandName: "heterogeneity",
    abstract: "Distances between modalities, and between pairs of them, by transfer.",
    discussion: """
      By how much worse a network trained on one modality serves another than one
      trained on that itself (HighMMT, Liang et al., 2022); the mean of both
      directions is the distance. Of a comparison, the result also goes to its
      folder, and from there into chiasm report.

      Example: chiasm quantify mosi heterogeneity
      """)

  @Argument(help: "Folder of the data set, or the run of a comparison made on it.")
  var source: String
  @Option(help: ArgumentHelp("Modalities, separated by commas; all by default.", valueName: "names"))
  var modalities: String?
  @Option(help: "Samples: train, validation, test or all.")
  var split = "all"
  @Option(help: "Principal components that stand for a modality.")
  var components = 16
  @Option(help: "Networks trained for each pair.")
  var repetitions = 3
  @Option(help: "Seed of everything random.")
  var seed: UInt64 = 0
  @OptionGroup var common: CommonOptions

  func run() throws {
    var settings = HeterogeneityMatrix.Settings()
    settings.components = try check(components, "--components", 1...1000)
    settings.repetitions = try check(repetitions, "--repetitions", 1...1000)
    settings.seed = seed
    var subject = DataSubject(source, in: workspace)
    (subject.splits, subject.modalities) = (try parseSplits(split), modalities.map(list))
    try output.checkWritable()
    let result = try HeterogeneityJob(subject, settings).run(progress: output.progress)
    try output.write(result)
    output.show("transfer of modalities, \(result.modalities.unit), \(result.modalities.samples) held-out samples")
    show(result.modalities)
    if let pairs = result.pairs {
      output.show("transfer of pairs")
      show(pairs)
    }
  }

  private func show(_ matrix: HeterogeneityMatrix) {
    func rows(_ values: [[Double]], _ deviations: [[Double]]? = nil) -> [[String]] {
      matrix.names.indices.map { row in
        [matrix.names[row]]
          + matrix.names.indices.map { column in
            let error = deviations.map { String(format: " ± %.3f", $0[row][column]) } ?? ""
            return Format.amount(values[row][column]) + (row == column ? "" : error)
          }
      }
    }
    let columns = Set(1...matrix.names.count)
    output.show(["trained on ↓ read from →"] + matrix.names, rows(matrix.transfers), numbers: columns)
    output.show(["distance"] + matrix.names, rows(matrix.distances, matrix.deviations), numbers: columns)
  }
}
