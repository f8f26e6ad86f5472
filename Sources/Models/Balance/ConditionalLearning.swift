import Foundation
import Tensors
public import Training

/// Re-balancing steps for the modalities that a model neglects (Wu et al., 2022, section 4, algorithm 1).
///
/// The conditional learning speed of a modality is s_m = ln (Σ ‖g_m‖² / Σ ‖h_m‖²) over measured steps: g_m is the gradient of
/// its encoder while all modalities are there, h_m while it is alone. Where the others leave nothing to learn from m, s_m
/// falls. Where the fastest is ahead of the slowest by more than `tolerance`, the next `window` steps hide the fastest, so
/// that the others are learned from.
///
/// The paper compares the effective updates of gates between two networks with those of the networks; most fusions have no
/// such gates, so that an encoder's updates together and alone are compared instead, where its weights cancel out. The
/// paper puts the mean of its features where a modality is hidden; here it is absent, which every fusion has a rule for.
/// A fusion that reads raw inputs has no encoders to compare and is trained as it is.
public final class ConditionalLearning<Batch>: StepBalancer {
  private let views: BatchViews<Batch>
  private let warmUp, window, interval: Int
  private let tolerance: Double
  /// Σ ‖g_m‖² and Σ ‖h_m‖².
  private var together, alone: [Double]
  /// Those with all modalities.
  private var ordinarySteps = 0
  private var hidden: (modality: Int, stepsLeft: Int)?

  /// - Parameters:
  ///   - views: what may be done to batches.
  ///   - warmUp: ordinary steps at the start.
  ///   - window: steps that a modality stays hidden.
  ///   - interval: ordinary steps from one measurement to the next, each of which costs a gradient for each modality.
  ///   - tolerance: α, difference of speeds that is let be.
  public init(
    _ views: BatchViews<Batch>, warmUp: Int, window: Int = 5, interval: Int = 4, tolerance: Double = 0.1
  ) {
    precondition(
      warmUp >= 0 && window > 0 && interval > 0 && tolerance >= 0,
      "a warm-up of \(warmUp), a window of \(window), an interval of \(interval), a tolerance of \(tolerance)")
    (self.views, self.warmUp, self.window) = (views, warmUp, window)
    (self.interval, self.tolerance) = (interval, tolerance)
    together = Array(repeating: 0, count: views.modalities)
    alone = together
  }

  public func step(_ batch: Batch, in arena: Arena, compute: (Batch) -> Double) -> Double {
    if let now = hidden {
      hidden = now.stepsLeft > 1 ? (now.modality, now.stepsLeft - 1) : nil
      return compute(views.keeping(batch, views.all.indices.map { $0 != now.modality }))
    }
    let loss = compute(views.keeping(batch, views.all))
    if loss.isFinite, ordinarySteps % interval == 0 { measure(batch, arena, compute) }
    ordinarySteps += 1
    // After an ordinary step only: without them the model would not learn what the modalities say together.
    if ordinarySteps >= warmUp { hidden = fastest.map { ($0, window) } }
    return loss
  }

  public func finishEpoch() {}

  /// s_m of each modality; nil before all have been measured.
  public var speeds: [Double]? {
    guard (together + alone).allSatisfy({ $0 > 0 && $0.isFinite }) else { return nil }
    return zip(together, alone).map { log($0 / $1) }
  }

  /// The modality that is ahead by more than is let be.
  private var fastest: Int? {
    guard let speeds, let high = speeds.max(), let low = speeds.min(), high - low > tolerance else { return nil }
    return speeds.firstIndex(of: high)
  }

  /// Adds up the gradients of each encoder and leaves the arena as it was.
  private func measure(_ batch: Batch, _ arena: Arena, _ compute: (Batch) -> Double) {
    func squares(of modality: Int) -> Double {
      arena.slots.filter { views.owner($0.name) == modality }
        .reduce(0) { $0 + $1.part(of: arena.gradients).square().sum().item() }
    }
    let own = arena.gradients.cloned()
    for modality in together.indices { together[modality] += squares(of: modality) }
    for modality in together.indices {
      guard compute(views.keeping(batch, views.only(modality))).isFinite else { continue }
      alone[modality] += squares(of: modality)
    }
    arena.gradients.copy_(from: own)
  }

  public var state: [Double] {
    get { together + alone + [Double(ordinarySteps), Double(hidden?.modality ?? -1), Double(hidden?.stepsLeft ?? 0)] }
    set {
      let count = together.count
      precondition(newValue.count == 2 * count + 3, "a state of \(newValue.count) numbers")
      together = Array(newValue[..<count])
      alone = Array(newValue[count..<2 * count])
      let rest = newValue.suffix(3).map { Int($0) }
      ordinarySteps = rest[0]
      hidden = rest[1] < 0 ? nil : (rest[1], rest[2])
    }
  }
}
