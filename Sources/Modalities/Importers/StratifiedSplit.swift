/// Splits where a data set has none of its own: 60 % of every class train, 20 % validation, the rest test.
func stratifiedSplits(_ labels: [String], seed: UInt64) -> [Split] {
  var splits = [Split](repeating: .test, count: labels.count)
  for (index, label) in Set(labels).sorted().enumerated() {
    var generator = SplitMix64(seed: seed, stream: UInt64(index))
    let rows = generator.shuffled(labels.indices.filter { labels[$0] == label })
    for (position, row) in rows.enumerated() {
      splits[row] = position < rows.count * 6 / 10 ? .train : position < rows.count * 8 / 10 ? .validation : .test
    }
  }
  return splits
}
