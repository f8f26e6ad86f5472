public import Quantification

/// How the answers to both sides relate to the answers to each, sample by sample (``InteractionLabel``), with examples.
public struct LabelFinding: Codable, Sendable, Equatable {
  /// A class and its probability.
  public struct Answer: Codable, Sendable, Equatable {
    public var answer: String
    public var probability: Double
  }

  /// A test sample.
  public struct Example: Codable, Sendable, Equatable {
    public var id: String
    /// The true class.
    public var target: String
    public var first, second, both: Answer
    /// Small pictures of what can be shown, by modality, as `data:` addresses.
    public var pictures: [String: String]?
  }

  public struct Row: Codable, Sendable, Equatable {
    public var label: InteractionLabel
    public var count: Int
    /// Of all samples.
    public var share: Double
    /// Share of these samples whose joint answer is right; nil where there are none.
    public var accuracy: Double?
    /// Those in which the joint prediction is surest.
    public var examples: [Example]
  }

  /// The sides; "first" and "second" in labels mean these.
  public var first, second: String
  /// Where the answers to each side come from.
  public var answers: String
  /// Probabilities that differ by no more than this are taken as equal.
  public var tolerance: Double
  public var samples: Int
  /// All eight labels.
  public var rows: [Row]

  /// - Parameters:
  ///   - posteriors: class probabilities by the first side, the second and both, `[3][N][K]`.
  ///   - example: names a sample; called for few.
  package init(
    _ posteriors: [[[Double]]], targets: [Int], classes: [String], sides: Sides, answers: String,
    tolerance: Double = 0.1, examples: Int = 3, example: (Int) -> (id: String, pictures: [String: String]?)
  ) {
    let labels = targets.indices.map { row in
      InteractionLabel(
        first: posteriors[0][row], second: posteriors[1][row], both: posteriors[2][row], tolerance: tolerance)
    }
    func answer(_ view: Int, _ row: Int) -> (index: Int, answer: Answer) {
      let values = posteriors[view][row]
      let best = values.indices.max { values[$0] < values[$1] }!
      return (best, Answer(answer: classes[best], probability: values[best]))
    }
    (first, second) = (sides.names[0], sides.names[1])
    (self.answers, self.tolerance, samples) = (answers, tolerance, targets.count)
    rows = InteractionLabel.allCases.map { label in
      let members = labels.indices.filter { labels[$0] == label }
      let surest = members.sorted {
        (answer(2, $1).answer.probability, $0) < (answer(2, $0).answer.probability, $1)
      }.prefix(examples)
      return Row(
        label: label, count: members.count, share: Double(members.count) / Double(max(targets.count, 1)),
        accuracy: members.isEmpty
          ? nil : Double(members.count { answer(2, $0).index == targets[$0] }) / Double(members.count),
        examples: surest.map { row in
          let (id, pictures) = example(row)
          return Example(
            id: id, target: classes[targets[row]], first: answer(0, row).answer, second: answer(1, row).answer,
            both: answer(2, row).answer, pictures: pictures)
        })
    }
  }

  /// A label in running text, with the names of the sides.
  public static func words(_ label: InteractionLabel, first: String, second: String) -> String {
    switch label {
    case .enhancement: "enhancement"
    case .equivalence: "equivalence"
    case .independence: "independence"
    case .dominanceOfFirst: "dominance of \(first)"
    case .dominanceOfSecond: "dominance of \(second)"
    case .enhancingModulation: "enhancing modulation"
    case .reducingModulation: "reducing modulation"
    case .emergence: "emergence"
    }
  }

  /// What a label means, in a few words.
  public static func meaning(_ label: InteractionLabel) -> String {
    switch label {
    case .enhancement: "both say the same, together surer"
    case .equivalence: "both say the same, together as sure"
    case .independence: "they disagree and both predictions stay, at half strength"
    case .dominanceOfFirst, .dominanceOfSecond: "they disagree and one prevails as if the other were not there"
    case .enhancingModulation: "they disagree and one prevails, made surer by the other"
    case .reducingModulation: "a prediction stays, made less sure"
    case .emergence: "a prediction that neither makes"
    }
  }
}
