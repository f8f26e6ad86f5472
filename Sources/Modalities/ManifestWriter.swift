import Yams

/// Lays a manifest out as YAML, one modality a line.
struct ManifestWriter {
  let manifest: Manifest

  func yaml() throws -> String {
    var pairs: [(Node, Node)] = [("name", text(manifest.name))]
    add("licence", manifest.licence, to: &pairs)
    add("citation", manifest.citation, to: &pairs)
    pairs.append(("task", text(manifest.task.rawValue)))
    add("target", manifest.target, to: &pairs)
    if let columns = manifest.targetColumns {
      pairs.append(("target", Node(columns.map(text), .implicit, .flow)))
    }
    if let separator = manifest.separator {
      pairs.append(("separator", Node(separator, .implicit, .doubleQuoted)))
    }
    if let classes = manifest.classes { pairs.append(("classes", Node(classes.map(text), .implicit, .flow))) }
    add("group", manifest.group, to: &pairs)
    let modalities = manifest.modalityNames.map { name in
      (text(name), modality(manifest.modalities[name] ?? ModalitySpecification(kind: .vector)))
    }
    pairs.append(("modalities", Node(modalities, .implicit, .block)))
    add("metric", manifest.metric, to: &pairs)
    if let information = manifest.information {
      let unique = information.unique.sorted { $0.key < $1.key }.map { (text($0.key), number($0.value)) }
      let entries: [(Node, Node)] = [
        ("redundancy", number(information.redundancy)), ("unique", Node(unique, .implicit, .flow)),
        ("synergy", number(information.synergy)), ("unit", text(information.unit)),
      ]
      pairs.append(("information", Node(entries, .implicit, .flow)))
    }
    let yaml = try Yams.serialize(node: Node(pairs, .implicit, .block), width: -1, allowUnicode: true)
    return yaml.hasSuffix("\n") ? yaml : yaml + "\n"
  }

  private func modality(_ specification: ModalitySpecification) -> Node {
    var pairs: [(Node, Node)] = [("kind", text(specification.kind.rawValue))]
    add("column", specification.column, to: &pairs)
    add("file", specification.file, to: &pairs)
    add("array", specification.array, to: &pairs)
    // Not through `text`: it is a word of the format.
    if let header = specification.header { pairs.append(("header", Node(header.rawValue))) }
    if let size = specification.size { pairs.append(("size", Node(size.map { Node(String($0)) }, .implicit, .flow))) }
    for (key, value) in [
      ("channels", specification.channels), ("rate", specification.rate), ("bands", specification.bands),
      ("coefficients", specification.coefficients), ("maximum_length", specification.maximumLength),
    ] {
      if let value { pairs.append((Node(key), Node(String(value)))) }
    }
    add("features", specification.features?.rawValue, to: &pairs)
    return Node(pairs, .implicit, .flow)
  }

  private func add(_ key: String, _ value: String?, to pairs: inout [(Node, Node)]) {
    if let value { pairs.append((Node(key), text(value))) }
  }

  /// A text that reads as null, a number or a truth value is quoted, so that other readers see text too.
  private func text(_ value: String) -> Node {
    let plain = Node(value)
    let isText = Resolver.default.resolveTag(of: plain) == .str
    return isText ? plain : Node(value, .implicit, .doubleQuoted)
  }

  private func number(_ value: Double) -> Node {
    Node(value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : String(value))
  }
}
