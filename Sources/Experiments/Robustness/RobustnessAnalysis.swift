public import Analyses
import Evaluation
import Foundation
import Fusion
public import Modalities
import Models
public import Quantification
import Synchronization
import Tensors

/// A trained model by what it is and where it lies.
public struct TrainedTrial: Sendable, Equatable {
  public let selection: MethodSelection
  public let seed: Int
  public let folder: RunFolder

  public init(_ selection: MethodSelection, seed: Int, folder: RunFolder) {
    (self.selection, self.seed, self.folder) = (selection, seed, folder)
  }

  /// The method with its modalities and options, as results call it.
  public var method: String { selection.name }
  /// Modalities that it reads, sorted.
  public var modalities: [String] { selection.modalities }
}

/// Scores of trained models on inputs that get worse, one modality at a time and all at once.
///
/// Every model meets the same perturbed inputs. Intervals are 95 % percentile bootstraps over test samples and over the
/// seeds of a method; draws of the perturbation are averaged.
///
/// ```swift
/// let conditions = try RobustnessAnalysis.conditions(for: dataset.manifest, perturbations: [.noise])
/// let result = try RobustnessAnalysis(conditions).run(trials, on: dataset)
/// result.conditions[0].methods[0].curve.area
/// ```
public struct RobustnessAnalysis: Sendable {
  /// One way of perturbing one modality, or all of them at once.
  public struct Condition: Codable, Sendable, Equatable {
    public let perturbation: Perturbation
    /// What is perturbed, sorted.
    public let modalities: [String]
    /// Rising, from 0.
    public let levels: [Double]

    public init(_ perturbation: Perturbation, of modalities: [String], levels: [Double]? = nil) {
      self.perturbation = perturbation
      self.modalities = modalities.sorted()
      self.levels = levels ?? perturbation.ladder
    }
  }

  public let conditions: [Condition]
  /// Perturbed copies of the samples at each level.
  public var draws = 3
  /// Bootstrap resamples.
  public var resamples = 200
  public var seed: UInt64 = 0
  public var split = Split.test
  /// Whether the data set comes as its models read it, normalised, instead of as loaded.
  public var isNormalised = false
  /// Methods evaluated at the same time.
  public var jobs = 1
  /// Told how many of how many methods are done.
  public var progress: (@Sendable (Int, Int) -> Void)?

  public init(_ conditions: [Condition]) { self.conditions = conditions }

  /// The conditions of a data set: each perturbation of each modality that can meet it, then white noise on all at once.
  ///
  /// - Parameters:
  ///   - manifest: of the data set.
  ///   - perturbations: nil for all that apply.
  ///   - names: modalities to perturb alone; nil for all.
  ///   - levels: instead of each perturbation's ladder; 0 is put in front.
  /// - Throws: `UsageError` for an unknown modality, a level that means nothing, or where nothing is left to do.
  public static func conditions(
    for manifest: Manifest, perturbations: [Perturbation]? = nil, modalities names: [String]? = nil,
    levels: [Double]? = nil
  ) throws -> [Condition] {
    let known = manifest.modalityNames
    if let unknown = names?.first(where: { !known.contains($0) }) {
      throw UsageError("there is no modality \"\(unknown)\"; the data set has \(known.joined(separator: ", "))")
    }
    func ladder(_ perturbation: Perturbation) throws -> [Double] {
      guard let levels else { return perturbation.ladder }
      for level in levels where !perturbation.range.contains(level) {
        throw UsageError(
          "a level of \(level) means nothing to \(perturbation.rawValue); expected "
            + "\(perturbation.range.lowerBound) to \(perturbation.range.upperBound) (\(perturbation.unit))")
      }
      let rising = Set(levels).union([0]).sorted()
      guard rising.count > 1 else { throw UsageError("levels are \(levels); expected one above 0") }
      return rising
    }
    var found: [Condition] = []
    for name in names ?? known {
      for perturbation in Perturbation.applying(to: manifest.modalities[name]!.kind)
      where perturbations?.contains(perturbation) ?? true {
        found.append(Condition(perturbation, of: [name], levels: try ladder(perturbation)))
      }
    }
    if known.count > 1, names == nil, perturbations?.contains(.noise) ?? true {
      found.append(Condition(.noise, of: known, levels: try ladder(.noise)))
    }
    guard !found.isEmpty else {
      let asked = perturbations?.map(\.rawValue).joined(separator: ", ") ?? "none"
      throw UsageError("no modality of the data set can meet \(asked)")
    }
    return found
  }

