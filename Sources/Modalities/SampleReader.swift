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
      ["id", "split"] + [manifest.target].compactMap { $0 } + (manifest.targetColumns ?? [])
        + manifest.modalities.values.compactMap(\.column))
    for name in table.header where !used.contains(name) { attributes[name] = table.cells(name) }
  }

  private func add(_ row: Int, _ problem: String) { violations.add(file: table.file, at: table.place(row), problem) }

  private func checkColumns() {
    let columns = "its columns are \(table.header.quotedList)"
    if table.column("id") == nil, table.column("split") == nil,
      let split = table.header.first(where: { Split(rawValue: $0) != nil })
    {
      violations.add(
        file: table.file, at: "row 1",
        "holds \"\(split)\", a split, where the names of the columns (id, split, …) belong")
      return
    }
    for name in ["id", "split"] where table.column(name) == nil {
      violations.add(file: table.file, at: "row 1", "no column \"\(name)\"; \(columns)")
    }
    var named: [(key: String, column: String?)] = [("target", manifest.target), ("group", manifest.group)]
    named += (manifest.targetColumns ?? []).map { ("target", $0) }
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
    let reader = TargetReader(manifest: manifest, table: table, splits: splits, violations: violations)
    if manifest.task == .none {
      if let column = manifest.target { attributes[column] = table.cells(column) }
    } else {
      (targets, classes) = reader.read()
    }
  }
}
