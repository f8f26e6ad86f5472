import ArgumentParser
import Chiasm
import Foundation

/// What every estimate of information from a data set takes.
struct InformationFlags: ParsableArguments {
  @Argument(help: ArgumentHelp("Folder of the data set, or a run made on it.", valueName: "data|run"))
  var dataset: String
  @Option(help: ArgumentHelp("Modalities, separated by commas; all by default.", valueName: "names"))
  var modalities: String?
  @Option(help: "Samples: train, validation, test or all.")
  var split = "all"
  @Option(help: "bits or nats.")
  var unit = "bits"
  @Option(help: "How features become discrete: k-means, quantile or equal-width.")
  var discretise = "k-means"
  @Option(help: "Clusters, or bins of each component.")
  var bins = 8
  @Option(help: "Leading principal components that the estimate is from.")
  var components = 3
  @Option(help: "Seed of everything random.")
  var seed: UInt64 = 0
  @OptionGroup var common: CommonOptions

  var output: OutputOptions { common.output }

  func checkedUnit() throws -> InformationUnit { try choice(unit, "--unit", [.bits, .nats]) }

  func method() throws -> Discretizer.Method { try Discretizer.Method(named: discretise, bins: bins) }

  func checkedComponents() throws -> Int { try check(components, "--components", 1...1000) }

  /// What is measured, once all options are known to be right.
  func subject() throws -> DataSubject {
    var subject = DataSubject(dataset, in: common.workspace)
    (subject.splits, subject.modalities) = (try parseSplits(split), modalities.map(list))
    try output.checkWritable()
    return subject
  }
}
