import Tensors

// Data sets from which one modality alone can be learned, though a model is given as many as before.
extension Dataset {
  /// The same samples with one modality in the place of another: its values, presence and kind, hence its encoder.
  ///
  /// - Precondition: the data set has both.
  public func replacing(_ name: String, by other: String) -> Dataset {
    guard modalities[name] != nil, let data = modalities[other], let specification = manifest.modalities[other] else {
      preconditionFailure("\(name) by \(other); the data set has \(names.joined(separator: ", "))")
    }
    var (changed, manifest) = (modalities, manifest)
    changed[name] = data
    manifest.modalities[name] = specification
    // What is stated is stated of the modalities as they were.
    manifest.information = nil
    return Dataset(
      manifest: manifest, ids: ids, splits: splits, targets: targets, classes: classes, attributes: attributes,
      modalities: changed)
  }

  /// The same samples, to each of which some modalities come from another one.
  ///
  /// - Parameters:
  ///   - names: the modalities whose rows change places, together.
  ///   - rows: for every sample, the one whose rows it takes.
  public func permuting(_ names: some Sequence<String>, rows: [Int]) -> Dataset {
    precondition(rows.count == count, "\(rows.count) rows for \(count) samples")
    var (changed, manifest) = (modalities, manifest)
    for name in names { changed[name] = modalities[name]?.permuted(rows) }
    manifest.information = nil
    return Dataset(
      manifest: manifest, ids: ids, splits: splits, targets: targets, classes: classes, attributes: attributes,
      modalities: changed)
  }

  /// A random order of the rows that leaves every sample in its split, and in its group where targets vary within at least
  /// half of the groups: there a group says something that is not the target.
  public func placeboOrder(seed: UInt64) -> [Int] {
    var generator = SplitMix64(seed: seed)
    var order = Array(0..<count)
    for split in Split.allCases {
      for rows in exchangeable(self[split]) {
        for (row, source) in zip(rows, generator.shuffled(rows)) { order[row] = source }
      }
    }
    return order
  }

  private func exchangeable(_ rows: [Int]) -> [[Int]] {
    guard let column = manifest.group, let groups = attributes[column] else { return [rows] }
    let members = Dictionary(grouping: rows) { groups[$0] }.sorted { $0.key < $1.key }.map(\.value)
    let varied = members.count { rows in rows.contains { targets.numbers([$0]) != targets.numbers([rows[0]]) } }
    return 2 * varied >= members.count ? members : [rows]
  }
}

extension ModalityData {
  /// Every sample with the rows of another.
  func permuted(_ rows: [Int]) -> ModalityData {
    ModalityData(
      values: values.indexSelect(axis: 0, Tensor(rows)), lengths: lengths.map { lengths in rows.map { lengths[$0] } },
      present: present.map { present in rows.map { present[$0] } })
  }
}
