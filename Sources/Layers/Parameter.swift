public import Tensors

/// A tensor that training changes.
///
/// Two properties that hold the same `Parameter` are tied: they train, count and save as one.
public final class Parameter {
  /// The current value, a leaf of the gradient graph.
  public var value: Tensor

  /// Whether training may change the value; a frozen parameter is saved but takes no gradient.
  public var isTrainable: Bool = true {
    didSet { value.setRequiresGradient(isTrainable) }
  }

  public init(_ initial: Tensor) {
    value = initial.detached()
    value.setRequiresGradient(true)
  }

  public var shape: [Int] { value.shape }

  /// Copies `new` into the memory of the value, so that views of it (an arena) stay valid.
  public func assign(_ new: Tensor) {
    guard new.shape == shape else {
      preconditionFailure("a parameter of shape \(shape) cannot take a value of shape \(new.shape)")
    }
    withoutGradients { value.copy_(from: new) }
  }
}

/// A tensor that belongs to a module's state but not to what training optimises, such as running statistics.
public final class Buffer {
  /// The current value, outside the gradient graph.
  public var value: Tensor

  /// Whether forward passes only read it, so that a recorded step takes it as one of its inputs.
  public let isConstant: Bool

  /// - Parameters:
  ///   - initial: the value to begin with.
  ///   - isConstant: whether forward passes only read it; what is fitted apart from training is.
  public init(_ initial: Tensor, isConstant: Bool = false) {
    value = initial.detached()
    self.isConstant = isConstant
  }

  public var shape: [Int] { value.shape }
}
