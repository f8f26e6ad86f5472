import Foundation
import Synchronization
import Testing

@testable import Modalities

@Suite struct PrefetcherTests {
  @Test(arguments: [1, 2, 5]) func keepsTheOrder(depth: Int) {
    let squares = Array(Prefetcher(Array(0..<100), depth: depth) { $0 * $0 })
    #expect(squares == (0..<100).map { $0 * $0 })
    #expect(Array(Prefetcher([Int]()) { $0 }).isEmpty)
  }

  /// Never more than the waiting ones, the one being made and the one in use.
  @Test func staysWithinItsBound() {
    let made = Atomic(0)
    var used = 0
    for _ in Prefetcher(Array(0..<30), depth: 3, prepare: { _ in made.add(1, ordering: .relaxed) }) {
      used += 1
      Thread.sleep(forTimeInterval: 0.002)
      #expect(made.load(ordering: .relaxed) <= used + 4)
    }
    #expect(used == 30)
  }

  @Test func worksAhead() {
    let made = Atomic(0)
    let iterator = Prefetcher(Array(0..<10), depth: 4, prepare: { _ in made.add(1, ordering: .relaxed) }).makeIterator()
    _ = iterator.next()
    let deadline = Date().addingTimeInterval(60)
    while made.load(ordering: .relaxed) < 5, Date() < deadline { Thread.sleep(forTimeInterval: 0.001) }
    #expect(made.load(ordering: .relaxed) == 5)
  }

  @Test func leavingEarlyStopsTheWork() {
    let made = Atomic(0)
    for _ in Prefetcher(Array(0..<1000), depth: 2, prepare: { _ in made.add(1, ordering: .relaxed) }) { break }
    Thread.sleep(forTimeInterval: 0.05)
    #expect(made.load(ordering: .relaxed) <= 4)
  }
}
