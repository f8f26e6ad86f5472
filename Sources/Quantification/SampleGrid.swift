import Tensors

/// Samples of one modality: what f takes, and which of them are there.
struct SampleRows {
  let values: Tensor
  let present: Tensor?

  var count: Int { values.shape[0] }

  func run(_ range: Range<Int>) -> SampleRows { map { $0[range] } }
  func picked(_ rows: Tensor) -> SampleRows { map { $0.indexSelect(axis: 0, rows) } }

  /// The rows `[n, …]` as `[slow · fast, …]`: each `fast` times in turn, or all of them `slow` times.
  func spread(slow: Int, fast: Int, isSlow: Bool) -> SampleRows {
    map { x in
      x.unsqueezed(isSlow ? 1 : 0).expanded(to: [slow, fast] + x.shape.dropFirst()).flattened(from: 0, to: 1)
    }
  }

  private func map(_ change: (Tensor) -> Tensor) -> SampleRows {
    SampleRows(values: change(values), present: present.map(change))
  }
}

/// Evaluates f where some modalities move slowly and the others fast, in float64.
struct SampleGrid {
  /// How f takes samples that meet.
  enum Function {
    /// Rows `[n, …]` side by side and their presence `[n, M]`, giving `[n, K]`.
    case rows(([Tensor], Tensor?) -> Tensor)
    /// What broadcasts, `[slow, 1, …]` and `[1, fast, …]`, giving `[slow, fast, K]`; `[n, …]` side by side, too.
    case grids(([Tensor]) -> Tensor)
  }

  let modalities: [SampleRows]
  let function: Function
  /// Rows that f is called on at once, about.
  let blockSize: Int

  /// f of a run of the samples as they are, `[n, K]`.
  func values(at range: Range<Int>) -> Tensor {
    let rows = modalities.map { $0.run(range) }
    switch function {
    case .rows(let function): return function(rows.map(\.values), presence(rows)).to(.float64)
    case .grids(let function): return function(rows.map(\.values)).to(.float64)
    }
  }

  /// f of every row of the slow modalities with every row of the fast ones, `[slow, fast, K]`.
  func values(slow: [Int: SampleRows], fast: [Int: SampleRows]) -> Tensor {
    switch function {
    case .rows(let function):
      let (count, each) = (count(slow), count(fast))
      let rows = modalities.indices.map { modality in
        let isSlow = slow[modality] != nil
        return (isSlow ? slow : fast)[modality]!.spread(slow: count, fast: each, isSlow: isSlow)
      }
      let values = function(rows.map(\.values), presence(rows)).to(.float64)
      return values.reshaped([count, each, values.shape[1]])
    case .grids(let function):
      return function(
        modalities.indices.map { slow[$0]?.values.unsqueezed(1) ?? fast[$0]!.values.unsqueezed(0) }
      ).to(.float64)
    }
  }

  /// Sums of f over the fast rows `[slow, K]`, and over the slow ones `[fast, K]`.
  func sums(slow: [Int: SampleRows], fast: [Int: SampleRows]) -> (slow: Tensor, fast: Tensor) {
    if case .grids(let function) = function, let sums = replayed(slow: slow, fast: fast, function) { return sums }
    let (count, each) = (count(slow), count(fast))
    let columns = runs(each, of: blockSize)
    var (bySlow, byFast): ([Tensor], [Tensor?]) = ([], columns.map { _ in nil })
    for rows in runs(count, of: max(1, blockSize / columns[0].count)) {
      let some = slow.mapValues { $0.run(rows) }
      var sum: Tensor?
      for (index, column) in columns.enumerated() {
        let values = values(slow: some, fast: fast.mapValues { $0.run(column) })
        sum = plus(sum, values.sum(axes: [1]))
        byFast[index] = plus(byFast[index], values.sum(axes: [0]))
      }
      bySlow.append(sum!)
    }
    return (.concatenated(bySlow), .concatenated(byFast.map { $0! }))
  }

  /// Samples along either side of a block that is replayed: what its 256 pairs need stays in the cache.
  private static let side = 16

  /// The sums by replaying the recording of one block (`RecordedValue`); nil where that would not give them or not pay.
  ///
  /// One call takes a block from every slow sample, each with another of the fast ones; the next call shifts these by a block.
  /// Sums within a block are in single precision, those of blocks in float64.
  private func replayed(
    slow: [Int: SampleRows], fast: [Int: SampleRows], _ function: ([Tensor]) -> Tensor
  ) -> (slow: Tensor, fast: Tensor)? {
    let (side, count) = (Self.side, count(slow))
    let whole = count / side * side
    guard count == self.count(fast), whole >= 4 * side,
      modalities.allSatisfy({ $0.values.dtype == .float32 && $0.values.device == .cpu })
    else { return nil }
    let places = modalities.indices
    let inputs = places.map { modality in
      guard let rows = slow[modality] else {
        let rows = fast[modality]!.values[0..<whole]
        return Tensor.concatenated([rows, rows])
      }
      return rows.values[0..<whole].contiguous()
    }
    func block(_ row: Int, _ column: Int, blocks: Int = 1) -> [Tensor] {
      places.map {
        inputs[$0].narrow(axis: 0, start: (slow[$0] == nil ? column : row) * side, length: blocks * side)
      }
    }
    let plan = RecordedValue.verified(on: [block(0, 0), block(1, 2)]) { inputs in
      let values = function(places.map { inputs[$0].unsqueezed(slow[$0] == nil ? 0 : 1) })
      return Tensor.concatenated([values.sum(axes: [1]), values.sum(axes: [0])])
    }
    guard let plan else { return nil }
    let (blocks, width) = (whole / side, plan.shape[1])
    let bySlow = Tensor.zeros([blocks, side, width], dtype: .float64)
    let byFast = Tensor.zeros([2 * blocks, side, width], dtype: .float64)
    for shift in 0..<blocks {
      let sums = plan.run(inputs: block(0, shift, blocks: blocks), models: blocks, parameters: .zeros([0]))
      bySlow.add_(sums.narrow(axis: 1, start: 0, length: side))
      byFast.narrow(axis: 0, start: shift, length: blocks).add_(sums.narrow(axis: 1, start: side, length: side))
    }
    let folded =
      byFast.narrow(axis: 0, start: 0, length: blocks) + byFast.narrow(axis: 0, start: blocks, length: blocks)
    let found = (slow: bySlow.flattened(from: 0, to: 1), fast: folded.flattened(from: 0, to: 1))
    guard whole < count else { return found }
    // Samples that fill no block: those of the fast side with the slow ones above, those of the slow side with all.
    let (some, rest) = (0..<whole, whole..<count)
    let right = sums(slow: slow.mapValues { $0.run(some) }, fast: fast.mapValues { $0.run(rest) })
    let below = sums(slow: slow.mapValues { $0.run(rest) }, fast: fast)
    return (
      .concatenated([found.slow + right.slow, below.slow]), .concatenated([found.fast, right.fast]) + below.fast
    )
  }

  /// One modality alone has nothing that moves slowly.
  private func count(_ rows: [Int: SampleRows]) -> Int { rows.first?.value.count ?? 1 }

  private func presence(_ rows: [SampleRows]) -> Tensor? {
    let columns = rows.compactMap(\.present)
    return columns.isEmpty ? nil : Tensor.stacked(columns, axis: 1)
  }

  private func runs(_ count: Int, of size: Int) -> [Range<Int>] {
    stride(from: 0, to: count, by: size).map { $0..<min($0 + size, count) }
  }

  private func plus(_ sum: Tensor?, _ other: Tensor) -> Tensor { sum.map { $0 + other } ?? other }
}
