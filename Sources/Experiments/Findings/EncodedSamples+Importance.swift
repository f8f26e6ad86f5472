public import Analyses
import Quantification
public import Tensors

extension EncodedSamples {
  /// Contributions `[N, M, K]` of the modalities to the outputs; of logits, to how far each is above their mean, since a
  /// number added to all of them changes nothing.
  ///
  /// A modality that does not count has the mean encoding of the samples. Gradients times encodings have one number,
  /// `[N, M, 1]`, for the output that is largest.
  public func contributions(_ method: ImportanceFinding.Method) -> Tensor {
    func centred(_ outputs: Tensor) -> Tensor {
      outputs.shape[1] > 1 ? outputs - outputs.mean(axes: [1], keepingDimensions: true) : outputs
    }
    func outputs(_ isKept: [Bool]) -> Tensor { centred(self.outputs(keeping: isKept, .mean)) }
    switch method {
    case .shapley: return ModalityImportance.shapley(modalities: encoded.count, outputs: outputs)
    case .lime: return ModalityImportance.lime(modalities: encoded.count, outputs: outputs)
    case .gradients:
      let chosen = centred(self.outputs(encoded, present: present)).argmax(axis: 1)
      return ModalityImportance.gradients(encoded, output: chosen) { centred(model.predict($0, present: present)) }
        .unsqueezed(2)
    }
  }

  /// Shares and relations of contributions.
  func importance(_ contributions: Tensor, names: [String], sides: Sides) throws -> ImportanceFinding.Counted {
    guard contributions.isFinite().all().item() == 1 else {
      throw InputError("a contribution is not finite: the model predicts numbers that are not")
    }
    let all = contributions.to(.float64)
    let lengths = all.norm(axes: [2]).mean(axes: [0]).doubles
    let whole = lengths.reduce(0, +)
    func side(_ members: [String]) -> Tensor {
      all.indexSelect(axis: 1, Tensor(members.map { names.firstIndex(of: $0)! })).sum(axes: [1])
    }
    let relations = ModalityImportance.relations(
      .stacked([side(sides.first), side(sides.second)], axis: 1), 0, 1)
    return ImportanceFinding.Counted(
      share: lengths.map { whole > 0 ? $0 / whole : 1 / Double(names.count) },
      relations: Dictionary(grouping: relations, by: \.rawValue)
        .mapValues { Double($0.count) / Double(relations.count) },
      samples: relations.count)
  }
}
