/// How the answer to two modalities relates to the answers to each (Partan and Marler, 1999), for one sample.
public enum InteractionLabel: String, Sendable, Codable, CaseIterable {
  /// Redundant: all answer the same, together with more confidence than either.
  case enhancement
  /// Redundant: all answer the same, with the confidence of one of them or between them.
  case equivalence
  /// The modalities disagree and both answers stay, each at about half its strength.
  case independence
  /// The modalities disagree and the answer is that of one, as if the other were not there.
  case dominanceOfFirst, dominanceOfSecond
  /// One modality's answer remains, made stronger by the other.
  case enhancingModulation
  /// One modality's answer, or that of both, remains, made weaker.
  case reducingModulation
  /// An answer that neither modality gives.
  case emergence

  /// Labels one sample from the probabilities of its classes, `[K]`, by the first modality, the second and both.
  ///
  /// - Parameters:
  ///   - first: probabilities by the first modality.
  ///   - second: by the second.
  ///   - both: by both.
  ///   - tolerance: probabilities that differ by no more than this are taken as equal.
  public init(first: [Double], second: [Double], both: [Double], tolerance: Double = 0.1) {
    precondition(
      !first.isEmpty && first.count == second.count && first.count == both.count,
      "probabilities of \(first.count), \(second.count) and \(both.count) classes")
    func answer(_ values: [Double]) -> Int { values.indices.max { values[$0] < values[$1] }! }
    let (one, two, joint) = (answer(first), answer(second), answer(both))
    guard joint == one || joint == two else {
      self = .emergence
      return
    }
    if one == two {
      if both[one] > max(first[one], second[one]) + tolerance {
        self = .enhancement
      } else if both[one] < min(first[one], second[one]) - tolerance {
        self = .reducingModulation
      } else {
        self = .equivalence
      }
      return
    }
    let alone = joint == one ? first[one] : second[two]
    let isAverage = both.indices.allSatisfy { abs(both[$0] - (first[$0] + second[$0]) / 2) <= tolerance }
    if abs(both[joint] - alone) <= tolerance {
      self = joint == one ? .dominanceOfFirst : .dominanceOfSecond
    } else if isAverage {
      self = .independence
    } else {
      self = both[joint] > alone ? .enhancingModulation : .reducingModulation
    }
  }

  /// Whether the modalities say the same.
  public var isRedundant: Bool { self == .enhancement || self == .equivalence }
}
