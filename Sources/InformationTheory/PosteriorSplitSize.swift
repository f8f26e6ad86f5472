import Foundation

/// How much `PosteriorSplit` computes: all where it is cheap, less where there are many classes.
public struct PosteriorSplitSize: Sendable, Equatable {
  /// Classes apart from each other; more are merged, those that are alike to the classifiers together.
  public static let mostClasses = 32
  /// Operations of resamples and of random orders with parts, each some five seconds of one core.
  private static let affordable = 2e10
  /// Exponentials of random orders, some three seconds of one core.
  private static let affordableExponentials = 3e8

  /// Classes of the table, and whether that is fewer than there are.
  public let classes: Int
  public let mergesClasses: Bool
  /// Groups of like samples a side: for the parts, and for resamples and random orders.
  public let groups, coarseGroups: Int
  /// Random orders of the targets, and in how many of them parts are computed; resamples for intervals.
  public let permutations, permutationsWithParts, resamples: Int
  private let samples, allClasses: Int

  /// - Parameters:
  ///   - held: samples to calibrate on.
  ///   - samples: to measure.
  ///   - classes: how many there are.
  ///   - groups: most groups of like samples a side.
  ///   - resamples: at most.
  public init(held: Int, samples: Int, classes: Int, groups: Int = 24, resamples: Int = 100) {
    self.classes = min(classes, Self.mostClasses)
    mergesClasses = classes > Self.mostClasses
    (self.samples, allClasses) = (samples, classes)
    self.groups = max(4, min(groups, 640 / self.classes))
    coarseGroups = max(4, min(groups, 16, 96 / self.classes))
    let perSolution = Self.operations(groups: coarseGroups, classes: self.classes)
    let affordable = max(20, Int(Self.affordable / perSolution))
    // A bracketing of eight evaluations for each temperature; below 39 orders no p is below .05 on both counts.
    let exponentials = 3 * Double(classes) * (8 * Double(held) + Double(samples))
    permutations = max(39, min(199, Int(Self.affordableExponentials / exponentials)))
    permutationsWithParts = min(permutations, affordable)
    self.resamples = samples < PosteriorSplit.leastForIntervals ? 0 : min(resamples, affordable)
    exponentialsOfAll = exponentials * Double(permutations + 1)
  }

  private let exponentialsOfAll: Double

  /// Of one certified minimum: some twenty steps, each of which factors a matrix of side groups · classes.
  private static func operations(groups: Int, classes: Int) -> Double {
    20 * pow(Double(groups), 3) * pow(Double(classes), 3) + 1e6
  }

  /// Seconds that all of it is going to take: what a small part of it takes here and now, times how much there is.
  ///
  /// - Parameter cores: on which random orders and resamples are computed.
  public func seconds(cores: Int) -> Double {
    let clock = ContinuousClock()
    let (groups, classes) = (12, 8)
    var generator = DrawGenerator(seed: 0)
    let probe = (0..<groups * groups * classes).map { _ in Double.random(in: 0.1...1, using: &generator) }
    var perOperation = 0.0
    let solving = clock.measure {
      _ = try? PartialInformation(
        JointDistribution(proportionalTo: probe, shape: [groups, groups, classes]), unit: .nats, tolerance: 1e-5)
    }
    perOperation = solving / .seconds(1) / Self.operations(groups: groups, classes: classes)
    let logits = (0..<20_000).map { _ in Double.random(in: -2...2, using: &generator) }
    let softmax = clock.measure {
      _ = TemperatureScaling.probabilities(logits, temperature: 1, classes: 10)
    }
    let perExponential = softmax / .seconds(1) / Double(logits.count)
    let solutions = Double(permutationsWithParts + resamples) / Double(max(cores, 1))
    // k-means by which samples are merged: some twenty passes in each random order, a hundred for the parts.
    let distances = Double(samples * self.classes) * 2
    let merging = distances * (100 * Double(self.groups) + 20 * solutions * Double(coarseGroups))
    let mergingClasses = mergesClasses ? Double(allClasses * min(samples, ClassMerging.mostSamples)) * 32 * 20 : 0
    return perOperation
      * (Self.operations(groups: self.groups, classes: self.classes)
        + solutions * Self.operations(groups: coarseGroups, classes: self.classes) + merging + mergingClasses)
      + perExponential * exponentialsOfAll / Double(max(cores, 1))
  }
}
