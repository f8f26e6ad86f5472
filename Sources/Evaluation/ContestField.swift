import Modalities
import Models

/// Who may be a reference: rows of the leaderboard, and the references that were trained for the winner.
struct Field {
  /// By modality, what knows that modality alone.
  private(set) var sides: [String: [ContestSide]] = [:]
  private let placebos: [ContestSide]
  private let leaderboard: Leaderboard

  /// - Throws: `InputError` where a reference was tested on other samples than the rows.
  init(_ leaderboard: Leaderboard, _ references: References?) throws {
    self.leaderboard = leaderboard
    let (task, metric) = (leaderboard.task, leaderboard.metric)
    for row in leaderboard.methods where row.isUnimodal {
      if let side = leaderboard.side(of: row.name) { sides[row.modalities[0], default: []].append(side) }
    }
    var placebos: [ContestSide] = []
    for candidate in references?.candidates ?? [] {
      guard let trials = try leaderboard.grouped(candidate.records),
        let side = ContestSide(
          candidate.name, trials, task: task, metric: metric, isAdditive: candidate.isAdditive ? true : nil)
      else { continue }
      if let modality = candidate.modality { sides[modality, default: []].append(side) }
      if candidate.isAdditive { placebos.append(side) }
    }
    self.placebos = placebos
  }

  /// The one with the best validation score, the first of equals.
  func best(of sides: [ContestSide]) -> ContestSide? {
    sides.dropFirst().reduce(sides.first) { best, side in
      leaderboard.metric.improvement(of: side.validationScore, over: best!.validationScore) > 0 ? side : best
    }
  }

  /// The best by validation of what holds no interactions between modalities: additive methods of the winner's modalities,
  /// and placebos, which know one alone.
  func additive(beside winner: MethodResult) -> ContestSide? {
    let rows = leaderboard.methods.filter {
      $0.name != winner.name && !$0.isUnimodal && $0.modalities.allSatisfy(winner.modalities.contains)
    }.compactMap { leaderboard.side(of: $0.name) }.filter(\.isAdditive)
    return best(of: rows + placebos)
  }
}

/// The test targets in random orders, and how often predictions do as well with them.
struct Permutations {
  private let orders: TargetPermutations?
  /// How many orders there are.
  let count: Int

  /// - Parameters:
  ///   - side: with the rows that count.
  ///   - rows: of the test split, in order.
  ///   - whole: the same side with all rows.
  ///   - units: of the rows.
  init(_ side: ContestSide, rows: [Int], of whole: ContestSide, units: (of: [Int], count: Int)) {
    // Of very many samples a p far below what is asked for would take minutes.
    count = rows.count > 50_000 ? 199 : 999
    let targets = whole.targets
    orders = TargetPermutations(
      targets: rows.map { targets[$0] }, groups: units.count < rows.count ? units.of : nil, count: count)
  }

  /// p of the mean score over seeds, nil where the targets allow none or the score is undefined; and of which metric: the area
  /// under the curve where predictions are all one class, in which a metric of classes shows nothing.
  func p(of side: ContestSide, _ metric: Metric) -> (value: Double?, metric: Metric) {
    let metric = metric.comparesClasses && side.isOneClass ? .auroc : metric
    guard let orders, let observed = side.score(metric) else { return (nil, metric) }
    let sign = metric.higherIsBetter ? 1.0 : -1
    let value = orders.pValue(observed: sign * observed) { order in
      MethodTrials.means(side.predictions.map { [$0.score(metric, permuting: order)] }, count: 1)[0].map { sign * $0 }
    }
    return (value, metric)
  }
}

extension ContestSide {
  /// Of every sample what was to be predicted.
  var targets: [[Double]] {
    let record = records[0]
    let width = record.predictions.isEmpty ? 1 : record.targets.count / record.predictions.count
    return record.predictions.indices.map { Array(record.targets[$0 * width..<($0 + 1) * width]) }
  }
}