  /// Evaluates the models.
  ///
  /// - Parameters:
  ///   - trials: one or more of each method.
  ///   - dataset: as loaded, unless `isNormalised`.
  /// - Throws: `InputError` where a model does not fit the data, or predicts a number that is not finite.
  public func run(_ trials: [TrainedTrial], on dataset: Dataset) throws -> RobustnessResult {
    guard !dataset[split].isEmpty else { throw InputError("the split \(split.rawValue) has no samples") }
    let methods = trials.reduce(into: [String]()) { if !$0.contains($1.method) { $0.append($1.method) } }
    guard !methods.isEmpty else { throw InputError("there is no trained model to perturb the inputs of") }
    let metric = try Metric.main(of: dataset.manifest)
    let results = Mutex<[Int: Result<[MeasuredCondition], any Error>]>([:])
    let waiting = Mutex(Array(methods.indices.reversed()))
    TrialQueue.run(jobs: min(max(jobs, 1), methods.count), next: { waiting.withLock { $0.popLast() } }) { number in
      let result = Result { [trials] in
        try measure(trials.filter { $0.method == methods[number] }, metric, on: dataset)
      }
      let done = results.withLock { results in
        results[number] = result
        return results.count
      }
      progress?(done, methods.count)
    }
    let measured = try results.withLock { results in try methods.indices.map { try results[$0]!.get() } }
    let first = methods.map { name in trials.first { $0.method == name }! }
    return RobustnessResult(
      dataset: dataset.manifest.name, metric, split: split, samples: dataset[split].count, draws: draws, seed: seed,
      conditions: conditions.map { ($0.perturbation, $0.modalities, $0.levels) },
      methods: first.map { ($0.method, $0.modalities, $0.selection.isLate) }, measured)
  }

  // MARK: One method

  private func measure(
    _ trials: [TrainedTrial], _ metric: Metric, on dataset: Dataset
  ) throws -> [MeasuredCondition] {
    let targets = dataset.targets(of: split)
    let models = try trials.map { try PerturbableModel($0, dataset, dataset[split], isNormalised: isNormalised) }
    func scored(_ rows: [[Double]], _ trial: Int) throws -> Predictions {
      do {
        return try models[trial].trained.scored(rows, targets: targets)
      } catch var error as InputError {
        error.file = trials[trial].folder.url.path
        throw error
      }
    }
    let clean = try models.indices.map { [try scored(models[$0].predictions(), $0)] }
    var measured = [MeasuredCondition?](repeating: nil, count: conditions.count)
    // One kind of perturbation after the other: predictions for all of them would be many. What of it reaches one
    // modality is drawn and encoded once, for all models and for the condition that perturbs all at once.
    for kind in Set(conditions.map(\.perturbation)) {
      let members = conditions.indices.filter { conditions[$0].perturbation == kind }
      var levels = members.map { conditions[$0].levels.map { _ in clean } }
      for level in Set(members.flatMap { conditions[$0].levels }) where level > 0 {
        let places = members.indices.compactMap { member in
          conditions[members[member]].levels.firstIndex(of: level).map { (member: member, level: $0) }
        }.filter { place in
          conditions[members[place.member]].modalities.contains(where: models[0].trained.modalities.contains)
        }
        let names = places.map { conditions[members[$0.member]].modalities }
        guard !names.isEmpty else { continue }
        // By draw, place and model.
        let predictions = (0..<draws).map { draw in
          PerturbableModel.predictions(models, names, kind, level, seed: seed, draw: draw)
        }
        for (number, place) in places.enumerated() {
          levels[place.member][place.level] = try models.indices.map { model in
            try predictions.map { try scored($0[number][model], model) }
          }
        }
      }
      for (member, number) in members.enumerated() {
        measured[number] = summary(levels[member], metric, seeds: trials.count)
      }
    }
    return measured.map { $0! }
  }

  private func summary(_ levels: [[[Predictions]]], _ metric: Metric, seeds: Int) -> MeasuredCondition {
    func scores(_ indices: [Int], _ chosen: [Int]) -> [Double?] {
      levels.map { trials in
        let values = chosen.compactMap { trial -> Double? in
          let draws = trials[trial].compactMap { $0.scores([metric], at: indices)[0] }
          return draws.isEmpty ? nil : draws.reduce(0, +) / Double(draws.count)
        }
        return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
      }
    }
    let count = levels[0][0][0].count
    var picker = SplitMix64(seed: seed, stream: 1)
    var resampled: [[Double?]] = []
    Bootstrap(samples: count, resamples: resamples, seed: seed).forEachResample { indices in
      resampled.append(scores(indices, (0..<seeds).map { _ in picker.next(below: seeds) }))
    }
    return MeasuredCondition(scores: scores(Array(0..<count), Array(0..<seeds)), resampled: resampled, seeds: seeds)
  }
}

extension MethodSelection {
  /// Whether it is late fusion, which others are compared with, with whatever options.
  var isLate: Bool { method == "late" }
}
