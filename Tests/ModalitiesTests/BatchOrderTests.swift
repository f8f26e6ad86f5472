import Testing

@testable import Modalities

@Suite struct BatchOrderTests {
  @Test(arguments: [0, 1, 2, 7, 8, 9, 16, 17, 100], [BatchOrder.Remainder.keep, .keepPairs, .drop])
  func everySampleAppearsOnce(samples: Int, remainder: BatchOrder.Remainder) {
    let indices = (0..<samples).map { 3 * $0 + 1 }
    let order = BatchOrder(indices, batchSize: 8, seed: 5, remainder: remainder)
    for epoch in 0..<3 {
      let batches = order.batches(epoch: epoch)
      #expect(batches.count == order.count)
      let seen = batches.flatMap { $0 }
      #expect(Set(seen).count == seen.count)
      switch remainder {
      case .keep:
        #expect(seen.sorted() == indices)
        #expect(batches.dropLast().allSatisfy { $0.count == 8 })
      case .keepPairs:
        #expect(seen.sorted() == indices)
        #expect(samples == 1 || batches.allSatisfy { (2...9).contains($0.count) })
      case .drop:
        #expect(seen.count == samples / 8 * 8)
        #expect(batches.allSatisfy { $0.count == 8 })
      }
    }
  }

  @Test func dependsOnSeedAndEpochOnly() {
    let indices = Array(0..<50)
    let order = BatchOrder(indices, batchSize: 10, seed: 1)
    #expect(order.batches(epoch: 4) == BatchOrder(indices, batchSize: 10, seed: 1).batches(epoch: 4))
    #expect(order.batches(epoch: 4) != order.batches(epoch: 5))
    #expect(order.batches(epoch: 4) != BatchOrder(indices, batchSize: 10, seed: 2).batches(epoch: 4))
    #expect(BatchOrder(indices, batchSize: 10).batches(epoch: 7).flatMap { $0 } == indices)
  }

  /// The first numbers of the reference implementation (Vigna, splitmix64.c) for seed 1234567.
  @Test func followsTheReferenceGenerator() {
    var generator = SplitMix64(seed: 1_234_567)
    let numbers = (0..<5).map { _ in generator.next() }
    #expect(
      numbers == [
        6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423, 4_593_380_528_125_082_431,
        16_408_922_859_458_223_821,
      ])
  }

  /// The order is part of what a run records, so it must stay; the numbers were made by the same steps in Python.
  @Test func staysAsItIs() {
    #expect(BatchOrder(Array(0..<6), batchSize: 3, seed: 1).batches(epoch: 2) == [[2, 3, 4], [0, 5, 1]])
  }

  @Test func everyOrderIsEquallyLikely() {
    var counts: [[Int]: Int] = [:]
    for epoch in 0..<12_000 {
      counts[BatchOrder([0, 1, 2], batchSize: 3, seed: 9).batches(epoch: epoch)[0], default: 0] += 1
    }
    #expect(counts.count == 6)
    // χ² with 5 degrees of freedom; 20.5 is its 99.9 % quantile.
    let chiSquare = counts.values.reduce(0.0) { $0 + (Double($1) - 2000) * (Double($1) - 2000) / 2000 }
    #expect(chiSquare < 20.5)
  }
}
