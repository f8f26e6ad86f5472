import Foundation
import Tensors
public import Training

/// A sum of the losses of each modality alone and of all, weighed by how they generalise (Wang, Tran & Feiszli, 2020).
///
/// After every super-epoch, w_k ∝ G_k / O_k² (equation 5), where G_k is by how much the validation loss fell and O_k by how
/// much the gap between validation and training loss grew (online, algorithm 2). The paper trains a copy for each
/// estimate; here the losses of the training itself are taken, which costs no extra training. A loss whose validation
/// did not fall gets the least share, `floor` of an equal one, so that it can come back; where none fell, weights stay.
public final class GradientBlending<Batch>: StepBalancer {
  private let views: BatchViews<Batch>
  private let superEpoch: Int
  private let floor: Double
  /// Shares of the losses of each modality alone, then of all; they sum to 1.
  public private(set) var weights: [Double]
  private var epochs = 0
  private var steps = 0
  /// Of this epoch, summed over its steps.
  private var losses: [Double]
  /// At the end of the last super-epoch: training and validation losses.
  private var before: (train: [Double], validation: [Double])?

  /// - Parameters:
  ///   - views: what may be done to batches.
  ///   - superEpoch: epochs after which weights are set anew.
  ///   - floor: least share, in those of equal weights.
  public init(_ views: BatchViews<Batch>, superEpoch: Int = 5, floor: Double = 0.1) {
    precondition(superEpoch > 0 && (0..<1).contains(floor), "a super-epoch of \(superEpoch), a floor of \(floor)")
    (self.views, self.superEpoch, self.floor) = (views, superEpoch, floor)
    let count = views.modalities + 1
    weights = Array(repeating: 1 / Double(count), count: count)
    losses = Array(repeating: 0, count: count)
  }

  public func step(_ batch: Batch, in arena: Arena, compute: (Batch) -> Double) -> Double {
    let sum = arena.gradients.zerosLike()
    var last = 0.0
    for (number, kept) in views.views.enumerated() {
      last = compute(views.keeping(batch, kept))
      guard last.isFinite else { return last }
      losses[number] += last
      sum.add_(arena.gradients, alpha: weights[number])
    }
    arena.gradients.copy_(from: sum)
    steps += 1
    return last
  }

  public func finishEpoch() throws {
    let train = losses.map { $0 / Double(max(steps, 1)) }
    losses = losses.map { _ in 0 }
    (steps, epochs) = (0, epochs + 1)
    guard epochs == 1 || epochs % superEpoch == 0 else { return }
    let validation = try views.views.map { try views.validationLoss($0) }
    if let before {
      weights =
        Self.weights(
          generalisation: zip(before.validation, validation).map { $0 - $1 },
          overfitting: weights.indices.map {
            (validation[$0] - train[$0]) - (before.validation[$0] - before.train[$0])
          }, floor: floor) ?? weights
    }
    before = (train, validation)
  }

  /// w_k ∝ G_k / O_k², each at least `floor` of an equal share, with sum 1; nil where no loss generalised.
  ///
  /// An O_k below a hundredth of the largest |G| counts as that: noise around no overfitting must not take all weight.
  public static func weights(generalisation: [Double], overfitting: [Double], floor: Double) -> [Double]? {
    precondition(generalisation.count == overfitting.count, "\(generalisation.count) gains, \(overfitting.count) gaps")
    guard let largest = generalisation.map(abs).max(), generalisation.contains(where: { $0 > 0 }) else { return nil }
    let raw = zip(generalisation, overfitting).map { gain, gap in
      max(gain, 0) / pow(max(abs(gap), 0.01 * largest), 2)
    }
    let total = raw.reduce(0, +)
    let least = floor / Double(raw.count)
    return raw.map { least + (1 - floor) * $0 / total }
  }

  public var state: [Double] {
    get {
      weights + losses + [Double(epochs), Double(steps), before == nil ? 0 : 1]
        + (before.map { $0.train + $0.validation } ?? [])
    }
    set {
      let count = weights.count
      precondition(newValue.count >= 2 * count + 3, "a state of \(newValue.count) numbers")
      weights = Array(newValue[..<count])
      losses = Array(newValue[count..<2 * count])
      (epochs, steps) = (Int(newValue[2 * count]), Int(newValue[2 * count + 1]))
      let rest = Array(newValue[(2 * count + 3)...])
      before = newValue[2 * count + 2] == 0 ? nil : (Array(rest[..<count]), Array(rest[count..<2 * count]))
    }
  }
}
