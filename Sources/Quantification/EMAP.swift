public import Models
public import Tensors

/// Empirical multimodally-additive projection of a function of several modalities (Hessel & Lee, 2020, algorithm 1).
///
/// Of all sums of one function per modality, it is the one nearest to f over all recombinations of the samples:
/// f̂(x_i) = Σ_m mean_j f(x_i^m, x_j^{−m}) − (M − 1) mean_j f(x_j), where j runs over every combination of the samples'
/// modalities. What f does better than f̂ is owed to interactions. For a model, f is the part above its encoders, on
/// logits, so that encoders run once. What f does to each modality alone can be done before, once a sample:
///
/// ```swift
/// let parts = withoutGradients { model.parts(model.encode(batch)) }
/// let additive = EMAP().project(parts) { model.combine($0) }
/// let gap = accuracy(additive.original, batch.target!) - accuracy(additive.projection, batch.target!)
/// ```
public struct EMAP: Sendable {
  /// Most evaluations of f for which every combination is formed.
  public var exactEvaluations: Int
  /// Combinations drawn where all would be too many.
  public var draws: Int
  /// Rows that f is called on at once, about.
  public var blockSize: Int

  public init(exactEvaluations: Int = 1 << 22, draws: Int = 64, blockSize: Int = 1024) {
    precondition(exactEvaluations > 0 && draws > 0 && blockSize > 0, "EMAP needs positive limits")
    self.exactEvaluations = exactEvaluations
    self.draws = draws
    self.blockSize = blockSize
  }

  /// Rows on which a function of so many samples and modalities is going to be evaluated.
  public func evaluations(samples: Int, modalities: Int) -> Int {
    let all = Combinations(samples: samples, modalities: modalities).count
    return all <= exactEvaluations ? all : modalities * samples * draws + draws
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

    /// The same of an affine map of f, which commutes with means.
    ///
    /// - Parameters:
    ///   - map: of `[N, K]` in numbers of `dtype`.
    public func mapped(as dtype: DType, _ map: (Tensor) -> Tensor) -> Result {
      func mapped(_ values: Tensor) -> Tensor { withoutGradients { map(values.to(dtype)).to(.float64) } }
      return Result(
        projection: mapped(projection), original: mapped(original), isExact: isExact, evaluations: evaluations)
    }
  }

  /// Projects `function` on sums of functions of one modality.
  ///
  /// All N^M combinations are formed where they are at most `exactEvaluations`; then the result is exact for any M.
  /// Otherwise N · M · `draws` are: the same random combinations stand in for the other modalities of every sample
  /// and for the mean, which keeps an additive function unchanged to rounding at any number of draws.
  ///
  /// - Parameters:
  ///   - inputs: the encodings x^m `[N, …]` of the same N samples, or what f makes of each alone before it combines them.
  ///   - present: `[N, M]`, which samples have which modality; recombined along with the encodings. Combinations of which
  ///     every modality is absent are evaluated as any other.
  ///   - generator: source of the draws; not used where the projection is exact.
  ///   - function: f, of encodings `[n, …]` and their presence, giving `[n, K]`.
  public func project(
    _ inputs: [Tensor], present: Tensor? = nil, generator: Generator = Generator(seed: 0),
    _ function: ([Tensor], Tensor?) -> Tensor
  ) -> Result {
    withoutActuallyEscaping(function) {
      project(inputs, present: present?.unbind(axis: 1), generator: generator, function: .rows($0))
    }
  }

  /// Projects a function that does not ask which modalities are present.
  public func project(
    _ inputs: [Tensor], generator: Generator = Generator(seed: 0), _ function: ([Tensor]) -> Tensor
  ) -> Result {
    project(inputs, present: nil, generator: generator) { inputs, _ in function(inputs) }
  }

  /// Projects a function of samples that broadcast, which saves forming every pair of them.
  ///
  /// In single precision, blocks of pairs are replayed from a recording of the first (`RecordedValue`): `function` reads no
  /// values, and takes from outside only what stays the same.
  ///
  /// - Parameters:
  ///   - inputs: `[N, …]` of the same N samples.
  ///   - function: f, of some inputs `[n, 1, …]` and the others `[1, m, …]`, giving `[n, m, K]`; and of all side by side,
  ///     `[n, …]`, giving `[n, K]`.
  public func project(
    broadcasting inputs: [Tensor], generator: Generator = Generator(seed: 0), _ function: ([Tensor]) -> Tensor
  ) -> Result {
    withoutActuallyEscaping(function) {
      project(inputs, present: nil, generator: generator, function: .grids($0))
    }
  }

  private func project(
    _ inputs: [Tensor], present: [Tensor]?, generator: Generator, function: SampleGrid.Function
  ) -> Result {
    let count = samples(inputs)
    let modalities = inputs.enumerated().map { SampleRows(values: $1, present: present?[$0]) }
    let all = Combinations(samples: count, modalities: inputs.count)
    return withoutGradients {
      let grid = SampleGrid(modalities: modalities, function: function, blockSize: blockSize)
      let original = blocks(of: count) { range in grid.values(at: range) }
      return all.count <= exactEvaluations
        ? exact(all, original: original, grid)
        : sampled(all, original: original, generator: generator, grid)
    }
  }

