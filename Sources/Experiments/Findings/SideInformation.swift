import Analyses
import InformationTheory
import Modalities
import Models
import Quantification
import Tensors

/// The information of both sides by what the target and the inputs allow, and the labels of their answers.
extension FindingsJob {
  /// The split of a table of all samples, where each side takes few values and samples are ten a cell; else nil.
  func exactInformation(_ sides: Sides) throws -> InformationFinding? {
    guard prepared.learningTask.hasExclusiveClasses else { return nil }
    let names = sides.first + sides.second
    let view = try FeatureView(
      prepared.dataset, splits: Set(Split.allCases), names: names.sorted(), file: plan.dataset)
    guard let labels = try view.target().classIndices else { return nil }
    var levels: [[Int]] = []
    for side in [sides.first, sides.second] {
      let width = side.reduce(0) { $0 + view.features[$1]!.shape[1] }
      // Reading every number of a wide modality to see that no row comes twice is a waste.
      guard width <= 64 else { return nil }
      var known: [[Double]: Int] = [:]
      var found: [Int] = []
      for row in Tensor.concatenated(side.map { view.features[$0]! }, axis: 1).rows {
        found.append(known[row] ?? known.count)
        if known[row] == nil { known[row] = known.count }
        guard known.count <= 64 else { return nil }
      }
      levels.append(found)
    }
    let cells = levels.reduce(Set(labels).count) { $0 * ($1.max()! + 1) }
    guard cells * 10 <= labels.count else { return nil }
    var generator = SplitMix64(seed: 0, stream: 1)
    let estimate = try PartialInformationEstimate(
      observing: (levels[0], levels[1]), target: labels, groups: view.groups, unit: .bits,
      isCancelled: { cancellation.isCancelled }, using: &generator)
    return InformationFinding(estimate, sides, samples: labels.count)
  }

  /// Classes made of a number at its quantiles, and classifiers of the features, trained here.
  func learnedInformation(_ sides: Sides) throws -> InformationFinding {
    let names = (sides.first + sides.second).sorted()
    let view = try FeatureView(prepared.dataset, splits: Set(Split.allCases), names: names, file: plan.dataset)
    guard let values = try view.target().numericValues else {
      throw SampleError("there is no one target to have information about")
    }
    let bins = 5
    var generator = SplitMix64(seed: 0, stream: 2)
    let labels = try InformationAnalysis.labels(Points(values), .quantile(bins: bins), &generator)
    func rows(_ split: Split) -> [Int] {
      view.rows.indices.filter { prepared.dataset.splits[view.rows[$0]] == split }
    }
    func features(_ side: [String]) -> Tensor { .concatenated(side.map { view.features[$0]! }, axis: 1) }
    let estimate = try LearnedPartialInformation().estimate(
      features(sides.first), features(sides.second), labels: labels, classes: labels.max()! + 1, unit: .bits,
      train: rows(.train), validation: rows(.validation), test: rows(.test), groups: view.groups,
      isCancelled: { [cancellation] in cancellation.isCancelled })
    return InformationFinding(
      estimate, sides,
      estimator: "BATCH: calibrated classifiers of the features, the target cut at its quantiles into \(bins) classes",
      split: Split.test.rawValue)
  }

  func interactions(_ answers: SideAnswers, _ sides: Sides) -> LabelFinding {
    let pictures = SamplePicture(dataset: prepared.dataset)
    return LabelFinding(
      answers.posteriors.map(\.rows), targets: answers.labels, classes: prepared.dataset.classes, sides: sides,
      answers: "\(answers.names.joined(separator: ", ")), each calibrated, "
        + "\(answers.seeds) \(answers.seeds == 1 ? "seed" : "seeds")"
    ) { row in
      let sample = answers.rows[row]
      return (prepared.dataset.ids[sample], pictures.pictures(of: sample))
    }
  }
}
