import Tensors

extension Dataset {
  /// 32 digits that change with any sample: ids, splits, targets, classes, and the bytes of every modality with lengths
  /// and presence. The same on every machine.
  public var fingerprint: String {
    var hash = ContentHash()
    for (id, split) in zip(ids, splits) {
      hash.add(id)
      hash.add(split.rawValue)
    }
    classes.forEach { hash.add($0) }
    switch targets {
    case .none: break
    case .classes(let classes): classes.forEach { hash.add(UInt64($0)) }
    case .values(let values): values.forEach { hash.add($0.bitPattern) }
    case .labels(let labels): labels.joined().forEach { hash.add($0 ? 1 : 0) }
    }
    for (name, data) in modalities.sorted(by: { $0.key < $1.key }) {
      hash.add(name)
      data.values.shape.forEach { hash.add(UInt64($0)) }
      data.values.withBytes { hash.add($0) }
      data.lengths?.forEach { hash.add(UInt64($0)) }
      data.present?.forEach { hash.add($0 ? 1 : 0) }
    }
    return hash.hexadecimal
  }
}
