import Tensors
import Yams

/// One mapping of the manifest while it is read: values are asked for by key, what nobody asked for is refused.
private struct StrictMapping {
  let file: String
  /// Where the mapping stands, such as `modalities.audio`; empty at the top.
  let path: String
  let mapping: Node.Mapping
  let violations: Violations
  /// Values by the text of their key: `on` and `'on'` are one name, though other readers take the first for a truth value.
  private let values: [String: Node]

  init(file: String, path: String, mapping: Node.Mapping, violations: Violations) {
    (self.file, self.path, self.mapping, self.violations) = (file, path, mapping, violations)
    var values: [String: Node] = [:]
    for (key, value) in mapping {
      guard let text = key.scalar?.string, values.updateValue(value, forKey: text) != nil else { continue }
      violations.add(file: file, at: key.mark.map { "line \($0.line)" }, "the key \"\(text)\" appears twice")
    }
    self.values = values
  }

  func report(_ problem: String, at node: Node? = nil) {
    let line = node?.mark?.line ?? (path.isEmpty ? nil : mapping.mark?.line)
    violations.add(file: file, at: line.map { "line \($0)" }, problem)
  }

  func name(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

  /// Refuses every key outside `known`.
  func checkKeys(_ known: [String], of what: String? = nil) {
    for (key, _) in mapping {
      guard let text = key.scalar?.string, known.contains(text) else {
        let shown = key.scalar?.string ?? "a list or mapping"
        let place = path.isEmpty ? "" : " in \(path)"
        report(
          "unknown key \"\(shown)\"\(place)\(what.map { " of \($0)" } ?? ""); known keys: "
            + known.joined(separator: ", "), at: key)
        continue
      }
    }
  }

  func node(_ key: String, required: Bool = false) -> Node? {
    guard let node = values[key] else {
      if required { report("\(name(key)) is missing") }
      return nil
    }
    return node
  }

  func string(_ key: String, required: Bool = false) -> String? {
    guard let node = node(key, required: required) else { return nil }
    guard let scalar = node.scalar, node.tag.description != "tag:yaml.org,2002:null", !scalar.string.isEmpty else {
      report("\(name(key)) must be text, found \(node.kindInWords)", at: node)
      return nil
    }
    return scalar.string
  }

  func choice<Value: RawRepresentable & CaseIterable>(_ key: String, required: Bool = false) -> Value?
  where Value.RawValue == String {
    guard let text = string(key, required: required) else { return nil }
    guard let value = Value(rawValue: text) else {
      let known = Value.allCases.map(\.rawValue).joined(separator: ", ")
      report("\(name(key)) is \"\(text)\"; expected one of \(known)", at: node(key))
      return nil
    }
    return value
  }

  func integer(_ key: String, in range: ClosedRange<Int>, required: Bool = false) -> Int? {
    guard let node = node(key, required: required) else { return nil }
    guard let text = node.scalar?.string, let value = Int(text), range.contains(value) else {
      report(
        "\(name(key)) must be a whole number from \(range.lowerBound) to \(range.upperBound), "
          + "found \(node.kindInWords)", at: node)
      return nil
    }
    return value
  }

  func bits(_ key: String) -> Double? {
    guard let node = node(key, required: true) else { return nil }
    guard let text = node.scalar?.string, let value = Double(text), value.isFinite, value >= 0 else {
      report("\(name(key)) must be a number of at least 0, found \(node.kindInWords)", at: node)
      return nil
    }
    return value
  }

  func submapping(_ key: String, required: Bool = false) -> StrictMapping? {
    guard let node = node(key, required: required) else { return nil }
    guard let mapping = node.mapping else {
      report("\(name(key)) must be a mapping, found \(node.kindInWords)", at: node)
      return nil
    }
    return StrictMapping(file: file, path: name(key), mapping: mapping, violations: violations)
  }

  func texts(_ key: String) -> [String]? {
    guard let node = node(key) else { return nil }
    guard let items = node.sequence else {
      report("\(name(key)) must be a list, found \(node.kindInWords)", at: node)
      return nil
    }
    var texts: [String] = []
    for item in items {
      guard let text = item.scalar?.string, !text.isEmpty else {
        report("\(name(key)) must be a list of texts, found \(item.kindInWords) in it", at: item)
        return nil
      }
      texts.append(text)
    }
    return texts
  }
}

extension Node {
  /// What the node is, for an error: `"abc"`, `nothing`, `a list`, `a mapping`.
  fileprivate var kindInWords: String {
    switch self {
    case .scalar(let scalar): scalar.string.isEmpty ? "nothing" : "\"\(scalar.string)\""
    case .sequence: "a list"
    case .mapping: "a mapping"
    case .alias: "an alias"
    }
  }
}

extension Manifest {
  /// Reads a manifest and notes every breach; nil when it cannot be used.
  static func parse(_ yaml: String, file: String, violations: Violations) -> Manifest? {
    let before = violations.all.count
    let root: Node?
    do {
      try YAMLAliases.check(yaml, file: file)
      root = try Yams.compose(yaml: yaml)
    } catch let error as InputError {
      violations.add(error)
      return nil
    } catch {
      violations.add(notYAML(error, file: file))
      return nil
    }
    guard let mapping = root?.mapping else {
      let found = root?.kindInWords ?? "nothing"
      violations.add(file: file, "must be a mapping with name, task and modalities, found \(found)")
      return nil
    }
    let top = StrictMapping(file: file, path: "", mapping: mapping, violations: violations)
    top.checkKeys([
      "name", "licence", "citation", "task", "target", "separator", "classes", "group", "modalities", "metric",
      "information",
    ])
    let name = top.string("name", required: true)
    let task: TaskKind? = top.choice("task", required: true)
    let (target, columns) = readTarget(top, task: task)
    var modalities: [String: ModalitySpecification] = [:]
    if let entries = top.submapping("modalities", required: true) {
      if entries.mapping.isEmpty { entries.report("modalities is empty; at least one is needed") }
      for (key, _) in entries.mapping {
        guard let name = key.scalar?.string, isModalityName(name) else {
          entries.report(
            "modality \(key.kindInWords): a name is made of letters, digits, \"-\" and \"_\"", at: key)
          continue
        }
        if let specification = entries.submapping(name) { modalities[name] = modality(specification) }
      }
    }
    let classes = top.texts("classes")
    let separator = readSeparator(top, task: task, columns: columns, classes: classes)
    checkClasses(classes, task: task, columns: columns, top: top)
    let manifest = Manifest(
      name: name ?? "", licence: top.string("licence"), citation: top.string("citation"), task: task ?? .none,
      target: target, classes: classes, group: top.string("group"), modalities: modalities,
      metric: top.string("metric"), information: information(top, modalities: modalities.keys.sorted()),
      separator: separator, targetColumns: columns)
    checkColumns(manifest, top: top)
    return violations.all.count == before ? manifest : nil
  }

