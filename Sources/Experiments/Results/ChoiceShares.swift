public import Modalities
import Models
import Tensors

/// How much a fusion that chooses (`ChoosingFusion`) relies on what, averaged over the samples of each class.
public struct ChoiceShares: Codable, Sendable, Equatable {
  /// What it chooses among: fusions, or modalities.
  public let names: [String]
  /// Each class of the split in order, then all samples.
  public let rows: [Row]

  /// The samples of one class.
  public struct Row: Codable, Sendable, Equatable {
    /// The class; `all` for the whole split.
    public let label: String
    /// How many samples.
    public let samples: Int
    /// Mean share of each choice, from 0 to 1.
    public let shares: [Double]
  }

  /// The shares on a split; nil where the model does not choose or the split is empty.
  ///
  /// - Parameters:
  ///   - trained: the model that chooses.
  ///   - dataset: as it was loaded, with the modalities that the model reads.
  ///   - split: whose samples count.
  public init?(_ trained: TrainedModel, on dataset: Dataset, split: Split) {
    self.init(
      trained, normalised: dataset.keeping(trained.modalities).normalised(with: trained.normalisation), split: split)
  }

  /// The same on a data set whose modalities are normalised already.
  init?(_ trained: TrainedModel, normalised dataset: Dataset, split: Split) {
    let indices = dataset[split]
    guard !indices.isEmpty, let model = trained.model as? any Predicting, let names = model.choiceNames else {
      return nil
    }
    let shares = trained.mapped(dataset, indices) { model.choices($0)! }.rows
    self.names = names
    func row(_ label: String, _ members: [Int]) -> Row {
      let sums = members.reduce(into: names.map { _ in 0.0 }) { sums, member in
        for (choice, share) in shares[member].enumerated() { sums[choice] += Double(share) }
      }
      return Row(label: label, samples: members.count, shares: sums.map { $0 / Double(members.count) })
    }
    var rows: [Row] = []
    if let targets = dataset.targets.selecting(indices).classIndices {
      for (number, label) in dataset.classes.enumerated() {
        let members = targets.indices.filter { targets[$0] == number }
        if !members.isEmpty { rows.append(row(label, members)) }
      }
    }
    self.rows = rows + [row("all", Array(indices.indices))]
  }

  /// As entries of a list of metrics: `choice(additive | seven)`, `choice(additive)` over all classes.
  public var metrics: [String: Double] {
    var metrics: [String: Double] = [:]
    for (number, row) in rows.enumerated() {
      for (name, share) in zip(names, row.shares) {
        metrics[number == rows.count - 1 ? "choice(\(name))" : "choice(\(name) | \(row.label))"] = share
      }
    }
    return metrics
  }
}
