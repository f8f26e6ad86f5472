public import Tensors

/// Empirical multimodally-additive projection of a function of several modalities (Hessel & Lee, 2020, algorithm 1).
///
/// Of all sums of one function per modality, it is the one nearest to f over all recombinations of the samples:
/// f̂(x_i) = Σ_m mean_j f(x_i^m, x_j^{−m}) − (M − 1) mean_j f(x_j), where j runs over every combination of the samples'
/// modalities. What f does better than f̂ is owed to interactions. For a model, f is the part above its encoders, on
/// logits, so that encoders run once:
///
/// ```swift
/// let encoded = withoutGradients { model.encode(batch) }
/// let additive = EMAP().project(encoded) { model.predict($0) }
/// let gap = accuracy(additive.original, batch.target!) - accuracy(additive.projection, batch.target!)
/// ```
public struct EMAP: Sendable {
  /// Most evaluations of f for which every combination is formed.
  public var exactEvaluations: Int
  /// Combinations drawn where all would be too many.
  public var draws: Int
  /// Rows that f is called on at once.
  public var blockSize: Int

  public init(exactEvaluations: Int = 1 << 22, draws: Int = 64, blockSize: Int = 512) {
    precondition(exactEvaluations > 0 && draws > 0 && blockSize > 0, "EMAP needs positive limits")
    self.exactEvaluations = exactEvaluations
    self.draws = draws
    self.blockSize = blockSize
  }

  /// A projection and how it was found.
  public struct Result {
    /// f̂ at every sample, `[N, K]` float64.
    public let projection: Tensor
    /// f at every sample, `[N, K]` float64.
    public let original: Tensor
    /// Whether every combination entered; otherwise `projection` is an unbiased estimate from `draws` of them.
    public let isExact: Bool
    /// Rows on which f was evaluated for the projection.
    public let evaluations: Int
  }

  /// Projects `function` on sums of functions of one modality.
  ///
  /// All N^M combinations are formed where they are at most `exactEvaluations`; then the result is exact for any M.
  /// Otherwise N · M · `draws` are: the same random combinations stand in for the other modalities of every sample
  /// and for the mean, which keeps an additive function unchanged to rounding at any number of draws.
  ///
  /// - Parameters:
  ///   - inputs: the encodings x^m `[N, …]` of the same N samples.
  ///   - present: `[N, M]`, which samples have which modality; recombined along with the encodings. Combinations of which
  ///     every modality is absent are evaluated as any other.
  ///   - generator: source of the draws; not used where the projection is exact.
  ///   - function: f, of encodings `[n, …]` and their presence, giving `[n, K]`.
  public func project(
    _ inputs: [Tensor], present: Tensor? = nil, generator: Generator = Generator(seed: 0),
    _ function: ([Tensor], Tensor?) -> Tensor
  ) -> Result {
    let count = inputs.first?.shape.first ?? 0
    precondition(
      count > 0 && inputs.allSatisfy { $0.shape[0] == count },
      "EMAP needs the same samples in each modality, found shapes \(inputs.map(\.shape))")
    let columns = present?.unbind(axis: 1)
    return withoutGradients {
      func evaluate(_ samples: [[Int]]) -> Tensor {
        let rows = samples.map { Tensor($0) }
        let picked = zip(inputs, rows).map { $0.indexSelect(axis: 0, $1) }
        let mask = columns.map { Tensor.stacked(zip($0, rows).map { $0.indexSelect(axis: 0, $1) }, axis: 1) }
        return function(picked, mask).to(.float64)
      }
      let combinations = Combinations(samples: count, modalities: inputs.count)
      let original = blocks(of: count) { range in evaluate(inputs.map { _ in Array(range) }) }
      guard combinations.count <= exactEvaluations else {
        return sampled(combinations, original: original, generator: generator, evaluate)
      }
      return exact(combinations, original: original, evaluate)
    }
  }

  /// Projects a function that does not ask which modalities are present.
  public func project(
    _ inputs: [Tensor], generator: Generator = Generator(seed: 0), _ function: ([Tensor]) -> Tensor
  ) -> Result {
    project(inputs, present: nil, generator: generator) { inputs, _ in function(inputs) }
  }

  private func exact(_ all: Combinations, original: Tensor, _ evaluate: ([[Int]]) -> Tensor) -> Result {
    let outputs = original.shape[1]
    var sums = (0..<all.modalities).map { _ in Tensor.zeros([all.samples, outputs], dtype: .float64) }
    for start in stride(from: 0, to: all.count, by: blockSize) {
      let rows = all.rows(start..<min(start + blockSize, all.count))
      let values = evaluate(rows)
      for modality in sums.indices {
        sums[modality] = sums[modality].indexAdd(axis: 0, Tensor(rows[modality]), values)
      }
    }
    // Each sample's value of a modality stands in N^(M−1) combinations.
    let share = Double(all.count / all.samples)
    let mean = sums[0].sum(axes: [0], keepingDimensions: true) / Double(all.count)
    let projection = sums.dropFirst().reduce(sums[0], +) / share - mean * Double(all.modalities - 1)
    return Result(projection: projection, original: original, isExact: true, evaluations: all.count)
  }

  private func sampled(
    _ all: Combinations, original: Tensor, generator: Generator, _ evaluate: ([[Int]]) -> Tensor
  ) -> Result {
    // One permutation after another for each modality: any two modalities meet at random, and a modality's samples
    // come equally often, which lowers the variance.
    let drawn = (0..<all.modalities).map { _ in
      Array(
        (0..<(draws + all.samples - 1) / all.samples).flatMap { _ in
          Tensor.permutation(all.samples, generator: generator).integers
        }.prefix(draws))
    }
    var projection = Tensor.zeros(original.shape, dtype: .float64)
    for modality in 0..<all.modalities {
      let values = blocks(of: all.samples * draws) { range in
        evaluate(
          drawn.enumerated().map { other, rows in
            range.map { other == modality ? $0 / draws : rows[$0 % draws] }
          })
      }
      projection = projection + values.reshaped([all.samples, draws, -1]).mean(axes: [1])
    }
    let mean = blocks(of: draws) { range in evaluate(drawn.map { Array($0[range]) }) }
      .mean(axes: [0], keepingDimensions: true)
    return Result(
      projection: projection - mean * Double(all.modalities - 1), original: original, isExact: false,
      evaluations: all.modalities * all.samples * draws + draws)
  }

  private func blocks(of count: Int, _ evaluate: (Range<Int>) -> Tensor) -> Tensor {
    Tensor.concatenated(
      stride(from: 0, to: count, by: blockSize).map { evaluate($0..<min($0 + blockSize, count)) }, axis: 0)
  }
}

/// Every way of taking each modality from one of N samples, numbered with the last modality moving fastest.
private struct Combinations {
  let samples: Int
  let modalities: Int
  /// N^M, or `Int.max` where that does not fit.
  let count: Int

  init(samples: Int, modalities: Int) {
    self.samples = samples
    self.modalities = modalities
    count = (0..<modalities).reduce(1) { product, _ in
      let (next, overflow) = product.multipliedReportingOverflow(by: samples)
      return overflow ? .max : next
    }
  }

  /// The sample each modality is taken from, one list per modality.
  func rows(_ range: Range<Int>) -> [[Int]] {
    var step = count
    return (0..<modalities).map { _ in
      step /= samples
      return range.map { $0 / step % samples }
    }
  }
}
