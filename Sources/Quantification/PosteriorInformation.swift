public import InformationTheory
public import Tensors

/// A classifier's probabilities of held-out samples, as sure as other held-out samples show it may be
/// (``InformationTheory/TemperatureScaling``).
public struct CalibratedPosteriors: Sendable {
  public let temperature: Double
  /// `[N][K]`.
  public let rows: [[Double]]
  /// What they were made from, to calibrate anew.
  let answers: PosteriorSplit.Answers
  let heldLabels: [Int]
  let classes: Int

  /// - Parameters:
  ///   - logits: of the samples whose probabilities are wanted, `[N, K]`; logarithms of probabilities will do.
  ///   - calibration: logits of other held-out samples, `[n, K]`.
  ///   - labels: of those, `[n]`.
  /// - Throws: `SampleError` where a logit is not finite.
  public init(logits: Tensor, calibration: Tensor, labels: [Int]) throws {
    precondition(
      logits.rank == 2 && calibration.rank == 2 && logits.shape[1] == calibration.shape[1]
        && calibration.shape[0] == labels.count,
      "logits \(logits.shape) and \(calibration.shape) for \(labels.count) labels")
    for tensor in [calibration, logits] where tensor.isFinite().all().item() != 1 {
      throw SampleError("a classifier predicts a number that is not finite")
    }
    let classes = logits.shape[1]
    answers = PosteriorSplit.Answers(held: calibration.to(.float64).doubles, measured: logits.to(.float64).doubles)
    (heldLabels, self.classes) = (labels, classes)
    temperature = TemperatureScaling.temperature(answers.held, labels: labels, classes: classes)
    let values = TemperatureScaling.probabilities(answers.measured, temperature: temperature, classes: classes)
    rows = stride(from: 0, to: values.count, by: classes).map { Array(values[$0..<$0 + classes]) }
  }
}

/// Redundant, unique and synergistic information of two sides about a class, from what three classifiers say of held-out
/// samples: one sees the first side, one the second, one both.
///
/// What ``LearnedPartialInformation`` does after training, for classifiers that are there already. With many classes the
/// table is coarser and resamples are fewer (``InformationTheory/PosteriorSplitSize``).
public struct PosteriorInformation: Sendable {
  /// Most groups of like samples per side; fewer where there are many classes.
  public var groups = 24
  /// For intervals, from 500 held-out samples on; fewer where a table is so large that they would take minutes.
  public var resamples = 100
  public var seed: UInt64

  public init(seed: UInt64 = 0) { self.seed = seed }

  /// - Parameters:
  ///   - classifiers: of the first side, the second, and both, on the same held-out samples.
  ///   - labels: of those samples, from 0.
  ///   - sampleGroups: the groups of the samples that classifiers were calibrated on and of those measured, where samples
  ///     are not independent.
  ///   - unit: of the results.
  ///   - isCancelled: asked all along, from several threads.
  /// - Throws: `SampleError` for fewer than 20 samples or labels of one kind; `DistributionError` where no minimum was
  ///   certified; `CancellationError` once `isCancelled`.
  public func estimate(
    _ classifiers: [CalibratedPosteriors], labels: [Int], sampleGroups: (held: [Int], measured: [Int])? = nil,
    unit: InformationUnit, isCancelled: @Sendable () -> Bool = { false }
  ) throws -> LearnedPartialInformation.Estimate {
    precondition(
      classifiers.count == 3 && classifiers.allSatisfy { $0.rows.count == labels.count },
      "\(classifiers.map(\.rows.count)) answers of three classifiers for \(labels.count) labels")
    guard labels.count >= 20 else {
      throw SampleError("there are \(labels.count) held-out samples; expected at least 20")
    }
    guard Set(labels).count > 1 else {
      throw SampleError("all held-out samples have one label; there is nothing to tell apart")
    }
    let size = size(held: classifiers[0].heldLabels.count, samples: labels.count, classes: classifiers[0].classes)
    let found = try PosteriorSplit(
      classifiers.map(\.answers), heldLabels: classifiers[0].heldLabels, labels: labels,
      classes: classifiers[0].classes, size: size, seed: seed
    ).run(groups: sampleGroups, isCancelled: isCancelled)
    return LearnedPartialInformation.Estimate(
      found, accuracy: classifiers.map { Self.accuracy($0.rows, labels) }, samples: labels.count, unit: unit)
  }

  /// Seconds that an estimate is going to take on this machine; measuring that takes some milliseconds.
  ///
  /// - Parameters:
  ///   - held: samples that classifiers were calibrated on.
  ///   - samples: to measure.
  ///   - classes: how many there are.
  ///   - cores: that compute.
  public func seconds(held: Int, samples: Int, classes: Int, cores: Int) -> Double {
    size(held: held, samples: samples, classes: classes).seconds(cores: cores)
  }

  func size(held: Int, samples: Int, classes: Int) -> PosteriorSplitSize {
    PosteriorSplitSize(held: held, samples: samples, classes: classes, groups: groups, resamples: resamples)
  }

  private static func accuracy(_ rows: [[Double]], _ labels: [Int]) -> Double {
    Double(zip(rows, labels).count { $0.firstIndex(of: $0.max()!)! == $1 }) / Double(labels.count)
  }
}

extension LearnedPartialInformation.Estimate {
  init(_ found: PosteriorSplit.Result, accuracy: [Double], samples: Int, unit: InformationUnit) {
    func converted(_ nats: Double) -> Double { unit.value(ofNats: nats) }
    func part(_ index: Int) -> LearnedPartialInformation.Part {
      .init(
        value: converted(found.parts.values[index]),
        ci95: found.intervals.map { [converted($0[index].lowerBound), converted($0[index].upperBound)] })
    }
    func regime(_ parts: InformationParts) -> InformationRegime { InformationRegime(parts, entropy: found.entropy) }
    let joint = found.demonstrated[2]
    let isDemonstrated = joint > 0 && 2 * joint >= found.parts.total
    let named = isDemonstrated && found.test?.isSignificant == true ? regime(found.parts) : .nothing
    self.init(
      redundancy: part(0), unique1: part(1), unique2: part(2), synergy: part(3), unit: unit.rawValue,
      pValue: found.test?.pValue, permutations: found.test?.permutations ?? 0, isDemonstrated: isDemonstrated,
      regime: named,
      regimeSupport: named == .nothing || found.resampled.isEmpty
        ? nil : Double(found.resampled.count { regime($0) == named }) / Double(found.resampled.count),
      entropy: converted(found.entropy),
      quality: .init(
        demonstrated: found.demonstrated.map(converted), information: found.information.map(converted),
        accuracy: accuracy, temperatures: found.temperatures, mergingLoss: found.mergingLoss.map(converted),
        classGroups: found.classGroups,
        classMergingLoss: found.classGroups.map { _ in converted(found.classMergingLoss) },
        jointKnowsLess: found.shortfall > InformationRegime.least * found.entropy, gap: converted(found.gap),
        samples: samples))
  }
}
