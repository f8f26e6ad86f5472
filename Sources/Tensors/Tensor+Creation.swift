internal import CTorch

extension Tensor {
  public static func full(
    _ shape: [Int], _ value: Double, dtype: DType = .float32, device: Device = .cpu
  ) -> Tensor {
    make { ct_full(shape, shape.count, value, dtype.code, device.kind, device.index, $0) }
  }
  public static func zeros(_ shape: [Int], dtype: DType = .float32, device: Device = .cpu) -> Tensor {
    full(shape, 0, dtype: dtype, device: device)
  }
  public static func ones(_ shape: [Int], dtype: DType = .float32, device: Device = .cpu) -> Tensor {
    full(shape, 1, dtype: dtype, device: device)
  }
  /// Uninitialised memory: every element must be written before it is read.
  public static func empty(_ shape: [Int], dtype: DType = .float32, device: Device = .cpu) -> Tensor {
    make { ct_empty(shape, shape.count, dtype.code, device.kind, device.index, $0) }
  }
  /// `start, start + step, …` below `end`.
  public static func arange(_ start: Double, _ end: Double, step: Double = 1, dtype: DType = .float32) -> Tensor {
    make { ct_arange(start, end, step, dtype.code, $0) }
  }
  /// The integers `0 ..< count` as int64.
  public static func arange(_ count: Int) -> Tensor { arange(0, Double(count), dtype: .int64) }
  /// `count` evenly spaced values, both ends included.
  public static func linspace(_ start: Double, _ end: Double, count: Int, dtype: DType = .float32) -> Tensor {
    make { ct_linspace(start, end, count, dtype.code, $0) }
  }
  /// The identity matrix `[n, n]`.
  public static func eye(_ n: Int, dtype: DType = .float32) -> Tensor { make { ct_eye(n, dtype.code, $0) } }
  /// The Hann window of `n` points; periodic (for spectra) or symmetric (for filters).
  public static func hannWindow(_ n: Int, periodic: Bool = true, dtype: DType = .float32) -> Tensor {
    make { ct_hann_window(n, periodic, dtype.code, $0) }
  }
  /// Same shape, type and device as `self`.
  public func zerosLike() -> Tensor { .zeros(shape, dtype: dtype, device: device) }
  /// Same shape, type and device as `self`.
  public func onesLike() -> Tensor { .ones(shape, dtype: dtype, device: device) }

  /// A copy in pages of 2 MiB, where it is on the CPU and the system has them: for megabytes that every step walks
  /// through, whose addresses would otherwise have to be looked up page by page.
  public func inLargePages() -> Tensor {
    guard device == .cpu else { return cloned() }
    let copy = make { ct_zeros_in_large_pages(shape, rank, dtype.code, $0) }
    copy.copy_(from: self)
    return copy
  }
}
