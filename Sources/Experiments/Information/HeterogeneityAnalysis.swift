public import Analyses
import Modalities
public import Quantification
import Tensors

extension HeterogeneityResult {
  /// - Throws: `UsageError` for a single modality; `InputError` naming the data set where its samples do not allow training.
  public init(_ view: FeatureView, dataset: String, settings: HeterogeneityMatrix.Settings) throws {
    guard view.names.count > 1 else {
      throw UsageError("distances need at least two modalities, found \(view.names.joined(separator: ", "))")
    }
    let target = try view.target()
    let classes = view.classCount
    let (alone, pairs) = try view.reporting {
      let alone = view.names.map { ($0, [view.features[$0]!]) }
      let joint = view.names.indices.flatMap { first in
        view.names[(first + 1)...].map { second in
          ("\(view.names[first])+\(second)", [view.features[view.names[first]]!, view.features[second]!])
        }
      }
      return (
        try HeterogeneityMatrix(alone, target: target, classes: classes, settings: settings),
        joint.count > 1 ? try HeterogeneityMatrix(joint, target: target, classes: classes, settings: settings) : nil
      )
    }
    self.init(dataset: dataset, modalities: alone, pairs: pairs)
  }
}
