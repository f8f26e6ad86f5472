public import Tensors

/// One modality of all samples, in memory as one tensor.
///
/// Tensors inside are never written after loading, which is why this may be handed between threads.
public struct ModalityData: @unchecked Sendable {
  /// float32: vector `[N, D]`, sequence or sound `[N, T, D]`, image `[N, C, H, W]`; zero where absent and after the end.
  public let values: Tensor
  /// The same in float64, where single precision lost digits: what tells Unix times apart is behind its seven. Of large
  /// files only where a feature lies further from zero than a thousand times its spread; nil elsewhere.
  public let exact: Tensor?
  /// Frames of each sample, 1 where absent; nil unless a sequence.
  public let lengths: [Int]?
  /// Which samples have this modality; nil when all do.
  public let present: [Bool]?
  private let presentTensor: Tensor?

  public init(values: Tensor, exact: Tensor? = nil, lengths: [Int]? = nil, present: [Bool]? = nil) {
    let shape = values.shape
    precondition(values.dtype == .float32, "values of type \(values.dtype), float32 expected")
    if let exact {
      precondition(exact.dtype == .float64 && exact.shape == shape, "exact values of \(exact.dtype) \(exact.shape)")
    }
    precondition(shape.count >= 2, "values of shape \(shape) lack the axis of the samples or of the features")
    if let lengths {
      precondition(lengths.count == shape[0], "\(lengths.count) lengths for values of shape \(shape)")
      precondition(shape.count == 3, "lengths with values of shape \(shape); [N, T, D] expected")
      precondition(lengths.allSatisfy { (1...shape[1]).contains($0) }, "lengths outside 1 … \(shape[1])")
    }
    if let present { precondition(present.count == shape[0], "\(present.count) flags for values of shape \(shape)") }
    self.values = values
    self.exact = exact
    self.lengths = lengths
    self.present = present.flatMap { $0.allSatisfy { $0 } ? nil : $0 }
    presentTensor = self.present.map { Tensor($0) }
  }

  /// How many samples.
  public var count: Int { values.shape[0] }

  /// What one sample, or one frame of a sequence, looks like: `[D]` or `[C, H, W]`.
  public var featureShape: [Int] { Array(values.shape.dropFirst(lengths == nil ? 1 : 2)) }

  /// One gather. Sequences are cut to the longest of the samples, or to `frames` where that is given.
  public func gather(_ indices: [Int], frames: Int? = nil) -> ModalityInput {
    let rows = Tensor(indices)
    var chosen: Tensor?
    var longest: Int?
    if let lengths {
      let these = indices.map { lengths[$0] }
      longest = frames ?? these.max() ?? 1
      chosen = Tensor(frames.map { limit in these.map { min($0, limit) } } ?? these)
    }
    func gathered(_ source: Tensor) -> Tensor {
      (longest.map { source.narrow(axis: 1, start: 0, length: $0) } ?? source).indexSelect(axis: 0, rows)
    }
    return ModalityInput(
      values: gathered(values), exact: exact.map(gathered), lengths: chosen,
      present: presentTensor?.indexSelect(axis: 0, rows))
  }
}

extension ModalityData {
  /// Largest number of values of which float64 is kept wherever it says more: 128 MB.
  private static let kept = 1 << 24

  /// Narrows float64 values, and keeps them where single precision would lose what matters.
  init(narrowing wide: Tensor, lengths: [Int]?, present: [Bool]?) {
    let values = wide.to(DType.float32)
    let data = ModalityData(values: values, lengths: lengths, present: present)
    let isKept =
      (values.to(DType.float64) .== wide).all().item() != 1
      && (wide.count <= Self.kept || FeatureMoments(data, rows: Array(0..<data.count)).isFarFromZero)
    self.init(values: values, exact: isKept ? wide : nil, lengths: lengths, present: present)
  }

  /// Joins samples of the same feature shape; nil is an absent one. Sequences are padded with zeros.
  init(assembling samples: [DecodedSample?], featureShape: [Int], isSequence: Bool) {
    let lengths = isSequence ? samples.map { $0?.shape[0] ?? 1 } : nil
    let shape = [samples.count] + (lengths.map { [$0.max() ?? 1] } ?? []) + featureShape
    let stride = shape.dropFirst().reduce(1, *)
    let present = samples.map { $0 != nil }
    if samples.contains(where: { $0?.exact != nil }) {
      let wide = Self.rows(samples.map { $0.map { $0.exact ?? $0.values.map(Double.init) } }, stride: stride)
      self.init(narrowing: Tensor(wide, shape: shape), lengths: lengths, present: present)
      return
    }
    let values = Self.rows(samples.map { $0?.values }, stride: stride)
    self.init(values: Tensor(values, shape: shape), lengths: lengths, present: present)
  }

  /// One row of `stride` numbers a sample, zero where there is none.
  private static func rows<Number: BinaryFloatingPoint>(_ samples: [[Number]?], stride: Int) -> [Number] {
    var values = [Number](repeating: 0, count: samples.count * stride)
    values.withUnsafeMutableBufferPointer { values in
      for (row, sample) in samples.enumerated() {
        guard let sample else { continue }
        let start = row * stride
        _ = UnsafeMutableBufferPointer(rebasing: values[start..<start + sample.count]).update(fromContentsOf: sample)
      }
    }
    return values
  }
}
