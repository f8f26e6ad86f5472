import Foundation
import Tensors

/// Decoded pictures and sounds of one modality, kept in a file for the next time.
///
/// Its name is made of the contents of the media files and of what they are turned into, so nothing outdated is found;
/// its checksum covers all that it holds, so nothing damaged is believed. A cache is never a condition: what cannot be
/// read is decoded again, and what cannot be written is left out.
struct DecodeCache {
  /// What is kept: the numbers, and what was odd about which row.
  struct Contents {
    var data: ModalityData
    var findings: [Int: SoundFinding]
  }

  /// Changes when decoding changes, so that older caches are not used.
  private static let version = "3"
  private static let checksum = "checksum"
  private static let findings = "findings"

  let file: URL

  init(file: URL) { self.file = file }

  /// The place for these contents under this specification.
  /// - Parameter contents: hashes of the files, one a row; empty where the modality is absent.
  init(in folder: URL, modality: String, specification: ModalitySpecification, contents: [ContentHash]) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    var specification = specification
    specification.column = nil
    var whole = ContentHash()
    whole.add(Self.version)
    whole.add(try encoder.encode(specification))
    for hash in contents { whole.add(hash) }
    file = folder.appendingPathComponent("\(modality)-\(whole.hexadecimal).safetensors")
  }

  /// nil where nothing is kept, or what is kept is damaged or does not fit.
  /// - Throws: `InputError` where it does not fit into the memory.
  func restore(present: [Bool], isSequence: Bool) throws -> Contents? {
    var status = stat()
    guard stat(file.path, &status) == 0 else { return nil }
    try MemoryBudget.check(bytes: Int(status.st_size), for: file.path, what: "the decoded samples")
    guard let (stored, metadata) = try? Safetensors.read(file), let values = stored["values"],
      values.dtype == .float32, values.rank >= 2, values.shape[0] == present.count,
      let text = metadata[Self.findings]
    else { return nil }
    let lengths = stored["lengths"]?.integers
    let exact = stored["exact"]
    guard exact.map({ $0.dtype == .float64 && $0.shape == values.shape }) ?? true, (lengths != nil) == isSequence,
      lengths.map({ $0.count == present.count }) ?? true,
      lengths.map({ $0.allSatisfy { (1...values.shape[1]).contains($0) } && values.rank == 3 }) ?? true,
      metadata[Self.checksum] == hash(values, exact, lengths: lengths, findings: text),
      let findings = try? JSONDecoder().decode([Int: SoundFinding].self, from: Data(text.utf8))
    else { return nil }
    return Contents(
      data: ModalityData(values: values, exact: exact, lengths: lengths, present: present),
      findings: findings.filter { present.indices.contains($0.key) })
  }

  /// Keeps the contents where that is possible; a folder that may not be written or a full disk is no error.
  func store(_ contents: Contents) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    guard let encoded = try? encoder.encode(contents.findings) else { return }
    let text = String(decoding: encoded, as: UTF8.self)
    var tensors = ["values": contents.data.values]
    if let exact = contents.data.exact { tensors["exact"] = exact }
    if let lengths = contents.data.lengths { tensors["lengths"] = Tensor(lengths) }
    let metadata = [
      Self.findings: text,
      Self.checksum: hash(
        contents.data.values, contents.data.exact, lengths: contents.data.lengths, findings: text),
    ]
    try? FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try? Safetensors.write(tensors, metadata: metadata, to: file)
  }

  /// Of everything, the name of the file with it: an entry under another name is none.
  private func hash(_ values: Tensor, _ exact: Tensor?, lengths: [Int]?, findings: String) -> String {
    var hash = ContentHash()
    hash.add(file.lastPathComponent)
    hash.add(findings)
    for number in values.shape + (lengths ?? []) { hash.add(UInt64(truncatingIfNeeded: number)) }
    values.withBytes { hash.add($0) }
    exact?.withBytes { hash.add($0) }
    return hash.hexadecimal
  }
}
