import Synchronization
import Tensors
import Testing

@testable import Experiments

@Suite struct TrialQueueTests {
  /// Where no thread can be started the caller does the work itself; it used to wait for ever.
  @Test(arguments: [64 << 20, 1 << 55]) func everyItemIsDone(stackBytes: Int) {
    let left = Mutex(Array(0..<20))
    let done = Mutex<[Int]>([])
    let before = Engine.threads
    TrialQueue.run(jobs: 3, stackBytes: stackBytes, next: { left.withLock { $0.popLast() } }) { item in
      done.withLock { $0.append(item) }
    }
    #expect(done.withLock { $0.sorted() } == Array(0..<20))
    #expect(Engine.threads == (stackBytes > 1 << 40 ? 1 : before))
    Engine.threads = before
  }
}
