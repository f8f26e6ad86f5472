import Evaluation
import Foundation
import Modalities

/// Scores of two methods on the same test samples by several seeds, drawn so that what they differ by is known: what an
/// interval for the difference is worth, without any training.
///
/// A score is the mean of its side plus what is particular to the group, to the sample (in part shared by both sides), to the
/// seed, and to seed and sample together; all normal, or turned into right and wrong at zero.
struct SimulatedScores: Sendable {
  /// What the scores of one side vary by, as standard deviations.
  struct Side: Sendable {
    var mean = 0.0
    /// Between samples, not shared with the other side.
    var sample = 0.7
    var seed = 0.0
    /// Between seeds on one sample.
    var residual = 0.5
    /// Every seed gives the same.
    var isDeterministic = false
  }

  let name: String
  var samples = 200
  var seeds = 3
  var fusion = Side()
  var reference = Side()
  /// Between samples, shared by both sides: it cancels in the difference.
  var shared = 1.0
  /// Between seeds, shared by both sides: their batches come in the same order. It cancels in the difference.
  var sharedSeed = 0.0
  /// Between seeds on one sample, shared by both sides.
  var sharedResidual = 0.0
  /// How many groups share the samples out evenly; nil: none.
  var groups: Int?
  /// Of the largest to the smallest group.
  var groupRatio = 1.0
  /// Between groups, not shared by the sides.
  var group = 0.0
  /// Whether scores are 1 and 0, above and below zero, instead of the numbers themselves.
  var isBinary = false

  /// One test of both sides.
  struct Draw: Sendable {
    /// `[seeds][samples]`; one row where the side is deterministic.
    var fusion, reference: [[Double]]
    /// The group of each sample.
    var groups: [Int]?
  }

  /// What the fusion's scores exceed the reference's by, over all seeds and samples that there could be.
  var difference: Double {
    guard isBinary else { return fusion.mean - reference.mean }
    func share(_ side: Side) -> Double {
      var variance = side.sample * side.sample + shared * shared + group * group
      if !side.isDeterministic { variance += side.seed * side.seed + side.residual * side.residual }
      return 0.5 * erfc(-side.mean / (2 * variance).squareRoot())
    }
    return share(fusion) - share(reference)
  }

  /// Samples of each group: an arithmetic sequence whose ends are in `groupRatio`.
  private var groupSizes: [Int]? {
    groups.map { count in
      let weights = (0..<count).map { 1 + (groupRatio - 1) * Double($0) / Double(max(1, count - 1)) }
      let sum = weights.reduce(0, +)
      var ends = [0]
      var total = 0.0
      for weight in weights {
        total += weight
        ends.append(Int((total / sum * Double(samples)).rounded()))
      }
      return zip(ends, ends.dropFirst()).map { $1 - $0 }
    }
  }

  func draw(_ random: inout SplitMix64) -> Draw {
    let common = (0..<samples).map { _ in shared * random.normal() }
    let members = groupSizes.map { $0.enumerated().flatMap { [Int](repeating: $0.offset, count: $0.element) } }
    let seedEffects = (0..<seeds).map { _ in sharedSeed * random.normal() }
    let interplay = (0..<seeds).map { _ in
      sharedResidual == 0
        ? [Double](repeating: 0, count: samples) : common.map { _ in sharedResidual * random.normal() }
    }
    func scores(_ side: Side) -> [[Double]] {
      let groupEffects = (0..<(groups ?? 0)).map { _ in group * random.normal() }
      let base = (0..<samples).map { sample in
        side.mean + common[sample] + side.sample * random.normal() + (members.map { groupEffects[$0[sample]] } ?? 0)
      }
      return (0..<(side.isDeterministic ? 1 : seeds)).map { seed in
        let effect = side.isDeterministic ? 0 : seedEffects[seed] + side.seed * random.normal()
        return base.indices.map { sample in
          let own = side.isDeterministic ? 0 : interplay[seed][sample] + side.residual * random.normal()
          let score = base[sample] + effect + own
          return isBinary ? (score > 0 ? 1 : 0) : score
        }
      }
    }
    return Draw(fusion: scores(fusion), reference: scores(reference), groups: members)
  }
}

