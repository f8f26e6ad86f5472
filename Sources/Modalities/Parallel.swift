import Dispatch

/// Results of `body` for 0 ..< `count`, computed on all cores and returned in order.
package func parallelMap<Result>(_ count: Int, _ body: @Sendable (Int) -> Result) -> [Result] {
  guard count > 0 else { return [] }
  return [Result](unsafeUninitializedCapacity: count) { buffer, initialised in
    nonisolated(unsafe) let slots = buffer
    // Every index is written by exactly one call, and concurrentPerform returns after all of them.
    DispatchQueue.concurrentPerform(iterations: count) { index in
      slots.initializeElement(at: index, to: body(index))
    }
    initialised = count
  }
}
