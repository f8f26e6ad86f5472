public import Modalities

extension Dataset {
  /// The modalities that no sample of a split has, sorted: nothing can be measured of them there.
  ///
  /// None where the split is empty.
  public func modalitiesAbsent(in split: Split) -> [String] { modalitiesAbsent(from: self[split]) }

  /// The modalities that none of these samples has, sorted; none where there are no samples.
  func modalitiesAbsent(from rows: [Int]) -> [String] {
    guard !rows.isEmpty else { return [] }
    return names.filter { name in
      guard let present = modalities[name]?.present else { return false }
      return !rows.contains { present[$0] }
    }
  }
}
