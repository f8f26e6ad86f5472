import Foundation
import Tensors

/// Reads a modality whose samples lie in one file each, named by a column of `samples.csv`, on all cores.
struct FileModalityReader {
  let name: String
  let specification: ModalitySpecification
  let folder: DataFolder
  let table: SampleTable
  let cache: URL?
  let violations: Violations
  /// Told how many of how many files are decoded, now and then.
  var progress: DecodingProgress?

  /// Rows that are decoded before their numbers are put in place and progress is told.
  private static let block = 64

  /// nil when a breach left nothing to use.
  func read() throws -> ModalityData? {
    guard let column = specification.column, let cells = table.cells(column) else { return nil }
    let before = violations.all.count
    for suffix in ["lengths", "present"] where folder.contains("\(name).\(suffix).npy") {
      violations.add(file: "\(name).\(suffix).npy", "has no meaning for a modality that is read by column")
    }
    let urls = cells.enumerated().map { row, cell in
      cell.isEmpty ? nil : try? collect(row, cell) { try folder.file(cell) }
    }
    let decoder = try violations.collect { try FileDecoder(specification, named: name) }
    guard let decoder, violations.all.count == before else { return nil }
    let cached = try cacheEntry(urls, cells)
    guard violations.all.count == before else { return nil }
    var contents = try violations.collect {
      try cached?.restore(present: urls.map { $0 != nil }, isSequence: specification.isSequence)
    }?.flatMap { $0 }
    guard violations.all.count == before else { return nil }
    if contents == nil {
      contents = try checkMemory(urls, decoder) ? decode(urls, cells, decoder) : nil
      if let contents { cached?.store(contents) }
    }
    if let contents { warn(contents.findings, cells) }
    return contents?.data
  }

  private func failure(_ row: Int, _ cell: String, _ error: InputError) -> InputError {
    InputError(
      file: table.file, at: table.place(row),
      [cell, error.place, error.problem].compactMap { $0 }.joined(separator: ": "))
  }

  private func collect<Value>(_ row: Int, _ cell: String, _ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch let error as InputError {
      violations.add(failure(row, cell, error))
      throw error
    }
  }

  private func decode(_ urls: [URL?], _ cells: [String], _ decoder: FileDecoder) throws -> DecodeCache.Contents? {
    let before = violations.all.count
    var rows = DecodedRows(specification, count: urls.count)
    let total = urls.count { $0 != nil }
    var done = 0
    for start in stride(from: 0, to: urls.count, by: Self.block) {
      let block = start..<min(start + Self.block, urls.count)
      progress?(name, done, total)
      let results = parallelMap(block.count) { index -> Result<DecodedSample?, InputError> in
        do {
          return .success(try urls[block.lowerBound + index].map(decoder.decode))
        } catch let error as InputError {
          return .failure(error)
        } catch {
          return .failure(InputError("\(error)"))
        }
      }
      for (row, result) in zip(block, results) {
        do {
          guard let sample = try result.get() else { continue }
          try rows.add(sample, at: row) { table.place($0) }
        } catch let error as InputError {
          violations.add(failure(row, cells[row], error))
        }
      }
      done += urls[block].count { $0 != nil }
      guard try fits(rows.bytes, "\(urls.count) samples as long as the longest of the first \(done)") else {
        return nil
      }
    }
    progress?(name, done, total)
    guard violations.all.count == before else { return nil }
    guard let data = rows.assembled() else {
      violations.add(
        file: table.file, "column \"\(specification.column ?? "")\" is empty: no sample has modality \"\(name)\"")
      return nil
    }
    return DecodeCache.Contents(data: data, findings: rows.findings)
  }

  /// One warning for each kind of finding, with the first file and how many there are.
  private func warn(_ findings: [Int: SoundFinding], _ cells: [String]) {
    for kind in SoundFinding.allCases {
      let rows = findings.filter { $0.value == kind }.keys.sorted()
      guard let first = rows.first else { continue }
      let others = rows.count > 1 ? " (and \(rows.count - 1) more)" : ""
      violations.warn(failure(first, cells[first], InputError("\(kind.problem)\(others)")))
    }
  }

  // MARK: Memory

  /// Whether what the heads of the files declare fits into the memory, before anything is decoded.
  private func checkMemory(_ urls: [URL?], _ decoder: FileDecoder) throws -> Bool {
    // One picture may stand in many rows.
    let files = Array(Set(urls.compactMap { $0 }))
    let declared = parallelMap(files.count) { decoder.declaredBytes(files[$0]) }
    let largest = declared.map(\.result).max() ?? 0
    let decoding = declared.map(\.decoding).max() ?? 0
    var needed = MemoryBudget.bytes([urls.count, largest])
    if specification.isSequence { needed = sum([needed] + declared.map(\.result)) }
    let kind = specification.kind == .image ? "pictures" : "sounds"
    let shape = specification.kind == .image ? " of \([specification.channels ?? 1] + (specification.size ?? []))" : ""
    return try fits(sum([needed, decoding]), "\(urls.count) \(kind)\(shape)")
  }

  private func fits(_ bytes: Int, _ what: String) throws -> Bool {
    let before = violations.all.count
    try violations.collect {
      do {
        try MemoryBudget.check(bytes: bytes, for: Manifest.fileName, what: what)
      } catch var error as InputError {
        error.place = "modalities.\(name)"
        error.problem += "; \(specification.isSequence ? "a maximum_length" : "a smaller size") helps"
        throw error
      }
    }
    return violations.all.count == before
  }

  private func sum(_ numbers: [Int]) -> Int {
    numbers.reduce(0) { sum, number in
      let (value, overflow) = sum.addingReportingOverflow(number)
      return overflow ? Int.max : value
    }
  }

  // MARK: Cache

  /// Where these contents are kept under this specification; nil without a cache folder.
  private func cacheEntry(_ urls: [URL?], _ cells: [String]) throws -> DecodeCache? {
    guard let cache else { return nil }
    let hashes = parallelMap(urls.count) { row -> ContentHash? in
      var hash = ContentHash()
      guard let url = urls[row] else { return hash }
      guard let data = try? Data(contentsOf: url, options: .mappedIfSafe) else { return nil }
      hash.add(data)
      return hash
    }
    for (row, hash) in hashes.enumerated() where hash == nil {
      violations.add(failure(row, cells[row], InputError("cannot be read")))
    }
    return try DecodeCache(
      in: cache, modality: name, specification: specification, contents: hashes.compactMap { $0 })
  }
}
