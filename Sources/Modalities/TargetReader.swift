import Foundation
import Tensors

/// The targets in `samples.csv`: classes, values or labels.
struct TargetReader {
  let manifest: Manifest
  let table: SampleTable
  /// nil where the split is unknown.
  let splits: [Split?]
  let violations: Violations

  /// Targets that are as many as samples, also where some are wrong: those have class −1, value NaN or no label.
  func read() -> (targets: Targets, classes: [String]) {
    if let columns = manifest.targetColumns { return readColumns(columns) }
    guard let column = manifest.target, let cells = table.cells(column) else { return (.none, []) }
    if manifest.task != .multilabel {
      add(cells.indices.filter { cells[$0].isEmpty }, "the target in column \"\(column)\" is missing")
    }
    switch manifest.task {
    case .regression: return (.values(values(cells, column: column)), [])
    case .multilabel: return labels(cells, column: column)
    case .classification, .retrieval: return classes(cells, column: column)
    case .none: return (.none, [])
    }
  }

  /// One breach for all rows of a kind.
  private func add(_ rows: [Int], _ problem: String) {
    if !rows.isEmpty { violations.add(file: table.file, at: table.places(rows), problem) }
  }

  private func isTrain(_ row: Int) -> Bool { splits.indices.contains(row) && splits[row] == .train }

  // MARK: Values

  private func values(_ cells: [String], column: String) -> [Double] {
    let number = NumberText(cells)
    if number.hasDecimalComma {
      violations.warn(InputError("\(table.file) has decimal commas in column \"\(column)\" and is read as such"))
    }
    let values = cells.map { number($0) ?? .nan }
    let wrong = cells.indices.filter { !cells[$0].isEmpty && !values[$0].isFinite }
    for row in wrong.prefix(1) {
      let problem = number(cells[row]) == nil ? "a number" : "finite"
      let hint = problem == "a number" && cells[row].contains(",") ? "; write a decimal point" : ""
      add(
        wrong.filter { (number(cells[$0]) == nil) == (number(cells[row]) == nil) },
        "the target \"\(cells[row])\" in column \"\(column)\" is not \(problem)\(hint)")
    }
    let train = values.indices.filter { isTrain($0) && values[$0].isFinite }.map { values[$0] }
    if wrong.isEmpty, train.count > 1, let first = train.first, train.allSatisfy({ $0 == first }) {
      violations.add(
        file: table.file,
        "the target in column \"\(column)\" is \(first) in every sample of the train split; there is nothing to learn")
    }
    return values
  }

  // MARK: Classes

  private func classes(_ cells: [String], column: String) -> (Targets, [String]) {
    let known = classNames(cells.indices.filter(isTrain).map { cells[$0] })
    let index = Dictionary(uniqueKeysWithValues: zip(known, known.indices))
    let values = cells.map { index[$0] ?? -1 }
    report(cells.indices.filter { values[$0] < 0 && !cells[$0].isEmpty }.map { ($0, cells[$0]) }, column, known)
    let trained = Set(values.indices.filter { values[$0] >= 0 && isTrain($0) }.map { values[$0] })
    if trained.count == 1, let only = trained.first {
      violations.add(
        file: table.file, "the train split has one class only, \"\(known[only])\"; at least two are needed")
    }
    checkMemory(rows: 0, classes: known.count)
    return (.classes(values), known)
  }

  /// The declared classes, or those of the train split: as numbers where all are whole numbers, else as text.
  private func classNames(_ found: [String]) -> [String] {
    if let classes = manifest.classes { return classes }
    let names = Set(found).subtracting([""])
    let numbers = names.compactMap(Int.init)
    guard numbers.count == names.count, Set(numbers).count == names.count else { return names.sorted() }
    return names.sorted { Int($0) ?? 0 < Int($1) ?? 0 }
  }

  /// One breach for each label that is no class, with its rows.
  private func report(_ found: [(row: Int, label: String)], _ column: String, _ known: [String]) {
    // Without a train split nothing is known, and that has been said.
    guard manifest.classes != nil || splits.contains(.train) else { return }
    let rows = Dictionary(grouping: found, by: \.label).mapValues { $0.map(\.row) }
    let labels = rows.keys.sorted { (rows[$0]?.first ?? 0, $0) < (rows[$1]?.first ?? 0, $1) }
    let shown = known.count <= 12 ? known.quotedList : known.prefix(12).quotedList + ", …"
    for label in labels.prefix(Self.shown) {
      let alike = known.first { Spelling.key($0) == Spelling.key(label) }
      var problem = "the target \"\(label)\" in column \"\(column)\" "
      if let alike {
        let isDeclared = manifest.classes != nil
        let place = isDeclared ? " of the classes" : firstPlace(of: alike, column).map { " of \($0)" } ?? ""
        problem += isDeclared ? "is outside the declared classes" : "never appears in the train split"
        problem +=
          "; it differs from \"\(alike)\"\(place) only in \(Spelling.difference(label, alike)): write both alike"
      } else if manifest.classes == nil {
        problem += "never appears in the train split, which has \(shown); declare `classes` in "
        problem += "\(Manifest.fileName) if that is meant"
      } else {
        problem += "is outside the declared classes \(shown)"
      }
      add(rows[label] ?? [], problem)
    }
    if labels.count > Self.shown {
      violations.add(
        file: table.file, "\(labels.count - Self.shown) more targets in column \"\(column)\" are none of the classes")
    }
  }

