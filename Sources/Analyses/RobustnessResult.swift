public import Evaluation
public import Modalities
public import Models
public import Quantification

/// What `chiasm quantify RUN robustness` writes.
public struct RobustnessResult: Codable, Sendable, Equatable {
  /// One method under one condition.
  public struct Method: Codable, Sendable, Equatable {
    public let method: String
    /// Modalities that it reads.
    public let modalities: [String]
    public let seeds: Int
    /// Mean over seeds and draws.
    public let curve: RobustnessCurve
    /// Of each score of the curve.
    public let intervals: [Interval]
    /// Mean height of the curve.
    public let area: Estimate
    /// What the perturbation costs on average.
    public let loss: Estimate
    /// What its clean score lets expect at each level after the first, fitted to the other methods that read what is
    /// perturbed; nil where they define no line (`Condition.withoutReference`).
    public let reference: [ReferenceLine]?
    /// See `RobustnessCurve.effective(beyond:)`; nil without reference lines.
    public let effective: Estimate?
    /// How much higher than late fusion's its curve is, and how much less it loses; nil without late fusion.
    public let relativeToLate, effectiveAgainstLate: Estimate?

    /// Whether the perturbation reaches it.
    public func reads(_ perturbed: [String]) -> Bool { modalities.contains { perturbed.contains($0) } }
    public var isUnimodal: Bool { modalities.count == 1 }
  }

  /// One perturbation of one modality, or of all.
  public struct Condition: Codable, Sendable, Equatable {
    public let perturbation: Perturbation
    public let modalities: [String]
    public let levels: [Double]
    public let unit: String
    /// Highest area first.
    public let methods: [Method]
    /// Why no method has an effective robustness; nil where some have.
    public let withoutReference: String?
  }

  public let dataset: String
  public let metric: Metric
  public let split: Split
  public let samples: Int
  public let draws: Int
  public let seed: UInt64
  /// The late fusion that others are compared with.
  public let late: String?
  public let conditions: [Condition]
  /// Methods left out, with the reason.
  public let leftOut: [String]
}

extension RobustnessResult {
  /// What is perturbed how.
  package typealias Perturbed = (perturbation: Perturbation, modalities: [String], levels: [Double])
  /// A method, the modalities that it reads, and whether it is late fusion, with whatever options.
  package typealias Reader = (method: String, modalities: [String], isLate: Bool)

  /// - Parameters:
  ///   - dataset: its name.
  ///   - metric: of all scores.
  ///   - split: whose samples were perturbed.
  ///   - samples: how many they are.
  ///   - draws: perturbed copies of the samples at each level.
  ///   - seed: of the draws.
  ///   - asked: the conditions.
  ///   - methods: one entry each.
  ///   - measured: for each method, each condition.
  package init(
    dataset: String, _ metric: Metric, split: Split, samples: Int, draws: Int, seed: UInt64,
    conditions asked: [Perturbed],
    methods: [Reader], _ measured: [[MeasuredCondition]]
  ) {
    (self.dataset, self.metric, self.split, self.samples) = (dataset, metric, split, samples)
    (self.draws, self.seed) = (draws, seed)
    let late = methods.firstIndex { $0.isLate && $0.modalities.count > 1 }
    self.late = late.map { methods[$0].method }
    // A score that is undefined, such as the correlation of a constant, makes no curve.
    let defined = methods.indices.filter { number in measured[number].allSatisfy { !$0.scores.contains(nil) } }
    leftOut = methods.indices.filter { !defined.contains($0) }.map {
      "\(methods[$0].method): \(metric.label) is undefined under some perturbation"
    }
    conditions = asked.indices.map { number in
      Self.condition(
        asked[number], metric, methods: defined.map { methods[$0] },
        defined.map { measured[$0][number] }, late: late.flatMap { defined.firstIndex(of: $0) })
    }
  }

