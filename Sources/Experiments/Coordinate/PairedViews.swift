import Encoders
public import Modalities
public import Tensors

/// The samples of a data set that have all of some modalities, each modality as a matrix.
///
/// Vectors stand as they are; sequences and sound as mean, deviation and maximum of each feature, pictures as their pixels
/// (`RawEncoder`). Features are normalised on the train split, or left as they are for kernels of histograms.
public struct PairedViews {
  /// Names of the modalities, as asked for.
  public let names: [String]
  private let dataset: Dataset
  private let plain: Dataset
  private let complete: Set<Int>

  /// - Parameters:
  ///   - dataset: as loaded.
  ///   - names: modalities to take; nil for all.
  ///   - least: modalities that there have to be.
  /// - Throws: `UsageError` for an unknown modality, one named twice, or less than `least`; `InputError` for one that is
  ///   the same in every sample of the train split: it has no correlation and no kernel.
  public init(_ dataset: Dataset, names: [String]?, least: Int = 2) throws {
    let names = names ?? dataset.names
    if let unknown = names.first(where: { !dataset.names.contains($0) }) {
      throw UsageError("no modality \"\(unknown)\"; the data set has \(dataset.names.joined(separator: ", "))")
    }
    guard Set(names).count == names.count else { throw UsageError("a modality is named twice: \(names)") }
    guard names.count >= least else { throw UsageError("\(names.count) modality; at least \(least) expected") }
    self.names = names
    let kept = dataset.keeping(names)
    complete = Set(
      (0..<dataset.count).filter { row in
        kept.modalities.values.allSatisfy { $0.present?[row] ?? true }
      })
    plain = kept
    let normalisation = Normalisation(fitting: kept)
    for name in names where normalisation.scale[name]?.doubles.allSatisfy({ $0 == 0 }) ?? false {
      throw InputError(
        file: kept.source(of: name), at: name,
        "is the same in every sample of the train split, and so has neither correlations nor a kernel; leave it out")
    }
    self.dataset = kept.normalised(with: normalisation)
    try self.dataset.checkNormalised()
  }

  /// Lets an error about a view say which modality and file it is about.
  func naming<Value>(_ view: Int, _ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch var error as InputError where error.file == nil {
      error.file = dataset.source(of: names[view])
      error.place = names[view]
      throw error
    }
  }

  /// The same for errors whose place is "view 2".
  func naming<Value>(_ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch let error as InputError {
      guard let view = names.indices.first(where: { error.place == "view \($0 + 1)" }) else { throw error }
      return try naming(view) { throw InputError(error.problem) }
    }
  }

  /// The samples of some splits that have every modality.
  public func rows(_ splits: [Split]) -> [Int] { splits.flatMap { dataset[$0] }.filter(complete.contains) }

  /// One matrix `[rows, width]` float32 per modality.
  public func views(_ rows: [Int]) -> [Tensor] { matrices(of: dataset, rows) }

  /// The same as the data set holds them.
  public func plainViews(_ rows: [Int]) -> [Tensor] { matrices(of: plain, rows) }

  private func matrices(of dataset: Dataset, _ rows: [Int]) -> [Tensor] {
    let batch = dataset.batch(rows)
    return names.map { name in
      guard let data = dataset.modalities[name], let input = batch.inputs[name],
        let specification = dataset.manifest.modalities[name]
      else { preconditionFailure("no modality \(name)") }
      let shape = data.lengths == nil ? data.featureShape : [1] + data.featureShape
      return RawEncoder(kind: specification.kind, shape: shape)(input)
    }
  }

  /// Class of some samples; nil unless the task has exclusive classes.
  public func classes(_ rows: [Int]) -> [Int]? {
    dataset.targets.selecting(rows).classIndices
  }

  /// Value of some samples; nil unless the task has values.
  public func values(_ rows: [Int]) -> [Double]? {
    dataset.targets.selecting(rows).numericValues
  }

  /// Names of the classes.
  public var classNames: [String] { dataset.classes }
  /// Ids of some samples.
  public func ids(_ rows: [Int]) -> [String] { rows.map { dataset.ids[$0] } }
}