extension SimulatedScores {
  /// Every combination that a comparison may meet: seeds that hardly matter and seeds that matter more than samples, sides
  /// that differ in it, one of them deterministic, right and wrong, groups.
  static let cells: [SimulatedScores] = {
    var cells: [SimulatedScores] = []
    for seeds in [3, 5] {
      for spread in [0, 0.03, 0.07, 0.15] {
        for residual in [0.2, 1] {
          let side = Side(seed: spread, residual: residual)
          cells.append(
            SimulatedScores(
              name: "\(seeds) seeds that deviate by \(spread), residual \(residual)", seeds: seeds, fusion: side,
              reference: side))
        }
      }
      for spread in [0.03, 0.15] {
        cells.append(
          SimulatedScores(
            name: "\(seeds) seeds, fusion alone deviates by \(spread)", seeds: seeds, fusion: Side(seed: spread),
            reference: Side(seed: 0.01)))
        cells.append(
          SimulatedScores(
            name: "\(seeds) seeds that deviate by \(spread), reference deterministic", seeds: seeds,
            fusion: Side(seed: spread), reference: Side(isDeterministic: true)))
        cells.append(
          SimulatedScores(
            name: "\(seeds) seeds that deviate by \(spread), 20 test samples", samples: 20, seeds: seeds,
            fusion: Side(seed: spread), reference: Side(seed: spread)))
        cells.append(
          SimulatedScores(
            name: "\(seeds) seeds that deviate by \(spread), 2000 test samples", samples: 2000, seeds: seeds,
            fusion: Side(seed: spread), reference: Side(seed: spread)))
        cells.append(
          SimulatedScores(
            name: "\(seeds) seeds that deviate by \(spread), right and wrong", seeds: seeds,
            fusion: Side(mean: 1.2, sample: 0.5, seed: spread), reference: Side(mean: 1, sample: 0.5, seed: spread),
            isBinary: true))
      }
      for spread in [0.07, 0.15] {
        cells.append(
          SimulatedScores(
            name: "\(seeds) seeds that deviate by \(spread) alike on both sides", seeds: seeds,
            fusion: Side(seed: 0.02, residual: 0.2), reference: Side(seed: 0.02, residual: 0.2), sharedSeed: spread,
            sharedResidual: 0.5))
      }
      for (count, ratio) in [(5, 1.0), (20, 1), (20, 5)] {
        cells.append(
          SimulatedScores(
            name: "\(seeds) seeds, \(count) groups\(ratio > 1 ? " of unequal size" : "")", seeds: seeds,
            fusion: Side(seed: 0.05), reference: Side(seed: 0.05), groups: count, groupRatio: ratio, group: 0.3))
      }
    }
    let fixed = Side(isDeterministic: true)
    cells.append(SimulatedScores(name: "both deterministic", seeds: 1, fusion: fixed, reference: fixed))
    cells.append(
      SimulatedScores(
        name: "both deterministic, 20 groups of unequal size", seeds: 1, fusion: fixed, reference: fixed, groups: 20,
        groupRatio: 5, group: 0.3))
    return cells
  }()
}

extension SimulatedScores {
  /// How often intervals held the truth, and how wide they were.
  struct Result: Sendable {
    let name: String
    let count: Count
    /// Median half-width over 1.96 deviations of the estimate.
    let width: Double
  }

  /// Draws so many tests and takes the crossed interval of each.
  func coverage(draws: Int, seed: UInt64) -> Result {
    var random = SplitMix64(seed: seed)
    let truth = difference
    var (held, widths, errors): (Int, [Double], [Double]) = (0, [], [])
    for _ in 0..<draws {
      let estimate = draw(&random).estimate(self)
      held += estimate.ci95.contains(truth) ? 1 : 0
      widths.append((estimate.ci95.high - estimate.ci95.low) / 2)
      errors.append(estimate.mean - truth)
    }
    let deviation = (errors.reduce(0) { $0 + $1 * $1 } / Double(draws)).squareRoot()
    return Result(
      name: name, count: Count(held, of: draws), width: widths.sorted()[draws / 2] / (1.96 * deviation))
  }
}

extension SimulatedScores.Draw {
  /// The difference with the library's interval of seeds and units crossed.
  func estimate(_ cell: SimulatedScores) -> Estimate {
    func side(_ scores: [[Double]], _ side: SimulatedScores.Side) -> SeededScores {
      SeededScores(
        groups.map { groups in scores.map { Self.pseudoValues($0, groups: groups) } } ?? scores,
        isDeterministic: side.isDeterministic)
    }
    func mean(_ scores: [[Double]]) -> Double {
      scores.reduce(0) { $0 + $1.reduce(0, +) } / Double(scores.count * scores[0].count)
    }
    // Both sides run through the same seeds, as the methods of a comparison do.
    let interval = CrossedInterval(
      of: side(fusion, cell.fusion), over: side(reference, cell.reference), sharesSeeds: true)
    return interval!.estimate(around: mean(fusion) - mean(reference))
  }

  /// The jackknife's pseudo-values of a mean over groups of samples: U θ − (U − 1) θ without the group.
  private static func pseudoValues(_ scores: [Double], groups: [Int]) -> [Double] {
    let count = groups.max()! + 1
    var sums = [Double](repeating: 0, count: count)
    var sizes = [Double](repeating: 0, count: count)
    for (score, group) in zip(scores, groups) {
      sums[group] += score
      sizes[group] += 1
    }
    let (sum, size) = (sums.reduce(0, +), sizes.reduce(0, +))
    return (0..<count).map { group in
      Double(count) * sum / size - Double(count - 1) * (sum - sums[group]) / (size - sizes[group])
    }
  }
}
