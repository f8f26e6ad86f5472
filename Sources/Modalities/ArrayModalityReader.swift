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
    let source = try violations.collect {
      try ArrayFile(
        url: folder.file(file), name: file, member: specification.array, header: specification.header)
    }
    // What has the wrong shape need not be read.
    guard let source, let known = try violations.collect({ try source.shape() }), known.map(checkShape) ?? true,
      let stored = try violations.collect({
        try source.read(ids: ids) { violations.warn(InputError($0)) }
      })
    else { return nil }
    var values =
      stored.dtype == .uint8 && specification.kind == .image
      ? stored.to(DType.float32) / 255 : stored.to(Self.isWide(stored.dtype) ? .float64 : .float32)
    if known == nil { guard checkShape(values.shape) else { return nil } }
    if specification.kind == .image, values.rank == 3 { values = values.unsqueezed(1) }
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
    reportNonFinite(values.to(DType.float32), lengths: lengths)
    guard violations.all.count == before else { return nil }
    guard values.dtype == .float64 else {
      return ModalityData(values: values.contiguous(), lengths: lengths, present: present)
    }
    return ModalityData(narrowing: values.contiguous(), lengths: lengths, present: present)
  }

  /// Whether numbers of this type may have more digits than single precision.
  static func isWide(_ type: DType) -> Bool { [.float64, .int32, .int64].contains(type) }

  /// A row of an array as a person counts, with the sample it belongs to.
  private func place(_ row: Int, below header: Int = 0) -> String { "row \(row + 1 + header) (id \"\(ids[row])\")" }

  /// Rows above the first sample.
  private var headerRows: Int { ArrayFile.isTable(file) && specification.header != .absent ? 1 : 0 }

  /// `<name>.lengths.npy` or `<name>.present.npy`, one whole number per sample; nil when there is none.
  private func sidecar(_ suffix: String) throws -> [Int]? {
    let file = "\(name).\(suffix).npy"
    guard folder.contains(file) else { return nil }
    return try violations.collect {
      let source = try ArrayFile(url: folder.file(file), name: file)
      if let shape = try source.shape(), shape != [ids.count] {
        throw InputError(file: file, "has shape \(shape); expected [\(ids.count)], one number per sample")
      }
      let tensor = try source.read()
      guard !tensor.dtype.isFloatingPoint else {
        throw InputError(file: file, "holds \(tensor.dtype); whole numbers or truth values expected")
      }
      let numbers = tensor.integers
      if suffix == "present", let row = numbers.firstIndex(where: { $0 != 0 && $0 != 1 }) {
        throw InputError(file: file, at: place(row), "\(numbers[row]); expected 0 or 1")
      }
      return numbers
    }
  }

  private func checkShape(_ shape: [Int]) -> Bool {
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
    return checkImage(shape.count == 3 ? [1] + shape.dropFirst() : Array(shape.dropFirst()))
  }

  /// - Parameter picture: `[C, H, W]`.
  private func checkImage(_ picture: [Int]) -> Bool {
    guard specification.kind == .image, let size = specification.size, let channels = specification.channels else {
      return true
    }
    guard picture == [channels] + size else {
      violations.add(
        file: file,
        "holds pictures of [C, H, W] = \(picture); "
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

  /// One breach for all samples that hold no number at all, and one for each of the first others.
  private func reportNonFinite(_ values: Tensor, lengths: [Int]?) {
    let rows = values.reshaped([values.shape[0], -1])
    let finite = rows.isFinite()
    guard finite.all().item() == 0 else { return }
    let missing = isMissing(rows, lengths: lengths, width: values.shape[values.rank - 1])
    reportMissing(missing.indices.filter { missing[$0] })
    let broken = (.!finite).any(axis: 1).nonzero().integers.filter { !missing[$0] }
    for row in broken.prefix(Self.shown) {
      let flat = (.!finite)[row].nonzero().integers[0]
      let value = rows[row, flat].item()
      let shown =
        value.isNaN
        ? "NaN" : value > 0 ? "Inf (or beyond single precision)" : "-Inf (or beyond single precision)"
      violations.add(
        file: file, at: place(row, below: headerRows),
        "\(shown) at \(position(flat, in: Array(values.shape.dropFirst())))")
    }
    if broken.count > Self.shown {
      violations.add(file: file, "\(broken.count - Self.shown) more rows hold numbers that are not finite")
    }
  }

  /// Rows that are shown one by one.
  private static let shown = 20

  /// Whether a sample holds no number: NaN in every place, up to the end of a sequence; its padding was cleared.
  private func isMissing(_ rows: Tensor, lengths: [Int]?, width: Int) -> [Bool] {
    rows.isNaN().to(DType.int64).sum(axes: [1]).integers.enumerated().map { row, count in
      count == (lengths.map { $0[row] * width } ?? rows.shape[1])
    }
  }

  private func reportMissing(_ missing: [Int]) {
    guard let first = missing.first else { return }
    let places = missing.prefix(3).map { place($0, below: headerRows) }.joined(separator: ", ")
    let found =
      missing.count == 1
      ? "\(place(first, below: headerRows)) is NaN throughout"
      : "\(missing.count) rows are NaN throughout: \(places)\(missing.count > 3 ? ", …" : "")"
    violations.add(
      file: file,
      "\(found); where samples lack the modality, say so in \(name).present.npy: one 0 or 1 per sample")
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
