public import Quantification

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
  package struct Counted: Sendable {
    let share: [Double]
    let relations: [String: Double]
    let samples: Int

    package init(share: [Double], relations: [String: Double], samples: Int) {
      (self.share, self.relations, self.samples) = (share, relations, samples)
    }
  }

  /// Mean over seeds.
  package init(_ counted: [Counted], names: [String], sides: Sides, method: Method) {
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
