import Foundation
import Tensors

/// Prepares elements on a background thread ahead of their use, in order, at most `depth` waiting; where the system refuses a
/// thread, each when it is asked for.
///
/// Leaving the loop early stops the thread. `prepare` must not throw; what can fail is checked when data is loaded.
///
/// ```swift
/// for batch in Prefetcher(order.batches(epoch: 3), prepare: { dataset.batch($0) }) { … }
/// ```
public struct Prefetcher<Input: Sendable, Element>: Sequence {
  private let inputs: [Input]
  private let depth: Int
  private let prepare: @Sendable (Input) -> Element

  public init(_ inputs: [Input], depth: Int = 2, prepare: @escaping @Sendable (Input) -> Element) {
    precondition(depth > 0, "a prefetch depth of \(depth)")
    self.inputs = inputs
    self.depth = depth
    self.prepare = prepare
  }

  public func makeIterator() -> Iterator { Iterator(inputs, depth: depth, prepare: prepare) }

  /// Waits for the next element. Its end, by exhaustion or by being let go, ends the thread.
  public final class Iterator: IteratorProtocol {
    private let queue: BoundedQueue<Element>
    /// What is left to be prepared by the caller, where there is no thread.
    private var own: (inputs: ArraySlice<Input>, prepare: (Input) -> Element)?

    fileprivate init(_ inputs: [Input], depth: Int, prepare: @escaping @Sendable (Input) -> Element) {
      let queue = BoundedQueue<Element>(capacity: depth)
      self.queue = queue
      let thread = WorkerThread(stackBytes: 8 << 20) {
        for input in inputs {
          guard queue.waitForRoom() else { return }
          queue.append(prepare(input))
        }
        queue.finish()
      }
      thread?.detach()
      if thread == nil { own = (inputs[...], prepare) }
    }

    deinit { queue.cancel() }

    public func next() -> Element? {
      guard own != nil else { return queue.next() }
      return own!.inputs.popFirst().map(own!.prepare)
    }
  }
}

/// A queue between one thread that fills it and one that empties it. Every access holds the condition's lock.
private final class BoundedQueue<Element>: @unchecked Sendable {
  private let condition = NSCondition()
  private let capacity: Int
  private var elements: [Element] = []
  private var isFinished = false
  private var isCancelled = false

  init(capacity: Int) { self.capacity = capacity }

  /// False when nobody waits for elements any more.
  func waitForRoom() -> Bool {
    condition.withLock {
      while elements.count >= capacity && !isCancelled { condition.wait() }
      return !isCancelled
    }
  }

  func append(_ element: Element) {
    condition.withLock {
      elements.append(element)
      condition.signal()
    }
  }

  func finish() {
    condition.withLock {
      isFinished = true
      condition.signal()
    }
  }

  func cancel() {
    condition.withLock {
      isCancelled = true
      elements = []
      condition.signal()
    }
  }

  func next() -> Element? {
    condition.withLock {
      while elements.isEmpty && !isFinished { condition.wait() }
      guard !elements.isEmpty else { return nil }
      condition.signal()
      return elements.removeFirst()
    }
  }
}
