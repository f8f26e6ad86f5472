public import Fusion
public import Modalities
import Tensors

/// Regressions of a data set's target on a scalar of each of two modalities, for every two of them.
public struct InteractionReport: Codable, Sendable {
  /// Name of the data set.
  public let dataset: String
  public let split: Split
  /// What is regressed: `target`, or `target = class` where the class counts 1 and every other 0.
  public let target: String
  /// How each modality became a scalar.
  public let scalars: [String: String]
  /// One for every two modalities, over the samples that have both.
  public let pairs: [InteractionRegression]

  /// - Parameters:
  ///   - dataset: as it was loaded.
  ///   - split: whose samples are regressed.
  ///   - features: for some modalities, the feature that stands for it; otherwise its only one, or the first principal
  ///     component of its standardised features.
  ///   - modalities: those to regress on; all where nil.
  ///   - positive: the class that counts 1; the second where nil and there are two.
  /// - Throws: `UsageError` for an unknown modality, feature or class; `InputError` where there is nothing to regress.
  public init(
    _ dataset: Dataset, split: Split = .train, features: [String: Int] = [:], modalities: [String]? = nil,
    positive: String? = nil
  ) throws {
    let names = (modalities ?? dataset.names).sorted()
    for name in names + features.keys.sorted() where !dataset.names.contains(name) {
      throw UsageError("no modality \"\(name)\"; the data set has \(dataset.names.joined(separator: ", "))")
    }
    guard Set(names).count == names.count, names.count > 1 else {
      throw UsageError("an interaction needs two modalities, found \(names.joined(separator: ", "))")
    }
    let indices = dataset[split]
    let target = try Self.target(dataset, indices, positive: positive)
    self.dataset = dataset.manifest.name
    self.split = split
    self.target = target.name
    let made = try names.map {
      try ModalityScalar($0, of: dataset, indices, feature: features[$0], target: target.values)
    }
    scalars = Dictionary(uniqueKeysWithValues: zip(names, made.map(\.description)))
    pairs = try names.indices.flatMap { first in
      try names.indices.dropFirst(first + 1).map { second in
        let rows = indices.indices.filter { made[first].values[$0] != nil && made[second].values[$0] != nil }
        return try InteractionRegression(
          rows.map { made[first].values[$0]! }, rows.map { made[second].values[$0]! },
          target: rows.map { target.values[$0] }, names: [names[first], names[second]])
      }
    }
  }

  private static func target(
    _ dataset: Dataset, _ indices: [Int], positive: String?
  ) throws -> (name: String, values: [Double]) {
    let column = dataset.manifest.target ?? "target"
    if let values = dataset.targets.numericValues {
      guard positive == nil else { throw UsageError("\(column) is a number and has no class \"\(positive!)\"") }
      return (column, indices.map { values[$0] })
    }
    if let classes = dataset.targets.classIndices {
      guard let name = positive ?? (dataset.classes.count == 2 ? dataset.classes[1] : nil) else {
        throw UsageError(
          "\(column) has \(dataset.classes.count) classes; choose with --class the one that counts 1, such as "
            + (dataset.classes.first ?? ""))
      }
      guard let index = dataset.classes.firstIndex(of: name) else {
        throw UsageError("no class \"\(name)\"; the data set has \(dataset.classes.joined(separator: ", "))")
      }
      return ("\(column) = \(name)", indices.map { classes[$0] == index ? 1 : 0 })
    }
    throw InputError(
      file: Manifest.fileName, at: "task",
      "\(dataset.manifest.task.rawValue); a regression needs a number or a class for each sample")
  }
}

/// One number for each sample of a modality.
private struct ModalityScalar {
  /// In the order of the indices; nil where the sample lacks the modality.
  let values: [Double?]
  let description: String

  init(_ name: String, of dataset: Dataset, _ indices: [Int], feature: Int?, target: [Double]) throws {
    guard let input = dataset.batch(indices).inputs[name] else { preconditionFailure("no modality \(name)") }
    let there = input.present?.integers.map { $0 == 1 } ?? indices.map { _ in true }
    let rows = there.indices.filter { there[$0] }
    guard rows.count > 4 else {
      throw InputError(at: name, "present in \(rows.count) samples of the split; 5 are needed")
    }
    let table = Self.table(input, rows)
    let width = table.shape[1]
    let scalar: [Double]
    if let feature {
      guard (0..<width).contains(feature) else {
        throw UsageError("--features: \(name) has features 0 to \(width - 1), not \(feature)")
      }
      scalar = table[.all, feature].doubles
      description = "feature \(feature)" + (input.lengths == nil ? "" : ", mean over time")
    } else if width == 1 {
      scalar = table[.all, 0].doubles
      description = "its only feature" + (input.lengths == nil ? "" : ", mean over time")
    } else {
      let (component, share) = Self.principalComponent(table)
      guard share > 0 else { throw InputError(at: name, "all \(width) features are constant in the split") }
      // Its sign means nothing; it is taken so that the scalar grows with the target.
      let mean = rows.reduce(0) { $0 + target[$1] } / Double(rows.count)
      let covariance = zip(component, rows).reduce(0) { $0 + $1.0 * (target[$1.1] - mean) }
      scalar = covariance < 0 ? component.map { -$0 } : component
      let percent = Int((100 * share).rounded())
      description = "first principal component of \(width) standardised features, \(percent) % of their variance"
    }
    var values = [Double?](repeating: nil, count: indices.count)
    for (row, value) in zip(rows, scalar) { values[row] = value }
    self.values = values
  }

  /// Features of the samples in `rows`, `[n, D]` float64: pictures flattened, sequences averaged over their real frames.
  private static func table(_ input: ModalityInput, _ rows: [Int]) -> Tensor {
    let picked = Tensor(rows)
    let values = input.values.indexSelect(picked).to(.float64)
    guard let lengths = input.lengths else { return values.flattened(from: 1, to: -1) }
    // Padding is zero.
    return values.sum(axes: [1]) / lengths.indexSelect(picked).to(.float64).unsqueezed(1)
  }

  /// Scores of variance 1, and the component's share of the features' variance; 0 where nothing varies.
  private static func principalComponent(_ table: Tensor) -> (scores: [Double], share: Double) {
    let centred = table - table.mean(axes: [0], keepingDimensions: true)
    let deviation = centred.standardDeviation(axes: [0], keepingDimensions: true)
    let varies = deviation .> 1e-12
    let standard = Tensor.where(
      varies, centred / Tensor.where(varies, deviation, Tensor(1, dtype: .float64)), Tensor(0, dtype: .float64))
    // The smaller of the two Gram matrices has all that is needed.
    let (count, width) = (standard.shape[0], standard.shape[1])
    let scores: Tensor
    let largest: Double
    if width <= count {
      let (values, vectors) = standard.transposed().matmul(standard).eigh()
      largest = values[width - 1].item()
      scores = standard.matmul(vectors[.all, width - 1])
    } else {
      let (values, vectors) = standard.matmul(standard.transposed()).eigh()
      largest = values[count - 1].item()
      scores = vectors[.all, count - 1]
    }
    let total = standard.square().sum().item()
    guard total > 0 else { return (scores.doubles, 0) }
    return ((scores / scores.standardDeviation()).doubles, largest / total)
  }
}
