public import Evaluation
public import Modalities
import Models
import Tensors

extension ChoiceShares {
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
    self.init(names: names, rows: rows + [row("all", Array(indices.indices))])
  }
}
