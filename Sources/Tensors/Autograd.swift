import CTorch

extension Tensor {
  /// Whether operations on this tensor are recorded.
  public var requiresGradient: Bool { withExtendedLifetime(handle) { ct_requires_grad(handle.raw) } }

  /// Marks a leaf as one whose gradient is wanted (in place) and returns it.
  @discardableResult
  public func setRequiresGradient(_ flag: Bool) -> Tensor {
    check(withExtendedLifetime(handle) { ct_set_requires_grad(handle.raw, flag) }, self)
    return self
  }

  /// What `backward` has accumulated in a leaf.
  public var gradient: Tensor? {
    get {
      var out: OpaquePointer?
      check(withExtendedLifetime(handle) { ct_grad(handle.raw, &out) }, self)
      return out.map(Tensor.init(owning:))
    }
    nonmutating set {
      check(withExtendedLifetime((handle, newValue)) { ct_set_grad(handle.raw, newValue?.handle.raw) }, self)
    }
  }

  /// Adds the gradient of this scalar (or of `Σ self · gradient`) to every leaf's `gradient`.
  /// - Parameters:
  ///   - gradient: weights of the elements, of the shape of `self`; nil for a scalar.
  ///   - retainGraph: keeps the record for another backward pass.
  ///   - createGraph: records the backward pass itself, for higher derivatives.
  public func backward(gradient: Tensor? = nil, retainGraph: Bool = false, createGraph: Bool = false) {
    check(
      withExtendedLifetime((handle, gradient)) {
        ct_backward(handle.raw, gradient?.handle.raw, retainGraph, createGraph)
      }, self)
  }
}

extension Tensor {
  /// Writes the gradient of this scalar with respect to each leaf into a buffer of the leaf's shape, in place of what
  /// stood there; zeros where the scalar does not depend on the leaf. The buffers are the leaves' `gradient` afterwards.
  public func backward(into buffers: [Tensor], of leaves: [Tensor]) {
    precondition(buffers.count == leaves.count, "\(buffers.count) buffers for \(leaves.count) leaves")
    check(
      withExtendedLifetime(handle) {
        withHandles(leaves) { leaf in withHandles(buffers) { ct_backward_into(handle.raw, leaf, $0, leaf.count) } }
      }, self)
  }
}

/// Gradients of scalar outputs with respect to inputs, without touching any leaf's `gradient`; nil where `allowUnused`
/// and the outputs do not depend on the input.
public func gradients(
  of outputs: [Tensor], withRespectTo inputs: [Tensor], seeds: [Tensor]? = nil, retainGraph: Bool = false,
  createGraph: Bool = false, allowUnused: Bool = false
) -> [Tensor?] {
  many(inputs.count, given: outputs + inputs + (seeds ?? [])) { outs in
    withHandles(outputs) { out in
      withHandles(inputs) { input in
        guard let seeds else {
          return ct_gradients(
            out, out.count, input, input.count, nil, retainGraph, createGraph, allowUnused, outs)
        }
        return withHandles(seeds) {
          ct_gradients(out, out.count, input, input.count, $0, retainGraph, createGraph, allowUnused, outs)
        }
      }
    }
  }
}

/// The gradient of one scalar with respect to each input, all of which it depends on.
public func gradients(of output: Tensor, withRespectTo inputs: [Tensor], createGraph: Bool = false) -> [Tensor] {
  gradients(of: [output], withRespectTo: inputs, createGraph: createGraph).map { $0! }
}

/// Runs `body` without recording. The mode belongs to the thread, so the body is synchronous.
public func withoutGradients<R>(_ body: () throws -> R) rethrows -> R {
  let before = ct_grad_enabled()
  ct_set_grad_enabled(false)
  defer { ct_set_grad_enabled(before) }
  return try body()
}