  /// Projects a function that is affine in each input while the others stay: exact for any number of modalities.
  ///
  /// Its mean over recombinations is its value at the means, so that N · M + 1 evaluations stand for all N^M.
  ///
  /// - Parameters:
  ///   - inputs: `[N, …]` of the same N samples, such as the projections that a product of them multiplies.
  ///   - function: f, giving `[n, K]`.
  public func project(multiaffine inputs: [Tensor], _ function: ([Tensor]) -> Tensor) -> Result {
    let count = samples(inputs)
    return withoutGradients {
      let means = inputs.map { $0.to(.float64).mean(axes: [0], keepingDimensions: true).to($0.dtype) }
      func evaluate(_ range: Range<Int>, _ isOwn: (Int) -> Bool) -> Tensor {
        function(
          inputs.indices.map { modality in
            isOwn(modality)
              ? inputs[modality][range]
              : means[modality].expanded(to: [range.count] + inputs[modality].shape.dropFirst())
          }
        ).to(.float64)
      }
      let original = blocks(of: count) { evaluate($0) { _ in true } }
      let ones = inputs.indices.map { modality in blocks(of: count) { evaluate($0) { $0 == modality } } }
      let mean = function(means).to(.float64)
      return Result(
        projection: ones.dropFirst().reduce(ones[0], +) - mean * Double(inputs.count - 1), original: original,
        isExact: true, evaluations: count * inputs.count + 1)
    }
  }

  private func samples(_ inputs: [Tensor]) -> Int {
    let count = inputs.first?.shape.first ?? 0
    precondition(
      count > 0 && inputs.allSatisfy { $0.shape[0] == count },
      "EMAP needs the same samples in each modality, found shapes \(inputs.map(\.shape))")
    return count
  }

  /// Combinations of all modalities but the last, N at a time, each with every sample of the last.
  private func exact(_ all: Combinations, original: Tensor, _ grid: SampleGrid) -> Result {
    let last = all.modalities - 1
    let leading = all.count / all.samples
    var sums = grid.modalities.map { _ in Tensor.zeros(original.shape, dtype: .float64) }
    for start in stride(from: 0, to: leading, by: all.samples) {
      let rows = all.rows(start..<min(start + all.samples, leading)).map { Tensor($0) }
      let slow = rows.enumerated().reduce(into: [:]) { $0[$1.0] = grid.modalities[$1.0].picked($1.1) }
      let found = grid.sums(slow: slow, fast: [last: grid.modalities[last]])
      for (modality, rows) in rows.enumerated() { sums[modality] = sums[modality].indexAdd(axis: 0, rows, found.slow) }
      sums[last] = sums[last] + found.fast
    }
    // Each sample's value of a modality stands in N^(M−1) combinations.
    let share = Double(leading)
    let mean = sums[0].sum(axes: [0], keepingDimensions: true) / Double(all.count)
    let projection = sums.dropFirst().reduce(sums[0], +) / share - mean * Double(last)
    return Result(projection: projection, original: original, isExact: true, evaluations: all.count)
  }

  private func sampled(_ all: Combinations, original: Tensor, generator: Generator, _ grid: SampleGrid) -> Result {
    // One permutation after another for each modality: any two modalities meet at random, and a modality's samples
    // come equally often, which lowers the variance.
    let drawn = grid.modalities.map { rows in
      rows.picked(
        Tensor(
          Array(
            (0..<(draws + all.samples - 1) / all.samples).flatMap { _ in
              Tensor.permutation(all.samples, generator: generator).integers
            }.prefix(draws))))
    }
    var projection = Tensor.zeros(original.shape, dtype: .float64)
    for modality in 0..<all.modalities {
      var others = Dictionary(uniqueKeysWithValues: drawn.enumerated().map { ($0, $1) })
      others[modality] = nil
      let means = blocks(of: all.samples, size: max(1, blockSize / draws)) { range in
        grid.values(slow: [modality: grid.modalities[modality].run(range)], fast: others).mean(axes: [1])
      }
      projection = projection + means
    }
    let mean = SampleGrid(modalities: drawn, function: grid.function, blockSize: blockSize).values(at: 0..<draws)
      .mean(axes: [0], keepingDimensions: true)
    return Result(
      projection: projection - mean * Double(all.modalities - 1), original: original, isExact: false,
      evaluations: all.modalities * all.samples * draws + draws)
  }

  private func blocks(of count: Int, size: Int? = nil, _ evaluate: (Range<Int>) -> Tensor) -> Tensor {
    let size = size ?? blockSize
    return Tensor.concatenated(
      stride(from: 0, to: count, by: size).map { evaluate($0..<min($0 + size, count)) }, axis: 0)
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

  /// The sample each modality but the last is taken from, one list per modality, for a run of the combinations of those.
  func rows(_ range: Range<Int>) -> [[Int]] {
    var step = count / samples
    return (0..<modalities - 1).map { _ in
      step /= samples
      return range.map { $0 / step % samples }
    }
  }
}

extension EMAP {
  /// Projects what a model predicts from encodings; what it does to each modality alone is done once a sample, and its last
  /// map, being affine, to means alone.
  ///
  /// - Parameters:
  ///   - encoded: `[N, D_m]` in sorted order of modality names, see `Staged.encode`.
  ///   - model: what is projected.
  ///   - present: `[N, M]`, see `Staged.presence`.
  ///   - generator: source of the recombinations.
  public func project(
    _ encoded: [Tensor], through model: any Staged, present: Tensor? = nil,
    generator: Generator = Generator(seed: 0)
  ) -> Result {
    withoutGradients {
      let parts = model.parts(encoded, present: present)
      if model.isMultiaffine { return project(multiaffine: parts) { model.combine($0, present: nil) } }
      let fused =
        present == nil && model.combinesGrids
        ? project(broadcasting: parts, generator: generator) { model.fuse($0, present: nil) }
        : project(parts, present: present, generator: generator) { model.fuse($0, present: $1) }
      return fused.mapped(as: parts[0].dtype) { model.applyHead($0) }
    }
  }
}
