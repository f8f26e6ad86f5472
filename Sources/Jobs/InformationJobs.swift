public import Analyses
public import Experiments
import Foundation
public import Modalities
public import Quantification
import Tensors

/// The samples of a data set that information is estimated from.
public struct DataSubject: Sendable {
  /// Folder of the data set, or a run made on it.
  public var name: String
  /// Nil for all.
  public var modalities: [String]?
  public var splits = Set(Split.allCases)
  public var workspace: Workspace

  public init(_ name: String, in workspace: Workspace) { (self.name, self.workspace) = (name, workspace) }

  /// Whether the name is that of a folder with a data set in it.
  var isDataset: Bool {
    let folder = URL(fileURLWithPath: name, isDirectory: true)
    return FileManager.default.fileExists(atPath: folder.appending(path: Manifest.fileName).path)
      && !FileManager.default.fileExists(atPath: RunFolder(folder).model.path)
  }

  /// Reads the data set, that behind a run where it names one.
  func view(_ progress: @escaping JobProgress) throws -> (FeatureView, Dataset) {
    var source = name
    if !isDataset, let folder = try? workspace.folder(of: name) {
      source = try folder.plan()?.dataset ?? DataOrigin(of: folder)?.path ?? name
    }
    return try view(of: workspace.load(source, progress))
  }

  func view(of data: Dataset) throws -> (FeatureView, Dataset) {
    // Critics and classifiers are small: several threads would wait for each other.
    Engine.threads = 1
    return (try FeatureView(data, splits: splits, names: modalities, file: name), data)
  }
}

/// Mutual information of each modality with the target, and of every two modalities.
public struct InformationJob {
  public var subject: DataSubject
  public var analysis: InformationAnalysis

  public init(_ subject: DataSubject, _ analysis: InformationAnalysis) {
    (self.subject, self.analysis) = (subject, analysis)
  }

  public func run(progress: @escaping JobProgress = { _ in }) throws -> InformationAnalysis.Result {
    try analysis.run(subject.view(progress).0)
  }
}

/// Redundant, unique and synergistic information of every two modalities.
public struct PartialInformationJob {
  public var subject: DataSubject
  public var analysis: PartialInformationAnalysis

  public init(_ subject: DataSubject, _ analysis: PartialInformationAnalysis) {
    (self.subject, self.analysis) = (subject, analysis)
  }

  /// What a comparison found of its models, or what was measured on a data set; as JSON, either as it is.
  public enum Result: Encodable {
    case found(InformationFinding)
    case measured(PartialInformationAnalysis.Result, modalities: [String])

    public func encode(to encoder: any Encoder) throws {
      switch self {
      case .found(let finding): try finding.encode(to: encoder)
      case .measured(let result, _): try result.encode(to: encoder)
      }
    }
  }

  /// - Throws: `UsageError` where the name is of a comparison that did not split the information.
  public func run(progress: @escaping JobProgress = { _ in }) throws -> Result {
    if let finding = try foundByComparison() { return .found(finding) }
    let (view, data) = try subject.view(progress)
    return .measured(try analysis.run(view, stated: data.manifest.information), modalities: view.names)
  }

  /// What a comparison of that name found; nil where it names a data set or a training.
  private func foundByComparison() throws -> InformationFinding? {
    guard !subject.isDataset, let folder = try? subject.workspace.folder(of: subject.name),
      FileManager.default.fileExists(atPath: folder.comparison.path)
    else { return nil }
    let findings = try folder.read(ExplainedComparison.self, from: folder.comparison).findings
    guard let finding = findings.information else {
      let reason = findings.notMeasured["information"].map { ": \($0)" } ?? "; name its data set to measure it"
      throw UsageError("\(subject.name) did not split the information\(reason)")
    }
    return finding
  }
}

/// Distances between modalities, and between pairs of them, by transfer. Of a comparison, the result also goes to its
/// folder.
public struct HeterogeneityJob: Sendable {
  public var subject: DataSubject
  public var settings: HeterogeneityMatrix.Settings

  public init(_ subject: DataSubject, _ settings: HeterogeneityMatrix.Settings = .init()) {
    (self.subject, self.settings) = (subject, settings)
  }

  public func run(progress: @escaping JobProgress = { _ in }) throws -> HeterogeneityResult {
    let run = subject.isDataset ? nil : try QuantifiedRun(subject.name, in: subject.workspace, progress: progress)
    let (view, data) = try subject.view(of: run?.dataset ?? subject.workspace.load(subject.name, progress))
    let result = try HeterogeneityResult(view, dataset: data.manifest.name, settings: settings)
    if let run, run.isComparison { try run.folder.write(result, to: run.folder.heterogeneity) }
    return result
  }
}

/// Whether classes learned from one modality are recognised in another.
public struct SharedRepresentationJob {
  /// Folder of the data set.
  public var dataset: String
  /// Nil for all.
  public var modalities: [String]?
  public var analysis: SharedRepresentationAnalysis
  public var workspace: Workspace

  public init(_ dataset: String, _ analysis: SharedRepresentationAnalysis, in workspace: Workspace) {
    (self.dataset, self.analysis, self.workspace) = (dataset, analysis, workspace)
  }

  public func run(progress: @escaping JobProgress = { _ in }) throws -> SharedRepresentation {
    let data = try workspace.load(dataset, progress)
    // Layers are small: several threads would wait for each other.
    Engine.threads = 1
    return try analysis.run(data, names: modalities)
  }
}

/// Least squares of the target on a scalar of each of two modalities and their product.
public struct RegressionJob: Sendable {
  /// Folder of the data set.
  public var dataset: String
  public var split = Split.train
  /// Features that stand for modalities, from 0.
  public var features: [String: Int] = [:]
  /// Nil for all.
  public var modalities: [String]?
  /// The class that counts 1.
  public var positive: String?
  public var workspace: Workspace

  public init(_ dataset: String, in workspace: Workspace) { (self.dataset, self.workspace) = (dataset, workspace) }

  public func run(progress: @escaping JobProgress = { _ in }) throws -> InteractionReport {
    try InteractionReport(
      workspace.load(dataset, progress), split: split, features: features, modalities: modalities, positive: positive)
  }
}
