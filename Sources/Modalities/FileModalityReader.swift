import Foundation
import Tensors

/// Reads a modality whose samples lie in one file each, named by a column of `samples.csv`, on all cores.
struct FileModalityReader {
  /// Changes when decoding changes, so that older caches are not used.
  private static let cacheVersion = "2"

  let name: String
  let specification: ModalitySpecification
  let folder: DataFolder
  let table: SampleTable
  let cache: URL?
  let violations: Violations

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
    let cached = try cacheFile(urls, cells)
    guard violations.all.count == before else { return nil }
    if let cached, let data = restore(cached, present: urls.map { $0 != nil }) { return data }
    guard let data = decode(urls, cells, decoder) else { return nil }
    // Where nothing can be written there is no next time to save work for, and that is all.
    if let cached { try? store(data, in: cached) }
    return data
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

  private func decode(_ urls: [URL?], _ cells: [String], _ decoder: FileDecoder) -> ModalityData? {
    let before = violations.all.count
    let results = parallelMap(urls.count) { row -> Result<DecodedSample?, InputError> in
      do {
        return .success(try urls[row].map(decoder.decode))
      } catch let error as InputError {
        return .failure(error)
      } catch {
        return .failure(InputError("\(error)"))
      }
    }
    var samples: [DecodedSample?] = []
    var shape: (row: Int, shape: [Int])?
    for (row, result) in results.enumerated() {
      switch result {
      case .failure(let error):
        violations.add(failure(row, cells[row], error))
        samples.append(nil)
      case .success(let sample):
        samples.append(sample)
        guard let sample else { continue }
        let found = specification.isSequence ? Array(sample.shape.dropFirst()) : sample.shape
        if let shape, shape.shape != found {
          violations.add(
            failure(
              row, cells[row], InputError("has shape \(found), but \(table.place(shape.row)) has \(shape.shape)")))
        }
        if shape == nil { shape = (row, found) }
      }
    }
    guard violations.all.count == before else { return nil }
    guard let shape else {
      violations.add(
        file: table.file, "column \"\(specification.column ?? "")\" is empty: no sample has modality \"\(name)\"")
      return nil
    }
    let longest = specification.isSequence ? samples.compactMap { $0?.shape[0] }.max() ?? 1 : 1
    let bytes = ([samples.count, longest, MemoryLayout<Float>.size] + shape.shape).reduce(1.0) { $0 * Double($1) }
    guard bytes < 0.5 * Double(ProcessInfo.processInfo.physicalMemory) else {
      violations.add(
        file: Manifest.fileName, at: "modalities.\(name)",
        "\(samples.count) samples of up to \(longest) frames of shape \(shape.shape) need "
          + "\(Int(bytes / 1e9)) GB, more than half of the memory; a maximum_length or a smaller size helps")
      return nil
    }
    return ModalityData(assembling: samples, featureShape: shape.shape, isSequence: specification.isSequence)
  }

  // MARK: Cache

  /// The file for these contents under this specification; nil without a cache folder.
  private func cacheFile(_ urls: [URL?], _ cells: [String]) throws -> URL? {
    guard let cache else { return nil }
    let hashes = parallelMap(urls.count) { row -> ContentHash? in
      var hash = ContentHash()
      guard let url = urls[row] else { return hash }
      guard let data = try? Data(contentsOf: url) else { return nil }
      hash.add(data)
      return hash
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    var specification = specification
    specification.column = nil
    var whole = ContentHash()
    whole.add(Self.cacheVersion)
    whole.add(try encoder.encode(specification))
    for (row, hash) in hashes.enumerated() {
      if let hash {
        whole.add(hash)
      } else {
        violations.add(failure(row, cells[row], InputError("cannot be read")))
      }
    }
    return cache.appendingPathComponent("\(name)-\(whole.hexadecimal).safetensors")
  }

  /// nil when there is no usable cache; decoding again replaces it.
  private func restore(_ file: URL, present: [Bool]) -> ModalityData? {
    guard FileManager.default.fileExists(atPath: file.path), let stored = try? Safetensors.read(file).tensors,
      let values = stored["values"], values.dtype == .float32, values.rank >= 2, values.shape[0] == present.count
    else { return nil }
    let lengths = stored["lengths"]?.integers
    guard (lengths != nil) == specification.isSequence, lengths.map({ $0.count == present.count }) ?? true,
      lengths.map({ $0.allSatisfy { (1...values.shape[1]).contains($0) } && values.rank == 3 }) ?? true
    else { return nil }
    let exact = stored["exact"]
    guard exact.map({ $0.dtype == .float64 && $0.shape == values.shape }) ?? true else { return nil }
    return ModalityData(values: values, exact: exact, lengths: lengths, present: present)
  }

  private func store(_ data: ModalityData, in file: URL) throws {
    do {
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    } catch {
      throw InputError(file: file.deletingLastPathComponent().path, "cannot be made: \(error.localizedDescription)")
    }
    var tensors = ["values": data.values]
    if let exact = data.exact { tensors["exact"] = exact }
    if let lengths = data.lengths { tensors["lengths"] = Tensor(lengths) }
    try Safetensors.write(tensors, metadata: ["modality": name], to: file)
  }
}
