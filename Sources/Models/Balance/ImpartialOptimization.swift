public import Tensors
public import Training

/// Gives every modality the same say over what modalities share (Javaloy, Meghdadi & Valera, 2022, section 4).
///
/// The losses of each modality alone and of all have a gradient each. Over the parameters that modalities share, all are
/// scaled to their mean length, and of each is taken away what points against another (gradient surgery: Yu et al., 2020,
/// algorithm 1, in a fixed order that turns with the steps); their mean is the step. An encoder belongs to one modality,
/// so that nothing is at odds there: it gets the mean as it is.
///
/// The paper treats autoencoders with a likelihood per modality; of fusions, those that learn one loss of all modalities are
/// covered through the losses of each alone. Fusions of decisions have nothing shared to be impartial about.
public final class ImpartialOptimization<Batch>: StepBalancer {
  private let views: BatchViews<Batch>
  private var steps = 0

  public init(_ views: BatchViews<Batch>) { self.views = views }

  public func step(_ batch: Batch, in arena: Arena, compute: (Batch) -> Double) -> Double {
    var rows: [Tensor] = []
    var last = 0.0
    for kept in views.views {
      last = compute(views.keeping(batch, kept))
      guard last.isFinite else { return last }
      rows.append(arena.gradients.cloned())
    }
    let shared = arena.slots.filter { views.owner($0.name) == nil }
    let parts = rows.map { row in Tensor.concatenated(shared.map { $0.part(of: row) }) }
    let fair = Self.impartial(parts, first: steps % rows.count)
    steps += 1
    arena.gradients.copy_(from: rows.dropFirst().reduce(rows[0], +) / Double(rows.count))
    var start = 0
    for slot in shared {
      slot.part(of: arena.gradients).copy_(from: fair.narrow(axis: 0, start: start, length: slot.range.count))
      start += slot.range.count
    }
    return last
  }

  /// The mean of gradients `[n]` made equally long and then freed of conflicts.
  ///
  /// - Parameters:
  ///   - gradients: of each loss, `[n]`.
  ///   - first: whose conflicts are looked at first, and in turn.
  public static func impartial(_ gradients: [Tensor], first: Int = 0) -> Tensor {
    let norms = gradients.map { $0.norm().item() }
    let mean = norms.reduce(0, +) / Double(norms.count)
    // One of no length has no direction to make longer.
    let scaled = zip(gradients, norms).map { $1 > 0 ? $0 * (mean / $1) : $0 }
    let order = gradients.indices.map { (first + $0) % gradients.count }
    let freed = order.map { own in
      order.filter { $0 != own }.reduce(scaled[own]) { gradient, other in
        let product = (gradient * scaled[other]).sum().item()
        return product < 0 && norms[other] > 0 ? gradient - scaled[other] * (product / (mean * mean)) : gradient
      }
    }
    return freed.dropFirst().reduce(freed[0], +) / Double(freed.count)
  }

  public func finishEpoch() {}

  public var state: [Double] {
    get { [Double(steps)] }
    set { steps = newValue.first.map { Int($0) } ?? 0 }
  }
}
