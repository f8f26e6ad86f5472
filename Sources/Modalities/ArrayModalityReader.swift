import Foundation
import Tensors

/// Reads a modality that one file holds for all samples, with its `.lengths.npy` and `.present.npy` beside it.
struct ArrayModalityReader {
  let name: String
  let specification: ModalitySpecification
  let folder: DataFolder
  let ids: [String]
  let violations: Violations

  private var file: String { specification.file ?? "" }

  /// nil when a breach left nothing to use.
  func read() throws -> ModalityData? {
    let before = violations.all.count
    let present = try sidecar("present")?.map { $0 != 0 }
    let frames = try sidecar("lengths")
    guard let stored = try violations.collect({ try array() }) else { return nil }
    var values =
      stored.dtype == .uint8 && specification.kind == .image
      ? stored.to(DType.float32) / 255 : stored.to(Self.isWide(stored.dtype) ? .float64 : .float32)
    guard checkShape(values) else { return nil }
    if specification.kind == .image, values.rank == 3 { values = values.unsqueezed(1) }
    guard checkImage(values) else { return nil }
    if frames != nil && specification.kind != .sequence {
      violations.add(file: "\(name).lengths.npy", "has no meaning for kind \(specification.kind.rawValue)")
    }
    var lengths: [Int]?
    if specification.kind == .sequence {
      let available = values.shape[1]
      let stated = frames ?? [Int](repeating: available, count: ids.count)
      for (row, length) in stated.enumerated() where present?[row] ?? true && !(1...available).contains(length) {
        violations.add(
          file: "\(name).lengths.npy", at: place(row), "length \(length); expected 1 to \(available) as in \(file)")
      }
      let limit = min(available, specification.maximumLength ?? available)
      values = values.narrow(axis: 1, start: 0, length: limit)
      lengths = stated.indices.map { present?[$0] ?? true ? min(stated[$0], limit) : 1 }
    }
    guard violations.all.count == before else { return nil }
    values = cleared(values, lengths: lengths, present: present)
    reportNonFinite(values.to(DType.float32))
    guard violations.all.count == before else { return nil }
    guard values.dtype == .float64 else {
      return ModalityData(values: values.contiguous(), lengths: lengths, present: present)
    }
    return ModalityData(narrowing: values.contiguous(), lengths: lengths, present: present)
  }

  /// Whether numbers of this type may have more digits than single precision.
  static func isWide(_ type: DType) -> Bool { [.float64, .int32, .int64].contains(type) }

  /// A row of an array as a person counts, with the sample it belongs to; a table has a header above it.
  private func place(_ row: Int, isTable: Bool = false) -> String {
    "row \(row + (isTable ? 2 : 1)) (id \"\(ids[row])\")"
  }

  private func array() throws -> Tensor {
    try ArrayFile.read(folder.file(file), name: file, member: specification.array, ids: ids)
  }

  /// `<name>.lengths.npy` or `<name>.present.npy`, one whole number per sample; nil when there is none.
  private func sidecar(_ suffix: String) throws -> [Int]? {
    let file = "\(name).\(suffix).npy"
    guard folder.contains(file) else { return nil }
    return try violations.collect {
      let tensor = try ArrayFile.read(folder.file(file), name: file)
      guard !tensor.dtype.isFloatingPoint else {
        throw InputError(file: file, "holds \(tensor.dtype); whole numbers or truth values expected")
      }
      guard tensor.shape == [ids.count] else {
        throw InputError(file: file, "has shape \(tensor.shape); expected [\(ids.count)], one number per sample")
      }
      let numbers = tensor.integers
      if suffix == "present", let row = numbers.firstIndex(where: { $0 != 0 && $0 != 1 }) {
        throw InputError(file: file, at: place(row), "\(numbers[row]); expected 0 or 1")
      }
      return numbers
    }
  }

  private func checkShape(_ values: Tensor) -> Bool {
    let shape = values.shape
    let expected: (ranks: [Int], text: String)
    switch specification.kind {
    case .vector: expected = ([2], "[N, D]")
    case .sequence, .audio: expected = ([3], "[N, T, D]")
    case .image: expected = ([3, 4], "[N, H, W] or [N, C, H, W]")
    }
    guard expected.ranks.contains(shape.count) else {
      violations.add(
        file: file, "has shape \(shape); kind \(specification.kind.rawValue) expects \(expected.text)")
      return false
    }
    guard shape[0] == ids.count else {
      violations.add(file: file, "has \(shape[0]) rows, but samples.csv has \(ids.count) samples")
      return false
    }
    guard !shape.contains(0) else {
      violations.add(file: file, "has shape \(shape), which holds no number")
      return false
    }
    return true
  }

  private func checkImage(_ values: Tensor) -> Bool {
    guard specification.kind == .image, let size = specification.size, let channels = specification.channels else {
      return true
    }
    let shape = values.shape
    guard Array(shape.dropFirst()) == [channels] + size else {
      violations.add(
        file: file,
        "holds pictures of [C, H, W] = \(Array(shape.dropFirst())); "
          + "\(Manifest.fileName) says channels \(channels) and size \(size)")
      return false
    }
    return true
  }

  /// Zero where a sample is absent or has ended, whatever the file holds there.
  private func cleared(_ values: Tensor, lengths: [Int]?, present: [Bool]?) -> Tensor {
    var values = values
    if let lengths {
      let frames = Tensor.arange(values.shape[1]).unsqueezed(0)
      values = values.maskedFill((frames .>= Tensor(lengths).unsqueezed(1)).unsqueezed(2), 0)
    }
    if let present {
      let shape = [ids.count] + [Int](repeating: 1, count: values.rank - 1)
      values = values.maskedFill(Tensor(present.map { !$0 }).reshaped(shape), 0)
    }
    return values
  }

  private func reportNonFinite(_ values: Tensor) {
    let shape = values.shape
    let finite = values.reshaped([shape[0], -1]).isFinite()
    guard finite.all().item() == 0 else { return }
    let bad = (.!finite).nonzero().integers
    var reported: Set<Int> = []
    for entry in stride(from: 0, to: bad.count, by: 2) where reported.insert(bad[entry]).inserted {
      let (row, flat) = (bad[entry], bad[entry + 1])
      let value = values.reshaped([shape[0], -1])[row, flat].item()
      let shown =
        value.isNaN ? "NaN" : value > 0 ? "Inf (or beyond single precision)" : "-Inf (or beyond single precision)"
      violations.add(
        file: file, at: place(row, isTable: file.hasSuffix(".csv")),
        "\(shown) at \(position(flat, in: Array(shape.dropFirst())))")
    }
  }

  /// Where in a sample, counted from 1: `column 3`, `frame 2, column 3`.
  private func position(_ flat: Int, in shape: [Int]) -> String {
    switch shape.count {
    case 1: "column \(flat + 1)"
    case 2: "frame \(flat / shape[1] + 1), column \(flat % shape[1] + 1)"
    default:
      "channel \(flat / (shape[1] * shape[2]) + 1), pixel row \(flat / shape[2] % shape[1] + 1), "
        + "pixel column \(flat % shape[2] + 1)"
    }
  }
}
