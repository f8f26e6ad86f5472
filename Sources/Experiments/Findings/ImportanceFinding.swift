public import Quantification
public import Tensors

/// How much each modality contributes to the outputs of a fusion on the test split, and how two sides relate.
public struct ImportanceFinding: Codable, Sendable, Equatable {
  /// How contributions were found.
  public enum Method: String, Codable, Sendable, CaseIterable {
    case shapley, lime, gradients
  }

  public var method: Method
  /// The encoding that stands for a modality that does not count.
  public var imputation: MissingModalityTable.Imputation
  /// Mean length of each modality's contribution to the outputs over the sum of all; they add to 1.
  public var share: [String: Double]
  /// The sides that relate.
  public var first, second: String
  /// Share of the samples by relation of the sides, all five.
  public var relations: [String: Double]
  public var samples: Int
  public var seeds: Int

  /// The relations in running text, with their shares.
  public var relationsInWords: [(name: String, share: Double)] {
    let names: [(ModalityImportance.Relation, String)] = [
      (.complement, "complement: both point the same way"), (.conflict, "conflict: they point against each other"),
      (.dominanceOfFirst, "dominance of \(first)"), (.dominanceOfSecond, "dominance of \(second)"),
      (.none, "none of these"),
    ]
    return names.map { ($1, relations[$0.rawValue] ?? 0) }
  }

  /// One seed's part of a finding.
  struct Counted: Sendable {
    let share: [Double]
    let relations: [String: Double]
    let samples: Int
  }

  /// Mean over seeds.
  init(_ counted: [Counted], names: [String], sides: Sides, method: Method) {
    func mean(_ value: (Counted) -> Double) -> Double { counted.reduce(0) { $0 + value($1) } / Double(counted.count) }
    self.method = method
    imputation = .mean
    share = Dictionary(
      uniqueKeysWithValues: names.enumerated().map { index, name in (name, mean { $0.share[index] }) })
    (first, second) = (sides.names[0], sides.names[1])
    relations = Dictionary(
      uniqueKeysWithValues: ModalityImportance.Relation.allCases.map { relation in
        (relation.rawValue, mean { $0.relations[relation.rawValue] ?? 0 })
      })
    samples = counted[0].samples
    seeds = counted.count
  }
}

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
      throw InputError("a contribution is not finite: the model answers with numbers that are not")
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
