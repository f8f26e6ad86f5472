import Foundation
import Tensors

/// Runs work items on a fixed number of threads, each with its share of the cores.
///
/// Results do not depend on the number of threads: an item sees nothing of the others.
enum TrialQueue {
  /// - Parameters:
  ///   - jobs: threads at work.
  ///   - threads: cores that one operation of the engine may use.
  ///   - next: the next item, or nil when there is none; called by one thread at a time.
  ///   - work: called for items at the same time.
  static func run<Item: Sendable>(
    jobs: Int, threads: Int, next: @escaping @Sendable () -> Item?, work: @escaping @Sendable (Item) -> Void
  ) {
    let lock = NSLock()
    let group = DispatchGroup()
    for _ in 0..<jobs {
      group.enter()
      let thread = Thread {
        Engine.threads = threads
        while let item = lock.withLock({ next() }) { work(item) }
        group.leave()
      }
      // Deep graphs are released recursively.
      thread.stackSize = 64 << 20
      thread.name = "trial"
      thread.start()
    }
    group.wait()
  }
}
