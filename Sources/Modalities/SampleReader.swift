import Tensors

/// What `samples.csv` says, checked against the manifest: ids, splits, groups, targets, attributes.
struct SampleReader {
  private(set) var ids: [String] = []
  /// nil where the split is unknown.
  private(set) var splits: [Split?] = []
  private(set) var targets = Targets.none
  private(set) var classes: [String] = []
  private(set) var attributes: [String: [String]] = [:]

  private let manifest: Manifest
  private let table: SampleTable
  private let violations: Violations

  /// Reads everything and notes every breach.
  init(_ manifest: Manifest, _ table: SampleTable, violations: Violations) {
    self.manifest = manifest
    self.table = table
    self.violations = violations
    guard !table.rows.isEmpty else {
      violations.add(file: table.file, "no samples below the header")
      return
    }
    checkColumns()
    readIds()
    readSplits()
    checkGroups()
    readTargets()
    let used = Set(
      ["id", "split"] + [manifest.target].compactMap { $0 } + manifest.modalities.values.compactMap(\.column))
    for name in table.header where !used.contains(name) { attributes[name] = table.cells(name) }
  }

  private func add(_ row: Int, _ problem: String) { violations.add(file: table.file, at: table.place(row), problem) }

  private func checkColumns() {
    let columns = "its columns are \(table.header.quotedList)"
    for name in ["id", "split"] where table.column(name) == nil {
      violations.add(file: table.file, at: "row 1", "no column \"\(name)\"; \(columns)")
    }
    var named: [(key: String, column: String?)] = [("target", manifest.target), ("group", manifest.group)]
    named += manifest.modalityNames.map { ("modalities.\($0).column", manifest.modalities[$0]?.column) }
    for (key, column) in named {
      guard let column, table.column(column) == nil else { continue }
      violations.add(
        file: Manifest.fileName, at: key, "no column \"\(column)\" in \(table.file); \(columns)")
    }
  }

  private mutating func readIds() {
    guard let cells = table.cells("id") else { return }
    ids = cells
    let splitCells = table.cells("split")
    var first: [String: Int] = [:]
    for (row, id) in cells.enumerated() {
      if id.isEmpty {
        add(row, "the id is empty")
      } else if let earlier = first[id] {
        let splits = splitCells.map { ($0[earlier], $0[row]) }
        if let splits, splits.0 != splits.1 {
          add(
            row,
            "id \"\(id)\" is in \(splits.1) and, in \(table.place(earlier)), in \(splits.0); "
              + "a sample must be in one split only")
        } else {
          add(row, "duplicate id \"\(id)\", first in \(table.place(earlier)); every id must appear once")
        }
      } else {
        first[id] = row
      }
    }
  }

  private mutating func readSplits() {
    guard let cells = table.cells("split") else { return }
    splits = cells.map(Split.init(rawValue:))
    for (row, split) in splits.enumerated() where split == nil {
      add(row, "unknown split \"\(cells[row])\"; expected one of train, validation, test")
    }
    if cells.count == 1 {
      violations.add(file: table.file, "one sample only; train, validation and test need at least one each")
      return
    }
    for split in Split.allCases where !splits.contains(split) {
      violations.add(
        file: table.file, "no sample in split \(split.rawValue); train, validation and test need at least one each")
    }
  }

  private func checkGroups() {
    guard let column = manifest.group, let cells = table.cells(column), !splits.isEmpty else { return }
    var first: [String: Int] = [:]
    var reported: Set<String> = []
    for (row, group) in cells.enumerated() {
      guard !group.isEmpty else {
        add(row, "the group in column \"\(column)\" is empty")
        continue
      }
      guard let earlier = first[group] else {
        first[group] = row
        continue
      }
      guard let here = splits[row], let there = splits[earlier], here != there else { continue }
      if reported.insert("\(group)\n\(here.rawValue)").inserted {
        add(
          row,
          "group \"\(group)\" of column \"\(column)\" is in \(here.rawValue) and, in \(table.place(earlier)), "
            + "in \(there.rawValue); a group must be in one split only")
      }
    }
  }

  private mutating func readTargets() {
    guard let column = manifest.target, let cells = table.cells(column) else { return }
    for (row, cell) in cells.enumerated() where cell.isEmpty && manifest.task != .multilabel {
      add(row, "the target in column \"\(column)\" is missing")
    }
    switch manifest.task {
    case .regression: readValues(cells, column: column)
    case .multilabel: readLabels(cells, column: column)
    case .classification, .retrieval: readClasses(cells, column: column)
    case .none: attributes[column] = cells
    }
  }

  private mutating func readValues(_ cells: [String], column: String) {
    var values: [Double] = []
    for (row, cell) in cells.enumerated() {
      let value = Double(cell)
      if let value, !value.isFinite {
        add(row, "the target \"\(cell)\" in column \"\(column)\" is not finite")
      } else if value == nil && !cell.isEmpty {
        add(row, "the target \"\(cell)\" in column \"\(column)\" is not a number")
      }
      values.append(value ?? .nan)
    }
    targets = .values(values)
  }

  private mutating func readClasses(_ cells: [String], column: String) {
    let known = classNames(zip(cells, splits).filter { $1 == .train }.map(\.0))
    var missing: Set<String> = []
    let index = Dictionary(uniqueKeysWithValues: zip(known, known.indices))
    var values: [Int] = []
    for (row, cell) in cells.enumerated() {
      if index[cell] == nil && !cell.isEmpty {
        if manifest.classes == nil, missing.contains(cell) { continue }
        missing.insert(cell)
        add(row, outside(cell, column: column, known: known))
      }
      values.append(index[cell] ?? -1)
    }
    let trained = Set(zip(values, splits).filter { $0 >= 0 && $1 == .train }.map(\.0))
    if trained.count == 1, let only = trained.first {
      violations.add(
        file: table.file, "the train split has one class only, \"\(known[only])\"; at least two are needed")
    }
    classes = known
    targets = .classes(values)
  }

  private mutating func readLabels(_ cells: [String], column: String) {
    let lists = cells.map { $0.split(separator: "|").map(String.init) }
    let known = classNames(zip(lists, splits).filter { $1 == .train }.flatMap(\.0))
    let index = Dictionary(uniqueKeysWithValues: zip(known, known.indices))
    var values: [[Bool]] = []
    for (row, list) in lists.enumerated() {
      var flags = [Bool](repeating: false, count: known.count)
      for label in list {
        if let position = index[label] {
          flags[position] = true
        } else {
          add(row, outside(label, column: column, known: known))
        }
      }
      values.append(flags)
    }
    if known.isEmpty { violations.add(file: table.file, "no sample of the train split has a label") }
    classes = known
    targets = .labels(values)
  }

  private func outside(_ cell: String, column: String, known: [String]) -> String {
    let shown = known.count <= 12 ? known.quotedList : known.prefix(12).quotedList + ", …"
    return manifest.classes == nil
      ? "the target \"\(cell)\" in column \"\(column)\" never appears in the train split, which has \(shown); "
        + "declare `classes` in \(Manifest.fileName) if that is meant"
      : "the target \"\(cell)\" in column \"\(column)\" is outside the declared classes \(shown)"
  }

  /// The declared classes, or those of the train split: as numbers where all are whole numbers, else as text.
  private func classNames(_ found: [String]) -> [String] {
    if let classes = manifest.classes { return classes }
    let names = Set(found).subtracting([""])
    let numbers = names.compactMap(Int.init)
    return numbers.count == names.count && Set(numbers).count == names.count
      ? numbers.sorted().map { number in names.first { Int($0) == number } ?? "" } : names.sorted()
  }
}
