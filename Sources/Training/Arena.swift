public import Layers
public import Tensors

/// All trainable parameters of a model in one contiguous buffer, and their gradients in another.
///
/// Building one turns the parameters into views of ``values`` and their gradients into views of ``gradients``, so that an
/// optimiser's step, a norm or a copy of the whole model is one operation. Parameters that weight decay acts on come
/// first, so each kind is one range. Converting or moving the model afterwards breaks the views: build a new arena.
public final class Arena {
  /// Where a parameter lies in the buffers.
  public struct Slot {
    public let name: String
    public let parameter: Parameter
    public let range: Range<Int>

    /// What belongs to the parameter of a buffer `[n]` laid out like the arena; it shares the memory.
    public func part(of buffer: Tensor) -> Tensor { view(buffer, range) }
  }

  /// All values, [n]; writing to it changes the parameters.
  public let values: Tensor
  /// All gradients, [n], into which a backward pass accumulates.
  public let gradients: Tensor
  /// The parameters in the order in which they lie there.
  public let slots: [Slot]
  /// The range of those that weight decay acts on; the others follow it.
  public let decaying: Range<Int>

  /// The part of ``gradients`` that belongs to each slot, in the parameter's shape.
  private let gradientViews: [Tensor]

  public var count: Int { values.count }
  public var names: [String] { slots.map(\.name) }

  /// - Parameters:
  ///   - parameters: named parameters of a model; frozen ones are left out.
  ///   - decays: whether weight decay acts on a parameter.
  /// - Throws: ``UntrainableModel`` where none is trainable, one is named twice, or number types or devices differ.
  public init(
    _ parameters: [(name: String, parameter: Parameter)], decays: (Parameter) -> Bool = { _ in true }
  ) throws {
    let trainable = parameters.filter(\.parameter.isTrainable)
    guard let first = trainable.first?.parameter.value else { throw UntrainableModel.noParameters }
    var seen: Set<ObjectIdentifier> = []
    for (name, parameter) in trainable {
      guard seen.insert(ObjectIdentifier(parameter)).inserted else { throw UntrainableModel.repeated(name) }
      guard parameter.value.dtype == first.dtype, parameter.value.device == first.device else {
        throw UntrainableModel.mixedTypes(
          name, "\(parameter.value.dtype) on \(parameter.value.device)", "\(first.dtype) on \(first.device)")
      }
    }
    let ordered = trainable.filter { decays($0.parameter) } + trainable.filter { !decays($0.parameter) }
    var slots: [Slot] = []
    for (name, parameter) in ordered {
      let start = slots.last?.range.upperBound ?? 0
      slots.append(Slot(name: name, parameter: parameter, range: start..<start + parameter.value.count))
    }
    self.slots = slots
    let count = slots[slots.count - 1].range.upperBound
    let split = slots.first { !decays($0.parameter) }?.range.lowerBound ?? count
    decaying = 0..<split
    values = Tensor.concatenated(slots.map { $0.parameter.value.detached().flattened() })
    gradients = values.zerosLike()
    let all = gradients
    gradientViews = slots.map { view(all, $0.range).reshaped($0.parameter.shape) }
    for (slot, gradient) in zip(slots, gradientViews) {
      let value = view(values, slot.range).reshaped(slot.parameter.shape)
      slot.parameter.value = value.detached().setRequiresGradient(true)
      slot.parameter.value.gradient = gradient
    }
  }

  /// The arena of all trainable parameters of a model.
  ///
  /// - Parameters:
  ///   - model: whose parameters become views of it.
  ///   - decaysVectors: whether weight decay also acts on biases and norms: on parameters of less than two axes.
  public convenience init(_ model: any Module, decaysVectors: Bool = true) throws {
    try self.init(model.namedParameters()) { decaysVectors || $0.shape.count >= 2 }
  }

  /// Fills ``gradients`` with those of a loss, in place of what stood there.
  public func backward(_ loss: Tensor) {
    loss.backward(into: gradientViews, of: slots.map { $0.parameter.value })
  }

  /// Sets all gradients to zero, before a backward pass that adds to them.
  public func zeroGradients() { gradients.zero_() }

  /// Copies new values over all parameters.
  public func assign(_ new: Tensor) { withoutGradients { values.copy_(from: new) } }
}

/// A part of a buffer that shares its memory.
func view(_ buffer: Tensor, _ range: Range<Int>) -> Tensor {
  buffer.narrow(axis: 0, start: range.lowerBound, length: range.count)
}
