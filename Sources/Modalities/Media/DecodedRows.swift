import Tensors

/// Called with the name of a modality, how many of its files are decoded, and how many there are.
public typealias DecodingProgress = @Sendable (_ modality: String, _ done: Int, _ total: Int) -> Void

/// The samples of a modality as they come out of their files, put into one tensor with as few copies as their kind allows.
struct DecodedRows {
  private let isSequence: Bool
  private let count: Int
  /// Samples without a known size wait here until the longest is known.
  private var waiting: [DecodedSample?]
  /// Of samples that all have one size.
  private var values: Tensor?
  private var present: [Bool]
  /// What one sample, or one frame, looks like, and the row that it was first seen in.
  private var shape: (row: Int, shape: [Int])?
  private var longest = 1
  /// Of rows whose files have more digits, all of them.
  private var exact: [Int: [Double]] = [:]
  /// What was odd about which row.
  private(set) var findings: [Int: SoundFinding] = [:]

  init(_ specification: ModalitySpecification, count: Int) {
    isSequence = specification.isSequence
    self.count = count
    waiting = isSequence ? [DecodedSample?](repeating: nil, count: count) : []
    present = [Bool](repeating: false, count: count)
  }

  /// - Parameter place: how errors call a row.
  /// - Throws: `InputError` where the shape is not that of the rows before, or all rows would not fit into the memory.
  mutating func add(_ sample: DecodedSample, at row: Int, place: (Int) -> String) throws {
    let found = isSequence ? Array(sample.shape.dropFirst()) : sample.shape
    if let shape, shape.shape != found {
      throw InputError("has shape \(found), but \(place(shape.row)) has \(shape.shape)")
    }
    if shape == nil { shape = (row, found) }
    present[row] = true
    findings[row] = sample.finding
    exact[row] = sample.exact
    guard !isSequence else {
      longest = max(longest, sample.shape[0])
      waiting[row] = sample
      return
    }
    if values == nil {
      let bytes = MemoryBudget.bytes([count, MemoryLayout<Float>.size] + found)
      try MemoryBudget.check(bytes: bytes, for: Manifest.fileName, what: "\(count) samples of \(found)")
    }
    let all = values ?? Tensor.zeros([count] + found)
    all[row].copy_(from: Tensor(sample.values, shape: found))
    values = all
  }

  /// Bytes that `assembled` will take beside what is held, as far as is known now.
  var bytes: Int {
    guard isSequence, let shape else { return 0 }
    return MemoryBudget.bytes([count, longest, MemoryLayout<Float>.size] + shape.shape)
  }

  /// One tensor with zeros where a sample is absent or has ended; nil without any sample.
  consuming func assembled() -> ModalityData? {
    guard let shape else { return nil }
    guard isSequence else { return values.map { data($0, lengths: nil) } }
    let all = Tensor.zeros([count, longest] + shape.shape)
    let lengths = waiting.map { $0?.shape[0] ?? 1 }
    for row in waiting.indices {
      guard let sample = waiting[row] else { continue }
      waiting[row] = nil
      all[row].narrow(axis: 0, start: 0, length: sample.shape[0])
        .copy_(from: Tensor(sample.values, shape: sample.shape))
    }
    return data(all, lengths: lengths)
  }

  private func data(_ values: Tensor, lengths: [Int]?) -> ModalityData {
    guard !exact.isEmpty, let shape else { return ModalityData(values: values, lengths: lengths, present: present) }
    let wide = values.to(DType.float64)
    for (row, numbers) in exact {
      let sample = lengths.map { wide[row].narrow(axis: 0, start: 0, length: $0[row]) } ?? wide[row]
      sample.copy_(from: Tensor(numbers, shape: (lengths.map { [$0[row]] } ?? []) + shape.shape))
    }
    return ModalityData(narrowing: wide, lengths: lengths, present: present)
  }
}
