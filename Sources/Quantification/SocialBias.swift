/// Whether a model's predictions tie a class to a group more than the labels do.
///
/// Samples belong to one of several groups; classes and groups are counted from 0.
///
/// ```swift
/// let labels = GroupCounts(classes: trainTargets, groups: trainGroups, classCount: 2, groupCount: 2)
/// let predictions = GroupCounts(classes: predicted, groups: testGroups, classCount: 2, groupCount: 2)
/// SocialBias.amplification(of: predictions, over: labels)
/// ```
public enum SocialBias {
  /// Bias amplification of Zhao et al. (2017, section 3): the mean over classes of Σ_g b̃(c, g) − b*(c, g), over the groups g
  /// that the labels tie to the class, b*(c, g) > 1 / G, where b(c, g) is the share of g among the samples of class c.
  ///
  /// Classes that are never labelled or never predicted say nothing and are left out. nil where none is left.
  public static func amplification(of predictions: GroupCounts, over labels: GroupCounts) -> Double? {
    requireAlike(predictions, labels)
    let even = 1 / Double(labels.groupCount)
    let parts = (0..<labels.classCount).compactMap { kind -> Double? in
      guard labels.total(ofClass: kind) > 0, predictions.total(ofClass: kind) > 0 else { return nil }
      return (0..<labels.groupCount).reduce(0) { sum, group in
        let share = labels.share(of: group, inClass: kind)
        return share > even ? sum + predictions.share(of: group, inClass: kind) - share : sum
      }
    }
    return parts.isEmpty ? nil : parts.reduce(0, +) / Double(parts.count)
  }

  /// Directional bias amplification from group to class of Wang and Russakovsky (2021, equation 1): the mean over groups and
  /// classes of P(ĉ | g) − P(c | g), counted negatively where group and class are labelled together less often than by
  /// chance.
  ///
  /// Both are counted over the same samples, so that a shift between splits is not taken for bias. Groups without samples
  /// are left out; nil where none is left.
  public static func directional(of predictions: GroupCounts, over labels: GroupCounts) -> Double? {
    requireAlike(predictions, labels)
    let total = Double(labels.counts.reduce(0) { $0 + $1.reduce(0, +) })
    var (sum, terms) = (0.0, 0)
    for group in 0..<labels.groupCount {
      let (members, predicted) = (labels.total(ofGroup: group), predictions.total(ofGroup: group))
      guard members > 0, predicted > 0 else { continue }
      for kind in 0..<labels.classCount {
        let joint = Double(labels.counts[kind][group]) / total
        let chance = Double(members) / total * Double(labels.total(ofClass: kind)) / total
        let change =
          Double(predictions.counts[kind][group]) / Double(predicted) - Double(labels.counts[kind][group])
          / Double(members)
        sum += joint > chance ? change : -change
        terms += 1
      }
    }
    return terms == 0 ? nil : sum / Double(terms)
  }

  private static func requireAlike(_ first: GroupCounts, _ second: GroupCounts) {
    precondition(
      first.classCount == second.classCount && first.groupCount == second.groupCount,
      "\(first.classCount) classes of \(first.groupCount) groups against \(second.classCount) of \(second.groupCount)")
  }
}

/// How many samples of each group are in each class.
public struct GroupCounts: Sendable, Equatable {
  public let classCount, groupCount: Int
  /// `[class][group]`.
  public let counts: [[Int]]

  /// - Parameters:
  ///   - classes: of each sample, labelled or predicted.
  ///   - groups: of the same samples.
  ///   - classCount: how many classes there are.
  ///   - groupCount: how many groups there are.
  public init(classes: [Int], groups: [Int], classCount: Int, groupCount: Int) {
    precondition(classes.count == groups.count, "\(classes.count) classes for \(groups.count) groups")
    var counts = [[Int]](repeating: [Int](repeating: 0, count: groupCount), count: classCount)
    for (kind, group) in zip(classes, groups) { counts[kind][group] += 1 }
    (self.classCount, self.groupCount, self.counts) = (classCount, groupCount, counts)
  }

  func total(ofClass kind: Int) -> Int { counts[kind].reduce(0, +) }
  func total(ofGroup group: Int) -> Int { counts.reduce(0) { $0 + $1[group] } }
  func share(of group: Int, inClass kind: Int) -> Double {
    Double(counts[kind][group]) / Double(total(ofClass: kind))
  }
}
