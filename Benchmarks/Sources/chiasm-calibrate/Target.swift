import Evaluation
import Experiments
import Foundation
import Modalities
import Models
import Tensors
import Training

/// The difference of two methods over all seeds and all test samples, for the training set that a comparison had: what its
/// interval ought to hold.
struct Target: Codable, Sendable, Equatable {
  var mean: Double
  /// Standard error of `mean`.
  var error: Double
  /// How the comparison's estimate deviates from one draw of seeds and test samples to the next.
  var deviation: Double

  /// Further trainings of each method.
  static let seeds = 12
  /// Further test samples.
  static let samples = 20_000

  /// Trains both methods with further seeds and scores them on further samples.
  ///
  /// - Parameters:
  ///   - kind: with its data set `number`.
  ///   - fusion: the method whose improvement is meant.
  ///   - reference: over which it is.
  ///   - folder: for what trainings leave; emptied afterwards.
  init(_ kind: Kind, _ number: Int, fusion: Competitor, reference: Competitor, in folder: URL) throws {
    let dataset = kind.dataset(number, fresh: true, testSamples: Self.samples)
    let (metric, task) = (try Metric.main(of: dataset.manifest), dataset.manifest.task)
    func scores(_ competitor: Competitor) throws -> MethodScores {
      try MethodScores(
        (0..<Self.seeds).map { place in
          let own = folder.appending(path: "\(place)")
          defer { try? FileManager.default.removeItem(at: own) }
          // Those of the comparison are small.
          let seed = 1000 + place
          let prepared = try PreparedDataset(competitor.data(dataset, seed: seed))
          let configuration = try TrialConfiguration(
            competitor.method, training: TrainingOptions(), seed: seed, on: prepared)
          return try TrialRunner(prepared).run(configuration, in: RunFolder(own))
        }, chunk: kind.sizes[2], metric: metric, task: task)
    }
    self.init(
      try scores(fusion), try scores(reference), seeds: kind.seeds, sign: metric.higherIsBetter ? 1 : -1)
  }

  init(_ fusion: MethodScores, _ reference: MethodScores, seeds: Int, sign: Double) {
    let chunks = fusion.chunks[0].count
    /// Of the chunk's difference by disjoint sets of `size` seeds: `[sets][chunks]`.
    func differences(of size: Int) -> [[Double]] {
      (0..<fusion.chunks.count / size).map { part in
        let seeds = part * size..<(part + 1) * size
        return (0..<chunks).map { chunk in
          seeds.reduce(0) { $0 + sign * (fusion.chunks[$1][chunk] - reference.chunks[$1][chunk]) } / Double(size)
        }
      }
    }
    let wholes = zip(fusion.whole, reference.whole).map { sign * ($0 - $1) }
    let mean = wholes.reduce(0, +) / Double(wholes.count)
    let bySeed = wholes.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double((wholes.count - 1) * wholes.count)
    let all = differences(of: fusion.chunks.count)[0]
    let centre = all.reduce(0, +) / Double(chunks)
    let bySample = all.reduce(0) { $0 + ($1 - centre) * ($1 - centre) } / Double((chunks - 1) * chunks)
    self.mean = mean
    error = (bySeed + bySample).squareRoot()
    // Half the squared difference of two draws that share neither seeds nor samples has the variance of one as its mean.
    let sets = differences(of: seeds)
    var (sum, pairs) = (0.0, 0.0)
    for first in sets.indices {
      for second in sets.indices where second != first {
        for chunk in 0..<chunks {
          let gap = sets[first][chunk] - sets[second][(chunk + 1) % chunks]
          sum += gap * gap / 2
          pairs += 1
        }
      }
    }
    deviation = (sum / pairs).squareRoot()
  }

  /// Whether an interval holds the mean, itself known up to an error: the interval is widened by it.
  func isHeld(by claims: Claims) -> Bool {
    let error = 1.96 * error
    return abs(claims.difference.mean - mean) <= (claims.halfWidth * claims.halfWidth + error * error).squareRoot()
  }
}

/// What one method scores with every further seed, on all further samples and on as many as a comparison has.
struct MethodScores {
  /// By seed.
  let whole: [Double]
  /// `[seeds][chunks]`.
  let chunks: [[Double]]

  /// - Parameter chunk: samples of a chunk, in the order of the data set, so that groups stay whole.
  init(_ records: [TrialRecord], chunk: Int, metric: Metric, task: TaskKind) throws {
    func score(_ record: TrialRecord, _ range: Range<Int>) throws -> Double {
      let width = record.targets.count / record.predictions.count
      let targets = Array(record.targets[range.lowerBound * width..<range.upperBound * width])
      let predictions = try Predictions(
        Array(record.predictions[range]), targets: targets, task: task, thresholds: record.thresholds)
      guard let score = predictions.score(metric) else {
        throw InputError("\(metric.label) is undefined on \(range.count) samples")
      }
      return score
    }
    let samples = records[0].predictions.count
    whole = try records.map { try score($0, 0..<samples) }
    chunks = try records.map { record in
      try (0..<samples / chunk).map { try score(record, $0 * chunk..<($0 + 1) * chunk) }
    }
  }
}
