public import Modalities
public import Tensors

/// Finding a sample of one modality among many by the same sample of another.
///
/// An answer is the rank of the right one, counted from 1, for each ordered pair of the model's modalities: first a → b, then
/// a → c, … in sorted order of names. The nearest are those with the largest cosine; of as near ones the right one stands in
/// the middle, so that a space that tells nothing apart is as good as chance. A sample that lacks a modality is neither sought
/// nor found, and gets the rank of a guess.
public struct RetrievalTask: LearningTask {
  public let kind = TaskKind.retrieval
  /// Ordered pairs of modalities.
  public let outputs: Int

  public init(outputs: Int) { self.outputs = outputs }

  public let metrics: [Metric] = [.meanReciprocalRank, .recallAt1, .recallAt5, .recallAt10, .medianRank]
  public let targetWidth = 0

  public func answers(of model: any MultimodalModel, to batches: some Sequence<Batch>) throws -> Tensor {
    let model = try model.capability((any EmbeddingModel).self, "embeds")
    var (vectors, present): ([[String: Tensor]], [[Tensor]]) = ([], [])
    withoutGradients {
      for batch in batches {
        vectors.append(model.embed(batch))
        present.append(
          model.names.map { batch.inputs[$0]?.present ?? .ones([batch.count], dtype: .bool) })
      }
    }
    let names = (vectors.first?.keys).map { $0.sorted() } ?? []
    guard names.count > 1 else {
      throw UsageError("retrieval needs two modalities in one space, found \(names.count)")
    }
    return withoutGradients {
      let unit = names.map { name in Self.unit(.concatenated(vectors.map { $0[name]! })) }
      let there = names.map { name in
        Tensor.concatenated(present.map { $0[model.names.firstIndex(of: name)!] })
      }
      let columns = names.indices.flatMap { from in
        names.indices.filter { $0 != from }.map { to in
          Self.ranks(unit[from], among: unit[to], where: there[from] .& there[to])
        }
      }
      return .stacked(columns, axis: 1)
    }
  }

  /// Rows of length 1; those of length 0 stay.
  private static func unit(_ x: Tensor) -> Tensor {
    let x = x.to(.float64)
    let length = x.square().sum(axes: [1]).sqrt().unsqueezed(1)
    return x / Tensor.where(length .== 0, length.onesLike(), length)
  }

  /// The rank of item i for query i, `[N]`.
  private static func ranks(_ queries: Tensor, among items: Tensor, where there: Tensor) -> Tensor {
    let own = (queries * items).sum(axes: [1])
    let there = there.to(.float64)
    let parts = (0..<queries.shape[0]).map { $0 }.chunks(of: 1024).map { rows in
      let (run, own) = (rows[0]..<rows[rows.count - 1] + 1, own[rows[0]..<rows[rows.count - 1] + 1].unsqueezed(1))
      let scores = queries[run].matmul(items.transposed(0, 1))
      // The same product by another way differs in its last digits.
      let isOwn = Tensor(rows).unsqueezed(1) .== Tensor(Array(0..<items.shape[0])).unsqueezed(0)
      let distance = Tensor.where(isOwn, scores.zerosLike(), scores - own)
      let tie = Tensor(1e-12, dtype: .float64)
      let before = (distance .> tie).to(.float64) + 0.5 * ((distance.abs() .<= tie) .& .!isOwn).to(.float64)
      return before.matmul(there) + 1
    }
    let guess = (there.sum() + 1) / 2
    return Tensor.where(there .> 0, .concatenated(parts), guess)
  }

  public func scored(
    _ answers: [Double], targets: [Double], thresholds: [Double]?
  ) throws -> any ScoredPredictions {
    RowScores(answers, width: outputs) { metric, row in
      func mean(_ value: (Double) -> Double) -> Double { row.reduce(0) { $0 + value($1) } / Double(row.count) }
      return switch metric {
      case .meanReciprocalRank: mean { 1 / $0 }
      case .recallAt1: mean { $0 <= 1 ? 1 : 0 }
      case .recallAt5: mean { $0 <= 5 ? 1 : 0 }
      case .recallAt10: mean { $0 <= 10 ? 1 : 0 }
      case .medianRank: nil
      default: preconditionFailure("\(metric.rawValue) is not a metric of retrieval")
      }
    }
  }

  public func text(target: [Double], classes: [String]) -> String { "" }
}
