import Foundation
import Modalities
import Testing

@testable import Experiments

@Suite("Run id")
struct RunIDTests {
  @Test func beginsWithTheTimeInUTC() {
    var generator = SplitMix64(seed: 1)
    let id = RunID.make(at: Date(timeIntervalSince1970: 1_000_000_000), using: &generator)
    #expect(id.hasPrefix("20010909-014640-"))
    #expect(id.count == 20)
  }

  @Test func sortsByTimeAndDiffersWithinASecond() {
    let dates = [0, 59, 60, 3600, 86400, 40_000_000, 1_900_000_000].map { Date(timeIntervalSince1970: $0) }
    let ids = dates.map { RunID.make(at: $0) }
    #expect(ids == ids.sorted())
    #expect(Set((0..<50).map { _ in RunID.make(at: dates[0]) }).count > 45)
  }
}
