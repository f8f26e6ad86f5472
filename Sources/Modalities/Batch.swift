public import Tensors

/// Samples on their way through a model: every modality, the target and the ids.
///
/// ```swift
/// for (name, input) in batch.ordered { print(name, input.values.shape) }
/// ```
public struct Batch {
  public var inputs: [String: ModalityInput]
  /// Classification: class index `[B]` int64. Regression: `[B]` float64 as it was read, float32 as a model learns it. Multilabel: `[B, K]` float32 of 0 and 1.
  public var target: Tensor?
  public var ids: [String]

  public init(inputs: [String: ModalityInput], target: Tensor? = nil, ids: [String]) {
    self.inputs = inputs
    self.target = target
    self.ids = ids
  }

  /// Names of the modalities in the order used everywhere.
  public var names: [String] { inputs.keys.sorted() }
  /// How many samples.
  public var count: Int { ids.count }
  /// The modalities in the order of `names`.
  public var ordered: [(name: String, input: ModalityInput)] { inputs.sorted { $0.key < $1.key }.map { ($0, $1) } }

  /// Which samples have which modality, `[B, M]` bool in the order of `names`; nil when all are there.
  public func present() -> Tensor? {
    guard inputs.values.contains(where: { $0.present != nil }) else { return nil }
    let columns = ordered.map { $0.input.present ?? Tensor.ones([count], dtype: .bool, device: $0.input.values.device) }
    return Tensor.stacked(columns, axis: 1)
  }

  /// The same samples with some of the modalities only.
  public func keeping(_ names: some Sequence<String>) -> Batch {
    let names = Set(names)
    return Batch(inputs: inputs.filter { names.contains($0.key) }, target: target, ids: ids)
  }

  /// A copy on another device.
  public func to(_ device: Device) -> Batch {
    Batch(inputs: inputs.mapValues { $0.to(device) }, target: target?.to(device), ids: ids)
  }

  /// Every tensor, modalities in the order of `names`, then the target.
  public var tensors: [Tensor] {
    ordered.flatMap { [$0.input.values, $0.input.lengths, $0.input.present].compactMap { $0 } }
      + [target].compactMap { $0 }
  }

  /// The samples of one of several equal parts that lie one after the other; tensors share memory with the whole.
  public func part(_ number: Int, of parts: Int) -> Batch {
    precondition(count % parts == 0, "\(count) samples cannot be dealt out evenly to \(parts)")
    let each = count / parts
    func part(_ x: Tensor) -> Tensor { x.narrow(axis: 0, start: number * each, length: each) }
    let own = inputs.mapValues {
      ModalityInput(values: part($0.values), lengths: $0.lengths.map(part), present: $0.present.map(part))
    }
    return Batch(inputs: own, target: target.map(part), ids: Array(ids[number * each..<(number + 1) * each]))
  }

  /// One batch for each lane, out of one that holds the samples of all lanes one after the other.
  ///
  /// Ids are those of the first lane: names cannot differ between lanes.
  public func spread(over lanes: Lanes) -> Batch {
    precondition(count % lanes.count == 0, "\(count) samples cannot be dealt out evenly to \(lanes.count) lanes")
    let each = count / lanes.count
    func spread(_ x: Tensor) -> Tensor { lanes.wrap(x.reshaped([lanes.count, each] + x.shape.dropFirst())) }
    let spreadInputs = inputs.mapValues {
      ModalityInput(values: spread($0.values), lengths: $0.lengths.map(spread), present: $0.present.map(spread))
    }
    return Batch(inputs: spreadInputs, target: target.map(spread), ids: Array(ids.prefix(each)))
  }
}
