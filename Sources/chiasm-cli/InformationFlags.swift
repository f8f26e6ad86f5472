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
  @OptionGroup var store: StoreOptions
  @OptionGroup var output: OutputOptions

  func checkedUnit() throws -> InformationUnit {
    guard let value = InformationUnit(rawValue: unit) else {
      throw UsageError("--unit is \"\(unit)\"; expected bits or nats")
    }
    return value
  }

  func method() throws -> Discretizer.Method { try Discretizer.Method(named: discretise, bins: bins) }

  func checkedComponents() throws -> Int { try TrainingFlags.check(components, "--components", 1...1000) }

  /// Whether the name is that of a folder with a data set in it.
  var isDataset: Bool {
    FileManager.default.fileExists(atPath: URL(fileURLWithPath: dataset).appending(path: Manifest.fileName).path)
      && !FileManager.default.fileExists(atPath: RunFolder(URL(fileURLWithPath: dataset)).model.path)
  }

  /// The folder of the data set, that behind a run where it names one.
  private func source() throws -> String {
    guard !isDataset, let folder = try? QuantifiedRun.folder(dataset, store) else { return dataset }
    let plan = ComparisonRunner.planFile(folder)
    guard FileManager.default.fileExists(atPath: plan.path) else {
      return try QuantifiedRun.origin(of: folder)?.path ?? dataset
    }
    return try folder.read(ComparisonPlan.self, from: plan).dataset
  }

  /// Reads the data set, once all options are known to be right.
  func view() throws -> (FeatureView, Dataset) {
    let splits = try split == "all" ? Set(Split.allCases) : [parseSplit(split)]
    let names = modalities?.split(separator: ",").map(String.init)
    try output.checkWritable()
    let data = try store.load(source())
    // Critics and classifiers are small: several threads would wait for each other.
    Engine.threads = 1
    return (try FeatureView(data, splits: splits, names: names, file: dataset), data)
  }
}

/// Four decimals, and no sign where they are all 0.
func amount(_ value: Double?) -> String {
  value.map { String(format: "%.4f", abs($0) < 0.00005 ? 0 : $0) } ?? ""
}