  private static func condition(
    _ condition: Perturbed, _ metric: Metric, methods: [Reader],
    _ measured: [MeasuredCondition], late: Int?
  ) -> Condition {
    func curve(_ scores: [Double]) -> RobustnessCurve {
      RobustnessCurve(levels: condition.levels, scores: scores, higherIsBetter: metric.higherIsBetter)
    }
    let touched = methods.indices.filter { number in
      methods[number].modalities.contains { condition.modalities.contains($0) }
    }
    /// Of each method, from the others: a line through the judged one would follow it.
    func lines(_ curves: [RobustnessCurve?]) -> [[ReferenceLine]?] {
      methods.indices.map { judged in
        guard touched.contains(judged) else { return nil }
        let others = touched.filter { $0 != judged }.compactMap { curves[$0] }
        let lines = condition.levels.indices.dropFirst().compactMap { level in
          // Matthews' correlation is told in points, but may be negative.
          ReferenceLine(
            clean: others.map(\.clean), perturbed: others.map { $0.scores[level] },
            isShare: metric.isShare && metric != .mcc)
        }
        return lines.count == condition.levels.count - 1 ? lines : nil
      }
    }
    let curves = measured.map { curve($0.scores.map { $0! }) }
    let reference = lines(curves)
    // The same resample of the samples for all methods, and with it lines of its own.
    let resamples = (measured.first?.resampled.indices ?? 0..<0).map { index in
      let curves = measured.map { method -> RobustnessCurve? in
        let scores = method.resampled[index].compactMap { $0 }
        return scores.count == condition.levels.count ? curve(scores) : nil
      }
      return (curves: curves, lines: lines(curves))
    }
    func estimate(
      _ number: Int, _ value: (RobustnessCurve, RobustnessCurve?, [ReferenceLine]?) -> Double?
    ) -> Estimate? {
      guard let mean = value(curves[number], late.map { curves[$0] }, reference[number]) else { return nil }
      let distribution = resamples.map { resample in
        resample.curves[number].flatMap { value($0, late.flatMap { resample.curves[$0] }, resample.lines[number]) }
      }
      return Estimate(mean: mean, ci95: Bootstrap.interval(distribution) ?? Interval(mean, mean))
    }
    let results = methods.indices.map { number in
      Method(
        method: methods[number].method, modalities: methods[number].modalities, seeds: measured[number].seeds,
        curve: curves[number],
        intervals: condition.levels.indices.map { level in
          let score = curves[number].scores[level]
          return Bootstrap.interval(measured[number].resampled.map { $0[level] }) ?? Interval(score, score)
        },
        area: estimate(number) { curve, _, _ in curve.area }!, loss: estimate(number) { curve, _, _ in curve.loss }!,
        reference: reference[number],
        effective: estimate(number) { curve, _, lines in lines.map { curve.effective(beyond: $0) } },
        relativeToLate: number == late
          ? nil : estimate(number) { curve, late, _ in late.map { curve.relative(to: $0) } },
        effectiveAgainstLate: number == late
          ? nil : estimate(number) { curve, late, _ in late.map { curve.effective(against: $0) } })
    }
    return Condition(
      perturbation: condition.perturbation, modalities: condition.modalities, levels: condition.levels,
      unit: condition.perturbation.unit,
      methods: results.sorted { metric.improvement(of: $0.area.mean, over: $1.area.mean) > 0 },
      withoutReference: reference.contains { $0 != nil }
        ? nil : Self.problem(others: touched.count - 1, reading: condition.modalities))
  }

  private static func problem(others: Int, reading modalities: [String]) -> String {
    guard others < ReferenceLine.fewest else { return "the clean scores of the other methods do not differ" }
    return "the line that is to be expected needs at least \(ReferenceLine.fewest) other methods that read "
      + "\(modalities.joined(separator: " or ")), found \(max(0, others))"
  }
}

/// What one method reaches under one condition.
package struct MeasuredCondition: Sendable {
  /// At each level, mean over seeds and draws.
  let scores: [Double?]
  /// `[resample][level]`.
  let resampled: [[Double?]]
  let seeds: Int

  package init(scores: [Double?], resampled: [[Double?]], seeds: Int) {
    (self.scores, self.resampled, self.seeds) = (scores, resampled, seeds)
  }
}