  /// Wrong labels that are shown one by one.
  private static let shown = 20

  private func firstPlace(of label: String, _ column: String) -> String? {
    let separator = manifest.separator ?? Self.separator
    return table.cells(column)?.indices.first { row in
      isTrain(row)
        && (table.rows[row][table.column(column) ?? 0] == label
          || manifest.task == .multilabel
            && LabelList.split(table.rows[row][table.column(column) ?? 0], by: separator).contains(label))
    }.map(table.place)
  }

  // MARK: Labels

  /// Between the labels of a cell where the manifest does not say.
  static let separator = "|"

  private func labels(_ cells: [String], column: String) -> (Targets, [String]) {
    let lists = cells.map { LabelList.split($0, by: manifest.separator ?? Self.separator) }
    if let (row, problem) = otherForm(of: cells, lists) {
      add([row], problem)
      return (.labels(lists.map { _ in [] }), [])
    }
    let known = classNames(lists.indices.filter(isTrain).flatMap { lists[$0] })
    let index = Dictionary(uniqueKeysWithValues: zip(known, known.indices))
    guard checkMemory(rows: lists.count, classes: known.count) else { return (.labels(lists.map { _ in [] }), []) }
    var unknown: [(row: Int, label: String)] = []
    let values = lists.enumerated().map { row, list in
      var flags = [Bool](repeating: false, count: known.count)
      for label in list {
        if let position = index[label] { flags[position] = true } else { unknown.append((row, label)) }
      }
      return flags
    }
    report(unknown, column, known)
    if known.isEmpty { violations.add(file: table.file, "no sample of the train split has a label") }
    return (.labels(values), known)
  }

  /// Where labels are separated by something else than is said, or written as lists; `separator: "|"` and declared classes
  /// say that they are not.
  private func otherForm(of cells: [String], _ lists: [[String]]) -> (row: Int, problem: String)? {
    let said = manifest.separator
    guard manifest.classes == nil, said != Self.separator else { return nil }
    let whole = "`separator: \"\(Self.separator)\"` if that is one label"
    let filled = cells.indices.filter { !cells[$0].isEmpty }
    let written = filled.filter { LabelList.isList(cells[$0]) }
    if let row = written.first(where: { cells[$0].contains(",") }) ?? written.first, written.count * 2 > filled.count {
      return (
        row,
        "labels in column \"\(manifest.target ?? "")\" are written as lists of Python or JSON, as in \"\(cells[row])\"; write "
          + "them with `|` between, as in a|b, without a `separator:` in \(Manifest.fileName), or say \(whole)"
      )
    }
    // One that is met is the right one.
    if let said, cells.contains(where: { $0.contains(said) }) { return nil }
    guard let other = LabelList.likelySeparator(lists.flatMap { $0 }) else { return nil }
    let row = lists.firstIndex { $0.contains { $0.contains(other) } } ?? 0
    let shown = [" ": "a blank", "\t": "a tab", "\n": "a line feed"][other] ?? "\"\(other)\""
    let escaped = other.replacingOccurrences(of: "\t", with: "\\t").replacingOccurrences(of: "\n", with: "\\n")
    let wrong = said.map { ", not by `separator: \"\($0)\"`" } ?? ""
    return (
      row,
      "labels in column \"\(manifest.target ?? "")\" seem to be separated by \(shown)\(wrong), as in \"\(cells[row])\"; say "
        + "`separator: \"\(escaped)\"` in \(Manifest.fileName), or "
        + (other == Self.separator ? "declare `classes` if that is one label" : whole)
    )
  }

  /// Labels as columns of 0 and 1.
  private func readColumns(_ columns: [String]) -> (targets: Targets, classes: [String]) {
    guard checkMemory(rows: table.rows.count, classes: columns.count) else {
      return (.labels(table.rows.map { _ in [] }), [])
    }
    var values = [[Bool]](repeating: [Bool](repeating: false, count: columns.count), count: table.rows.count)
    for (label, column) in columns.enumerated() {
      guard let cells = table.cells(column) else { continue }
      var wrong: [Int] = []
      for (row, cell) in cells.enumerated() {
        switch (Double(cell), cell.lowercased()) {
        case (1, _), (_, "true"): values[row][label] = true
        case (0, _), (_, "false"): break
        default: wrong.append(row)
        }
      }
      if let row = wrong.first {
        add(wrong, "\"\(cells[row])\" in column \"\(column)\" says neither 1 nor 0; the target is a list of columns")
      }
      if wrong.isEmpty, splits.contains(.train), !values.indices.contains(where: { isTrain($0) && values[$0][label] }) {
        violations.warn(InputError(file: table.file, "no sample of the train split has label \"\(column)\""))
      }
    }
    return (.labels(values), columns)
  }

  /// Whether the targets, and a table of all pairs of classes, which scores take, fit into the memory.
  @discardableResult private func checkMemory(rows: Int, classes: Int) -> Bool {
    let before = violations.all.count
    let pairs = MemoryBudget.bytes([classes, classes, 2 * MemoryLayout<Int>.size])
    let flags = MemoryBudget.bytes([rows, classes, MemoryLayout<Float>.size])
    _ = try? violations.collect {
      try MemoryBudget.check(bytes: max(pairs, flags), for: table.file, what: "scores of \(classes) classes")
    }
    return violations.all.count == before
  }
}
