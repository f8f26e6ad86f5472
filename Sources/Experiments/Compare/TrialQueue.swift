import Foundation
import Modalities
import Synchronization
import Tensors

/// Runs work items on a fixed number of threads.
///
/// Results do not depend on how many there are: an item sees nothing of the others, and operations of the engine use the
/// threads they are given, since their number decides how sums are rounded.
enum TrialQueue {
  /// Where threads cannot be started, in a container with a limit of processes or with little address space, fewer do the
  /// work, at worst the calling one.
  ///
  /// - Parameters:
  ///   - jobs: items worked on at the same time.
  ///   - threads: of each of the engine's operations.
  ///   - stackBytes: of each thread; deep graphs are released recursively.
  ///   - next: the next item, or nil when there is none; called by one thread at a time.
  ///   - work: called for items at the same time.
  static func run<Item: Sendable>(
    jobs: Int, threads: Int = 1, stackBytes: Int = 64 << 20, next: @escaping @Sendable () -> Item?,
    work: @escaping @Sendable (Item) -> Void
  ) {
    let lock = NSLock()
    let body: @Sendable () -> Void = {
      Engine.threads = threads
      while let item = lock.withLock({ next() }) { work(item) }
    }
    var workers: [WorkerThread] = []
    for _ in 0..<jobs {
      guard let worker = WorkerThread(stackBytes: stackBytes, body) else { break }
      workers.append(worker)
    }
    let own = Engine.threads
    if workers.isEmpty { body() }
    for worker in workers { worker.join() }
    // Where one of these is refused, one of the engine's is, too, and that would end the program.
    Engine.threads = workers.count < jobs ? 1 : own
  }

  /// Results of `body` for 0 ..< `count` in order, worked on at the same time; the first error is thrown.
  ///
  /// - Parameter jobs: nil for one a core.
  static func map<Value: Sendable>(
    _ count: Int, jobs: Int?, _ body: @escaping @Sendable (Int) throws -> Value
  ) throws -> [Value] {
    let left = Mutex(Array((0..<count).reversed()))
    let results = Mutex([Result<Value, any Error>?](repeating: nil, count: count))
    run(jobs: max(1, min(count, jobs ?? Machine.current.cores)), next: { left.withLock { $0.popLast() } }) { index in
      let result = Result { try body(index) }
      results.withLock { $0[index] = result }
    }
    return try results.withLock { $0 }.map { try $0!.get() }
  }
}
