/// Which samples make up which batch, in every epoch.
///
/// The order depends on the seed and the epoch alone, so a resumed run sees what an unbroken one would have seen.
public struct BatchOrder: Sendable, Equatable {
  /// What becomes of the samples that do not fill a last batch.
  public enum Remainder: Sendable, Equatable {
    /// They make a smaller batch.
    case keep
    /// They make a smaller batch, but a single one joins the batch before it: batch norms need two.
    case keepPairs
    /// They sit out this epoch; which ones changes with the shuffling.
    case drop
  }

  /// The samples to go through, as indices into the data set.
  public let indices: [Int]
  public let batchSize: Int
  /// The seed of the shuffling; nil keeps the order of `indices`.
  public let seed: UInt64?
  public let remainder: Remainder

  public init(_ indices: [Int], batchSize: Int, seed: UInt64? = nil, remainder: Remainder = .keep) {
    precondition(batchSize > 0, "a batch size of \(batchSize)")
    self.indices = indices
    self.batchSize = batchSize
    self.seed = seed
    self.remainder = remainder
  }

  /// How many batches an epoch has.
  public var count: Int {
    let full = indices.count / batchSize
    let rest = indices.count % batchSize
    switch remainder {
    case .drop: return full
    case .keep: return full + (rest > 0 ? 1 : 0)
    case .keepPairs: return full + (rest > 1 || (rest == 1 && full == 0) ? 1 : 0)
    }
  }

  /// The batches of an epoch, each a list of indices into the data set.
  public func batches(epoch: Int = 0) -> [[Int]] {
    var order = indices
    if let seed {
      var generator = SplitMix64(seed: seed, stream: UInt64(bitPattern: Int64(epoch)))
      order = generator.shuffled(indices)
    }
    let batches = count
    return (0..<batches).map { batch in
      let start = batch * batchSize
      let isLast = batch == batches - 1
      let end = isLast && remainder != .drop ? order.count : start + batchSize
      return Array(order[start..<end])
    }
  }
}

extension Array {
  /// Consecutive parts of `size` elements; the last may be shorter.
  public func chunks(of size: Int) -> [[Element]] {
    stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) }
  }
}
