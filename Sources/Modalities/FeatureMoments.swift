import Tensors

/// Mean and standard deviation of every feature over some samples, in double precision and two passes.
struct FeatureMoments {
  /// One per component of a vector or frame, or per channel of an image.
  private(set) var mean: [Double] = []
  /// Over all values, not an estimate for a larger population (divided by n).
  private(set) var deviation: [Double] = []
  /// Values per feature.
  private(set) var count = 0

  init(_ data: ModalityData, rows: [Int]) {
    let rows = rows.filter { data.present?[$0] ?? true }
    let shape = data.values.shape
    let features = shape.count == 4 ? shape[1] : shape[shape.count - 1]
    // Chunks bound the memory of the double-precision copies.
    let chunks = stride(from: 0, to: rows.count, by: 256).map { Array(rows[$0..<min($0 + 256, rows.count)]) }
    count = rows.reduce(0) { $0 + Self.valuesPerFeature(data, row: $1) }
    guard count > 0 else {
      mean = [Double](repeating: 0, count: features)
      deviation = mean
      return
    }
    var sum = Tensor.zeros([features], dtype: .float64)
    for chunk in chunks { sum = sum + Self.valid(data, chunk).sum(axes: [0]) }
    let average = sum / Double(count)
    var squares = Tensor.zeros([features], dtype: .float64)
    for chunk in chunks { squares = squares + (Self.valid(data, chunk) - average).square().sum(axes: [0]) }
    mean = average.doubles
    deviation = (squares / Double(count)).sqrt().doubles
  }

  /// Whether a feature that varies lies further from zero than a thousand times its spread: of the seven digits of single
  /// precision fewer than four would be left to it.
  var isFarFromZero: Bool { zip(mean, deviation).contains { $1 > 0 && abs($0) > 1000 * $1 } }

  private static func valuesPerFeature(_ data: ModalityData, row: Int) -> Int {
    if let lengths = data.lengths { return lengths[row] }
    let shape = data.values.shape
    return shape.count == 4 ? shape[2] * shape[3] : shape.count == 3 ? shape[1] : 1
  }

  /// `[values, features]` float64 of the samples, without padding.
  static func valid(_ data: ModalityData, _ rows: [Int]) -> Tensor {
    let input = data.gather(rows)
    let values = input.exact ?? input.values.to(DType.float64)
    if let lengths = input.lengths {
      let shape = values.shape
      let frames = Tensor.arange(shape[1]).unsqueezed(0)
      let mask = (frames .< lengths.unsqueezed(1)).reshaped([shape[0] * shape[1]])
      let chosen = mask.nonzero().reshaped([-1])
      return values.reshaped([shape[0] * shape[1], shape[2]]).indexSelect(axis: 0, chosen)
    }
    if values.rank == 4 { return values.permuted([0, 2, 3, 1]).reshaped([-1, values.shape[1]]) }
    return values.reshaped([-1, values.shape[values.rank - 1]])
  }
}