  private static func isModalityName(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.count <= 64
      && name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"): true
        default: false
        }
      }
  }

  /// One column, or several columns of 0 and 1.
  private static func readTarget(_ top: StrictMapping, task: TaskKind?) -> (column: String?, columns: [String]?) {
    let required = task != nil && task != TaskKind.none && task != .retrieval
    guard let node = top.node("target"), node.sequence != nil else {
      return (top.string("target", required: required), nil)
    }
    guard let columns = top.texts("target"), !columns.isEmpty else {
      if node.sequence?.isEmpty == true { top.report("target names no column", at: node) }
      return (nil, nil)
    }
    if task != .multilabel {
      top.report("target is a list of columns, which only task multilabel can have; name one column", at: node)
    }
    var seen: Set<String> = []
    for name in columns where !seen.insert(name).inserted { top.report("target names \"\(name)\" twice", at: node) }
    return (nil, columns)
  }

  private static func readSeparator(
    _ top: StrictMapping, task: TaskKind?, columns: [String]?, classes: [String]?
  ) -> String? {
    guard let separator = top.string("separator") else { return nil }
    let node = top.node("separator")
    if let task, task != .multilabel {
      top.report("separator stands between the labels of task multilabel; the task is \(task.rawValue)", at: node)
    }
    if columns != nil { top.report("separator has no meaning where target is a list of columns", at: node) }
    for name in classes ?? [] where name.contains(separator) {
      top.report("classes names \"\(name)\", which holds the separator \"\(separator)\"", at: top.node("classes"))
    }
    return separator
  }

  private static func checkClasses(_ classes: [String]?, task: TaskKind?, columns: [String]?, top: StrictMapping) {
    guard let classes else { return }
    let node = top.node("classes")
    if columns != nil { top.report("classes has no meaning where target is a list of columns", at: node) }
    if task == .regression || task == TaskKind.none {
      top.report("classes has no meaning for task \(task?.rawValue ?? "")", at: node)
    }
    if classes.count < 2 { top.report("classes must name at least 2 classes, found \(classes.count)", at: node) }
    var seen: Set<String> = []
    for name in classes where !seen.insert(name).inserted {
      top.report("classes names \"\(name)\" twice", at: node)
    }
  }

  private static func checkColumns(_ manifest: Manifest, top: StrictMapping) {
    let targets = [manifest.target].compactMap { $0 } + (manifest.targetColumns ?? [])
    for (key, column) in targets.map({ ("target", $0) }) + [manifest.group].compactMap({ $0 }).map({ ("group", $0) })
    where column == "id" || column == "split" {
      top.report("\(key) cannot be the column \"\(column)\"", at: top.node(key))
    }
    for name in manifest.modalityNames {
      guard let column = manifest.modalities[name]?.column else { continue }
      if (["id", "split"] + targets).contains(column) {
        top.report("modalities.\(name).column cannot be the column \"\(column)\"")
      }
    }
  }

  private static func modality(_ entry: StrictMapping) -> ModalitySpecification? {
    guard let kind: ModalityKind = entry.choice("kind", required: true) else { return nil }
    let keys: [ModalityKind: [String]] = [
      .vector: ["kind", "column", "file", "array", "header"],
      .sequence: ["kind", "column", "file", "array", "header", "maximum_length"],
      .image: ["kind", "column", "file", "array", "size", "channels"],
      .audio: ["kind", "column", "rate", "features", "bands", "coefficients", "maximum_length"],
    ]
    entry.checkKeys(keys[kind] ?? [], of: "kind \(kind.rawValue)")
    var result = ModalitySpecification(kind: kind)
    result.column = entry.string("column", required: kind == .audio)
    if kind != .audio {
      result.file = entry.string("file")
      result.array = entry.string("array")
      if result.column == nil && result.file == nil { entry.report("\(entry.path) needs file or column") }
      if result.column != nil && result.file != nil {
        entry.report("\(entry.path) has both file and column; only one can say where the samples are")
      }
      let member = result.file.map { $0.hasSuffix(".npz") || $0.hasSuffix(".safetensors") } ?? false
      if result.array != nil && !member {
        entry.report("\(entry.path).array is the member of an .npz or .safetensors file; there is no such file")
      }
    }
    if kind == .vector || kind == .sequence { result.header = entry.choice("header") }
    if result.header != nil, let file = result.file, !ArrayFile.isTable(file) {
      entry.report("\(entry.path).header is of .csv and .tsv tables; \"\(file)\" is none")
    }
    switch kind {
    case .vector: break
    case .sequence: result.maximumLength = entry.integer("maximum_length", in: 1...10_000_000)
    case .image: readImage(entry, into: &result)
    case .audio: readAudio(entry, into: &result)
    }
    return result
  }

  private static func readImage(_ entry: StrictMapping, into result: inout ModalitySpecification) {
    if let node = entry.node("size", required: true) {
      let numbers = node.sequence.map { $0.compactMap { $0.scalar.flatMap { Int($0.string) } } } ?? []
      if numbers.count == 2, node.sequence?.count == 2, numbers.allSatisfy((1...4096).contains) {
        result.size = numbers
      } else {
        entry.report("\(entry.path).size must be [height, width], each from 1 to 4096", at: node)
      }
    }
    if let channels = entry.integer("channels", in: 1...3) {
      if channels == 2 { entry.report("\(entry.path).channels must be 1 or 3, found \"2\"") }
      result.channels = channels
    } else {
      result.channels = 3
    }
  }

  private static func readAudio(_ entry: StrictMapping, into result: inout ModalitySpecification) {
    result.rate = entry.integer("rate", in: 1000...192_000, required: true)
    let features: AudioRepresentation = entry.choice("features") ?? .logmel
    result.features = features
    result.maximumLength = entry.integer("maximum_length", in: 1...10_000_000)
    if features == .waveform, let node = entry.node("bands") {
      entry.report("\(entry.path).bands has no meaning for features waveform", at: node)
    }
    if features != .mfcc, let node = entry.node("coefficients") {
      entry.report("\(entry.path).coefficients has no meaning for features \(features.rawValue)", at: node)
    }
    if features != .waveform { result.bands = entry.integer("bands", in: 1...512) ?? 40 }
    if features == .mfcc {
      let bands = result.bands ?? 40
      result.coefficients = entry.integer("coefficients", in: 1...bands) ?? min(13, bands)
    }
  }

  private static func information(_ top: StrictMapping, modalities: [String]) -> InformationContent? {
    guard let entry = top.submapping("information") else { return nil }
    entry.checkKeys(["redundancy", "unique", "synergy", "unit"])
    let redundancy = entry.bits("redundancy")
    let synergy = entry.bits("synergy")
    let unit = entry.string("unit", required: true)
    if let unit, unit != "bits" && unit != "nats" {
      entry.report("information.unit is \"\(unit)\"; expected one of bits, nats", at: entry.node("unit"))
    }
    var unique: [String: Double] = [:]
    if let entries = entry.submapping("unique", required: true) {
      entries.checkKeys(modalities)
      for name in modalities { unique[name] = entries.bits(name) }
    }
    return InformationContent(
      redundancy: redundancy ?? 0, unique: unique, synergy: synergy ?? 0, unit: unit ?? "bits")
  }

  private static func notYAML(_ error: any Error, file: String) -> InputError {
    switch error as? YamlError {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      InputError(file: file, at: "line \(mark.line)", "is not YAML: \(problem)")
    case .duplicatedKeysInMapping(let keys, let context):
      InputError(file: file, at: "line \(context.mark.line)", "the key \(keys.quotedList) appears twice")
    case .reader(let problem, _, _, _): InputError(file: file, "is not YAML: \(problem)")
    default: InputError(file: file, "is not YAML")
    }
  }
}
