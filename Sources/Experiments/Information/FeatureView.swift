import Foundation
public import InformationTheory
public import Modalities
public import Tensors

/// The samples of a data set as estimators of information take them: one row of numbers per modality and sample.
///
/// Vectors are as they are, pictures are flattened, sequences and sound become mean and deviation of each number over
/// time. Only samples that have every chosen modality count.
public struct FeatureView {
  /// Positions in the data set.
  public let rows: [Int]
  /// `[rows, D]` float32 by modality.
  public let features: [String: Tensor]
  /// Names in the order used everywhere.
  public let names: [String]
  /// The group of each row, numbered; nil where the manifest names none.
  public let groups: [Int]?
  private let targets: Targets
  private let classes: [String]
  private let file: String

  /// - Parameters:
  ///   - dataset: as loaded.
  ///   - splits: from which samples are taken.
  ///   - names: of the modalities, at least one; nil for all.
  ///   - file: what errors call the data set.
  /// - Throws: `UsageError` for an unknown modality; `InputError` where no sample has all of them.
  public init(_ dataset: Dataset, splits: Set<Split>, names: [String]? = nil, file: String) throws {
    let names = names ?? dataset.names
    if let unknown = names.first(where: { dataset.modalities[$0] == nil }) {
      throw UsageError("there is no modality \"\(unknown)\"; the data set has \(dataset.names.joined(separator: ", "))")
    }
    guard !names.isEmpty else { throw UsageError("no modality is named; expected one at least") }
    guard Set(names).count == names.count else { throw UsageError("a modality is named twice in \(names)") }
    let rows = dataset.ids.indices.filter { row in
      splits.contains(dataset.splits[row]) && names.allSatisfy { dataset.modalities[$0]!.present?[row] ?? true }
    }
    guard !rows.isEmpty else {
      throw InputError(file: file, "no sample of the chosen splits has all of \(names.joined(separator: ", "))")
    }
    (self.rows, self.names, self.file) = (rows, names, file)
    (targets, classes) = (dataset.targets, dataset.classes)
    groups = dataset.manifest.group.flatMap { dataset.attributes[$0] }.map { column in
      var numbers: [String: Int] = [:]
      return rows.map { row in
        let number = numbers[column[row]] ?? numbers.count
        numbers[column[row]] = number
        return number
      }
    }
    features = names.reduce(into: [:]) { $0[$1] = Self.features(dataset.modalities[$1]!, rows) }
  }

  private static func features(_ data: ModalityData, _ rows: [Int]) -> Tensor {
    let input = data.gather(rows)
    guard let lengths = input.lengths else { return input.values.flattened(from: 1, to: -1) }
    let steps = input.values.shape[1]
    let count = lengths.to(.float32).unsqueezed(1)
    let inside = (Tensor.arange(steps).unsqueezed(0) .< lengths.unsqueezed(1)).to(.float32).unsqueezed(2)
    let mean = (input.values * inside).sum(axes: [1]) / count
    let deviation = ((input.values - mean.unsqueezed(1)).square() * inside).sum(axes: [1]) / count
    return .concatenated([mean, deviation.sqrt()], axis: 1)
  }

  /// How many classes the data set has.
  public var classCount: Int { classes.count }

  /// The target of every row: classes or values that vary.
  ///
  /// - Throws: `InputError` where there is no target, several labels a sample, or one value alone.
  public func target() throws -> Targets {
    let chosen = targets.selecting(rows)
    if let labels = chosen.classIndices {
      guard Set(labels).count > 1 else {
        throw InputError(
          file: file, "every sample is of class \"\(classes[labels[0]])\"; there is nothing to have information about")
      }
    } else if let values = chosen.numericValues {
      guard Set(values).count > 1 else {
        throw InputError(
          file: file, "every sample has the target \(values[0]); there is nothing to have information about")
      }
    } else {
      throw InputError(
        file: file,
        chosen.labelSets == nil
          ? "the data set has no target" : "several labels a sample are no one variable; expected one target")
    }
    return chosen
  }

  /// The leading principal components of a modality, scaled to its largest spread.
  ///
  /// - Parameters:
  ///   - name: of the modality.
  ///   - count: at most so many; columns that carry less than a millionth of the variance are left out.
  public func components(_ name: String, count: Int) throws -> Points {
    let values = features[name]!.to(.float64)
    let centred = values - values.mean(axes: [0], keepingDimensions: true)
    guard centred.abs().max().item() > 0 else { return try Points([Double](repeating: 0, count: rows.count)) }
    let deviation = centred.square().mean(axes: [0], keepingDimensions: true).sqrt()
    let isConstant = deviation .<= 1e-9 * deviation.max().item()
    let scaled = Tensor.where(isConstant, centred.zerosLike(), centred / (deviation + isConstant.to(.float64)))
    let scores: Tensor
    let variances: [Double]
    if scaled.shape[1] <= scaled.shape[0] {
      let (spread, directions) = scaled.transposed(0, 1).matmul(scaled).eigh()
      variances = spread.doubles
      scores = scaled.matmul(directions)
    } else {
      let (spread, directions) = scaled.matmul(scaled.transposed(0, 1)).eigh()
      variances = spread.doubles
      scores = directions * spread.clamped(min: 0).sqrt().unsqueezed(0)
    }
    let total = variances.reduce(0) { $0 + max($1, 0) }
    let kept = variances.indices.reversed().filter { variances[$0] > 1e-6 * total }.prefix(max(count, 1))
    return try Points(scores.indexSelect(axis: 1, Tensor(Array(kept))).doubles, width: kept.count)
  }

  /// An estimator's objection as one to the data set.
  func reporting<Result>(_ body: () throws -> Result) throws -> Result {
    do { return try body() } catch let error as SampleError {
      throw InputError(file: file, error.description)
    } catch let error as DistributionError {
      throw InputError(file: file, error.description)
    }
  }
}

extension Discretizer.Method {
  /// `k-means`, `quantile` or `equal-width` with a number of bins.
  ///
  /// - Throws: `UsageError` for another name or a number that is not from 2 to 1000.
  public init(named name: String, bins: Int) throws {
    guard (2...1000).contains(bins) else { throw UsageError("--bins is \(bins); expected 2 to 1000") }
    switch name {
    case "k-means": self = .kMeans(clusters: bins)
    case "quantile": self = .quantile(bins: bins)
    case "equal-width": self = .equalWidth(bins: bins)
    default: throw UsageError("--discretise is \"\(name)\"; expected k-means, quantile or equal-width")
    }
  }
}
