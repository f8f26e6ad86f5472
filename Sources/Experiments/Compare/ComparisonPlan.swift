public import Evaluation
import Foundation
public import Models
public import Training

/// What a comparison will do, written into its folder before the first trial, so that it can be resumed.
public struct ComparisonPlan: Codable, Sendable, Equatable {
  /// Folder of the data set, as given.
  public var dataset: String
  /// Of the data set when the comparison began.
  public var fingerprint: String
  public var selections: [MethodSelection]
  public var seeds: [Int]
  public var training: TrainingOptions
  /// No trial starts after so many minutes of work; nil: no limit.
  public var budgetMinutes: Double?
  /// How many seeds of a method train as one at most; 1: each alone; nil: as many as is fast for the method.
  public var replicas: Int?
  /// Threads of one operation, which decide the last bits of the results; nil until they are chosen.
  public var threads: Int?
  /// Whether what explains the verdict (information, missing modalities, importance, interactions) is left out.
  public var quick: Bool?
  /// Smallest improvement that counts, in the metric's units; nil: the metric's own.
  public var margin: Double?
  /// The methods that there are; not part of the file.
  var methods = Method.all

  private enum CodingKeys: String, CodingKey {
    case dataset, fingerprint, selections, seeds, training, budgetMinutes, replicas, threads, quick, margin
  }

  public init(
    dataset: String, fingerprint: String, selections: [MethodSelection], seeds: [Int], training: TrainingOptions,
    budgetMinutes: Double? = nil, replicas: Int? = nil, threads: Int? = nil, quick: Bool? = nil,
    margin: Double? = nil, methods: [Method] = Method.all
  ) {
    self.dataset = dataset
    self.fingerprint = fingerprint
    self.selections = selections
    self.seeds = seeds
    self.training = training
    self.budgetMinutes = budgetMinutes
    self.replicas = replicas
    self.threads = threads
    self.quick = quick
    self.margin = margin
    self.methods = methods
  }

  /// What was asked for.
  public var provenance: Provenance {
    Provenance(
      dataset: dataset, fingerprint: fingerprint, methods: selections.map(\.name), seeds: seeds, training: training,
      threads: threads, margin: margin, isQuick: quick == true)
  }

  /// One training.
  public struct Trial: Sendable, Equatable {
    public let selection: MethodSelection
    public let seed: Int
    /// Name of its folder inside `trials/`.
    var folder: String {
      ComparisonPlan.safe(selection.name) + "-seed\(seed)"
    }
  }

  /// A name as part of a file name.
  static func safe(_ name: String) -> String {
    String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber || "-+=@.".contains($0)) ? $0 : "_" })
  }

  /// Every trial; all methods of one seed before the next seed, so that a budget cuts seeds and not methods.
  public var trials: [Trial] {
    seeds.flatMap { seed in
      selections.filter { seeds(of: $0).contains(seed) }.map { Trial(selection: $0, seed: seed) }
    }
  }

  /// The seeds of a method: the first alone where every seed gives the same model.
  func seeds(of selection: MethodSelection) -> [Int] {
    (try? methods.named(selection.method))?.isDeterministic == true ? Array(seeds.prefix(1)) : seeds
  }

  /// The trials that left a model, in the folder of the comparison.
  public func finishedTrials(in folder: RunFolder) -> [TrainedTrial] {
    trials.compactMap { trial in
      let own = self.folder(of: trial, in: folder)
      guard FileManager.default.fileExists(atPath: own.model.path),
        FileManager.default.fileExists(atPath: own.trial.path)
      else { return nil }
      return TrainedTrial(trial.selection, seed: trial.seed, folder: own)
    }
  }

  /// The folder of a trial in that of the comparison.
  func folder(of trial: Trial, in folder: RunFolder) -> RunFolder {
    RunFolder(folder.url.appending(path: "trials").appending(path: trial.folder, directoryHint: .isDirectory))
  }

  /// The trials that train as one, in the order in which they are done: like `trials`, with several seeds for one.
  ///
  /// It depends on the plan alone, never on the machine: who trains together decides how sums are rounded,
  /// and the same plan has to give the same table everywhere.
  var groups: [[Trial]] {
    let parts = selections.map { selection in
      dealt(selection).map { seeds in seeds.map { Trial(selection: selection, seed: $0) } }
    }
    return seeds.flatMap { seed in parts.flatMap { $0.filter { $0[0].seed == seed } } }
  }

  /// The seeds of a method that train as one, in shares as even as may be.
  func dealt(_ selection: MethodSelection) -> [[Int]] {
    let (size, seeds) = (largestGroup(of: selection), seeds(of: selection))
    let parts = (seeds.count + size - 1) / size
    return (0..<parts).map { Array(seeds[seeds.count * $0 / parts..<seeds.count * ($0 + 1) / parts]) }
  }

  /// Four at a time: a recorded step costs a model the same in any group, small groups share cores evenly and hold less
  /// memory, and what cannot be recorded still has lanes to gain from.
  private func largestGroup(of selection: MethodSelection) -> Int {
    // What balances a step looks at one model's gradient.
    guard (try? methods.named(selection.method))?.replicates == true, training.balance == nil else { return 1 }
    return max(1, replicas ?? 4)
  }
}
