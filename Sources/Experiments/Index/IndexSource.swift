public import Foundation
public import Modalities
import Models
public import Tensors

/// Where the vectors of an index come from: a file of representations, or a trained run with the data to represent.
public struct IndexSource {
  public let vectors: [String: Tensor]
  public let ids: [String]
  public let classes: [String]?

  /// The samples of a data set as a run represents them: each modality in the shared space where the method has one, else
  /// the fused representation alone.
  ///
  /// - Parameters:
  ///   - run: of a training.
  ///   - dataset: whose samples are represented.
  ///   - split: of the data set; nil for all samples. Samples that lack one of the modalities are left out where each
  ///     modality is represented.
  ///   - modalities: whose vectors to keep; nil for all.
  public init(run: RunFolder, dataset: Dataset, split: Split?, modalities: [String]?) throws {
    let trained = try TrainedModel.load(run)
    let normalised = try ModelUse(trained).fitted(dataset)
    var rows = split.map { dataset[$0] } ?? Array(0..<dataset.count)
    let linking = trained.model as? any EmbeddingModel
    if let linking {
      rows = rows.filter { row in linking.names.allSatisfy { normalised.modalities[$0]?.present?[row] ?? true } }
    }
    guard !rows.isEmpty else { throw InputError("no sample to index has every modality") }
    var vectors: [String: Tensor] = [:]
    if let linking {
      vectors = trained.mapped(normalised, rows, linking.embed)
    } else {
      let model = try trained.model.capability((any Predicting).self, "embeds or predicts")
      vectors["representation"] = trained.mapped(normalised, rows) { model.representation($0) }
    }
    try self.init(vectors, modalities, ids: rows.map { dataset.ids[$0] }, classes: Self.classes(dataset, rows))
  }

  /// The matrices of a file, `.npz` or `.safetensors`, that have one width. Their samples are named by the file: `ids` among
  /// the metadata, or `rows`, whole numbers `[N]` that count the samples of the data set from 0; else they are those of
  /// `dataset` in its order, or numbered from 0.
  public init(file: URL, dataset: Dataset?, modalities: [String]?) throws {
    let tensors: [String: Tensor]
    var ids: [String]?
    var numbers: [Int]?
    if file.pathExtension == "npz" {
      tensors = try NPZ.read(file)
      numbers = try Self.numbers(tensors["rows"], file)
    } else {
      let read = try Safetensors.read(file)
      tensors = read.tensors
      ids = read.metadata["ids"].map { $0.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) }
    }
    let matrices = tensors.filter { $0.value.rank == 2 && ($0.value.dtype == .float32 || $0.value.dtype == .float64) }
    // Of those to be indexed: others of the file may be of other samples.
    guard
      let first = matrices.filter({ modalities?.contains($0.key) ?? true }).min(by: { $0.key < $1.key })
        ?? matrices.min(by: { $0.key < $1.key })
    else {
      throw InputError(file: file.relativePath, "holds no matrix of numbers; one for each modality expected")
    }
    let count = first.value.shape[0]
    guard modalities != nil || matrices.values.allSatisfy({ $0.shape == first.value.shape }) else {
      let shapes = matrices.keys.sorted().map { "\($0) \(matrices[$0]!.shape)" }.joined(separator: ", ")
      throw UsageError("\(file.relativePath) holds \(shapes), which are not in one space; name some with --modalities")
    }
    if let ids, ids.count != count {
      throw InputError(file: file.relativePath, at: "ids", "\(ids.count) ids for \(count) samples")
    }
    if let numbers, numbers.count != count {
      throw InputError(file: file.relativePath, at: "rows", "\(numbers.count) rows for \(count) samples")
    }
    var classes: [String]?
    if ids == nil, let numbers { ids = numbers.map { "\($0)" } }
    if let dataset {
      let rows =
        try numbers.map { try Self.check($0, in: dataset, file) } ?? Self.rows(of: ids, count, in: dataset, file)
      ids = rows.map { dataset.ids[$0] }
      classes = Self.classes(dataset, rows)
    }
    try self.init(matrices, modalities, ids: ids ?? (0..<count).map { "\($0)" }, classes: classes)
  }

  private init(
    _ vectors: [String: Tensor], _ modalities: [String]?, ids: [String], classes: [String]?
  ) throws {
    for name in modalities ?? [] where vectors[name] == nil {
      throw UsageError("no vectors of \"\(name)\"; there are \(vectors.keys.sorted().joined(separator: ", "))")
    }
    self.vectors = modalities.map { names in vectors.filter { names.contains($0.key) } } ?? vectors
    self.ids = ids
    self.classes = classes
  }

  /// Places of the samples in the data set; nil where the file has none.
  private static func numbers(_ tensor: Tensor?, _ file: URL) throws -> [Int]? {
    guard let tensor else { return nil }
    guard tensor.rank == 1, tensor.dtype == .int64 || tensor.dtype == .int32 else {
      throw InputError(
        file: file.relativePath, at: "rows", "\(tensor.dtype) \(tensor.shape); whole numbers [N] expected")
    }
    return tensor.to(.int64).integers
  }

  private static func check(_ rows: [Int], in dataset: Dataset, _ file: URL) throws -> [Int] {
    guard Set(rows).count == rows.count, rows.allSatisfy({ (0..<dataset.count).contains($0) }) else {
      throw InputError(
        file: file.relativePath, at: "rows",
        "one is there twice, or not from 0 to \(dataset.count - 1), as the data set has \(dataset.count) samples")
    }
    return rows
  }

  private static func rows(of ids: [String]?, _ count: Int, in dataset: Dataset, _ file: URL) throws -> [Int] {
    guard let ids else {
      guard dataset.count == count else {
        throw InputError(
          file: file.relativePath,
          "\(count) samples without ids; the data set has \(dataset.count). A file that ends in .safetensors keeps ids, an "
            + ".npz may have \"rows\", their places in the data set from 0")
      }
      return Array(0..<count)
    }
    let positions = Dictionary(uniqueKeysWithValues: dataset.ids.enumerated().map { ($1, $0) })
    return try ids.map { id in
      guard let row = positions[id] else {
        throw InputError(file: file.relativePath, at: id, "the data set has no such sample")
      }
      return row
    }
  }

  private static func classes(_ dataset: Dataset, _ rows: [Int]) -> [String]? {
    guard let classes = dataset.targets.classIndices else { return nil }
    return rows.map { dataset.classes[classes[$0]] }
  }
}
