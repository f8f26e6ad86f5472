import Foundation
import Modalities
import Tensors

/// Where the samples of made data sets come from: as many as wanted can be drawn, so that what a comparison claims of 200 of
/// them can be held against the truth.
struct Population: Sendable {
  /// One sample; of the targets, the one that the task reads.
  struct Sample {
    /// In the order of the modalities.
    var values: [[Double]]
    /// Class or number.
    var target = 0.0
    var labels: [Bool] = []
  }

  /// Draws a sample of a group whose members share some standard normal numbers.
  typealias Draw = @Sendable (_ random: inout SplitMix64, _ shared: [Double]) -> Sample

  let task: TaskKind
  /// As `dataset.yaml` names it; nil: the task's usual one.
  let metric: String?
  /// Classes or labels; empty for regression.
  var classes: [String] = []
  /// Samples of a group; nil: there are no groups.
  var groupSize: Int?
  /// `a`, `b`, `c`, …
  var modalities = ["a", "b"]
  /// Fixes what all samples of a data set share, such as a rotation.
  let fix: @Sendable (inout SplitMix64) -> Draw

  /// How many numbers the members of a group share.
  static let sharedNumbers = 6

  /// The numbers that fix what all samples of a data set share.
  static func structure(_ number: Int) -> SplitMix64 { SplitMix64(seed: UInt64(number), stream: 1) }

  /// A data set; train and validation split are the same whatever the test split.
  ///
  /// - Parameters:
  ///   - name: of the data set.
  ///   - number: data sets of different numbers are independent.
  ///   - sizes: samples of train, validation and test split.
  ///   - fresh: whether other test samples are drawn than those that a comparison sees.
  func dataset(_ name: String, number: Int, sizes: [Int], fresh: Bool = false) -> Dataset {
    let seed = UInt64(number)
    var structure = Self.structure(number)
    let draw = fix(&structure)
    var samples: [Sample] = []
    var splits: [Split] = []
    var groups: [String] = []
    for (split, (size, stream)) in zip([Split.train, .validation, .test], zip(sizes, [2, 3, fresh ? 5 : 4])) {
      var random = SplitMix64(seed: seed, stream: UInt64(stream))
      var shared: [Double] = []
      for index in 0..<size {
        if index % (groupSize ?? 1) == 0 {
          shared = groupSize == nil ? [] : (0..<Self.sharedNumbers).map { _ in random.normal() }
        }
        samples.append(draw(&random, shared))
        splits.append(split)
        groups.append("\(split.rawValue)\(index / (groupSize ?? 1))")
      }
    }
    let targets: Targets
    switch task {
    case .classification: targets = .classes(samples.map { Int($0.target) })
    case .multilabel: targets = .labels(samples.map(\.labels))
    default: targets = .values(samples.map(\.target))
    }
    let manifest = Manifest(
      name: name, task: task, target: "target", classes: classes.isEmpty ? nil : classes,
      group: groupSize == nil ? nil : "group",
      modalities: Dictionary(
        uniqueKeysWithValues: modalities.map { ($0, ModalitySpecification(kind: .vector, file: "\($0).npy")) }),
      metric: metric)
    var values: [String: ModalityData] = [:]
    for (place, modality) in modalities.enumerated() {
      let numbers = samples.flatMap { $0.values[place].map { Float($0) } }
      values[modality] = ModalityData(values: Tensor(numbers, shape: [samples.count, numbers.count / samples.count]))
    }
    return Dataset(
      manifest: manifest, ids: samples.indices.map { "s\($0)" }, splits: splits, targets: targets, classes: classes,
      attributes: groupSize == nil ? [:] : ["group": groups], modalities: values)
  }
}

extension Population {
  /// So many standard normal numbers.
  static func normals(_ count: Int, _ random: inout SplitMix64) -> [Double] { (0..<count).map { _ in random.normal() } }

  /// Two classes; `draw` answers the values and the class.
  static func twoClasses(
    metric: String? = nil, groupSize: Int? = nil, modalities: Int = 2,
    _ fix: @escaping @Sendable (inout SplitMix64) -> @Sendable (inout SplitMix64, [Double]) -> ([[Double]], Bool)
  ) -> Population {
    Population(
      task: .classification, metric: metric, classes: ["no", "yes"], groupSize: groupSize,
      modalities: Array(["a", "b", "c"].prefix(modalities))
    ) { structure in
      let draw = fix(&structure)
      return { random, shared in
        let (values, isYes) = draw(&random, shared)
        return Sample(values: values, target: isYes ? 1 : 0)
      }
    }
  }

  /// Two classes, of samples that share nothing.
  static func twoClasses(
    metric: String? = nil, modalities: Int = 2,
    _ draw: @escaping @Sendable (inout SplitMix64) -> ([[Double]], Bool)
  ) -> Population {
    twoClasses(metric: metric, modalities: modalities) { _ in { random, _ in draw(&random) } }
  }

  static func regression(
    metric: String? = nil, _ draw: @escaping @Sendable (inout SplitMix64) -> ([[Double]], Double)
  ) -> Population {
    Population(task: .regression, metric: metric) { _ in
      { random, _ in
        let (values, target) = draw(&random)
        return Sample(values: values, target: target)
      }
    }
  }
}
