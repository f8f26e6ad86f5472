public import Modalities

/// What intervals and tests have to know of the test samples: which belong together, and which lack a modality.
public struct TestUnits: Codable, Sendable, Equatable {
  /// The group of every test sample, from 0; `nil` where the manifest names none.
  public var groups: [Int]?
  /// By modality, which test samples have it; only of modalities that some lack.
  public var present: [String: [Bool]]?

  public init(groups: [Int]? = nil, present: [String: [Bool]]? = nil) {
    self.groups = groups
    self.present = present
  }

  /// - Returns: `nil` where every test sample is its own and has every modality.
  public init?(_ dataset: Dataset) {
    let test = dataset[.test]
    groups = dataset.groupNumbers.map { numbers in Self.numbered(test.map { numbers[$0] }) }
    let lacking = dataset.modalities.compactMapValues { data in
      data.present.map { present in test.map { present[$0] } }
    }.filter { $0.value.contains(false) }
    present = lacking.isEmpty ? nil : lacking
    if groups == nil, present == nil { return nil }
  }

  /// The samples that have all of some modalities, and those that lack one; `nil` where all have all.
  func complete(_ modalities: [String]) -> (rows: [Int], others: [Int])? {
    let masks = modalities.compactMap { present?[$0] }
    guard let count = masks.first?.count else { return nil }
    let rows = (0..<count).filter { row in masks.allSatisfy { $0[row] } }
    let others = (0..<count).filter { row in !masks.allSatisfy { $0[row] } }
    return others.isEmpty ? nil : (rows, others)
  }

  /// The unit of each of some samples, from 0, and how many there are: its group, or the sample itself where there are no
  /// groups or all samples are in one.
  func units(of rows: [Int]) -> (of: [Int], count: Int) {
    guard let groups else { return (Array(rows.indices), rows.count) }
    let units = Self.numbered(rows.map { groups[$0] })
    let count = (units.max() ?? -1) + 1
    return count > 1 ? (units, count) : (Array(rows.indices), rows.count)
  }

  /// Names as numbers from 0 in the order of their first appearance.
  fileprivate static func numbered<Name: Hashable>(_ names: [Name]) -> [Int] {
    var numbers: [Name: Int] = [:]
    return names.map { name in
      if let number = numbers[name] { return number }
      numbers[name] = numbers.count
      return numbers.count - 1
    }
  }
}

extension Dataset {
  /// The group of every sample, as a number from 0; nil where the manifest names none.
  package var groupNumbers: [Int]? { manifest.group.flatMap { attributes[$0] }.map(TestUnits.numbered) }
}
