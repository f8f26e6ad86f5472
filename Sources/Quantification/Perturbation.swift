import Foundation
public import Modalities
public import Tensors

/// One way in which inputs get worse at test time, with a ladder of levels (MultiBench: Liang et al., 2021, section 3.3).
///
/// Inputs are perturbed as they were loaded, before normalisation; white noise is measured by the spread of each feature
/// in the train split, so that a level means the same for every modality. What a loss leaves open is filled with the
/// feature's mean over the train split, which says nothing. Absent samples and padding stay what they are. Sound is
/// perturbed in the form that models read: frames of features, or the samples of a waveform.
public enum Perturbation: String, CaseIterable, Codable, Sendable {
  /// White noise of `level` standard deviations of each feature: x + level · s · ε. The signal-to-noise ratio is
  /// −20 lg(level) decibels.
  case noise
  /// Every number is lost with probability `level`.
  case drop
  /// Every frame of a sequence is lost with probability `level`.
  case frameDrop = "frame-drop"
  /// A sequence moves by `level` of its length, later or earlier; what leaves it is lost.
  case shift
  /// Gaussian blur of `level` pixels; at the borders the weights that are left sum to 1.
  case blur
  /// A rectangle of the picture's proportions that covers `level` of its area, somewhere, is lost.
  case occlusion
  /// A waveform is cut off at ±(1 − level) of its peak; of other frames, what lies above the lowest value by more than
  /// 1 − level of the sample's range, as a recording that cannot become louder.
  case clipping

  /// Those that a kind of modality can meet.
  public static func applying(to kind: ModalityKind) -> [Perturbation] {
    switch kind {
    case .vector: [.noise, .drop]
    case .sequence: [.noise, .drop, .frameDrop, .shift]
    case .audio: [.noise, .clipping, .frameDrop, .shift]
    case .image: [.noise, .blur, .occlusion]
    }
  }

  /// What a level counts.
  public var unit: String {
    switch self {
    case .noise: "standard deviations"
    case .drop: "share of numbers"
    case .frameDrop: "share of frames"
    case .shift: "share of the length"
    case .blur: "pixels"
    case .occlusion: "share of the area"
    case .clipping: "share of the range"
    }
  }

  /// The usual levels, from none.
  public var ladder: [Double] {
    switch self {
    case .noise: [0, 0.25, 0.5, 1, 2]
    case .drop, .frameDrop, .occlusion, .clipping: [0, 0.2, 0.4, 0.6, 0.8]
    case .shift: [0, 0.1, 0.2, 0.3, 0.4]
    case .blur: [0, 0.5, 1, 2, 4]
    }
  }

  /// Levels that mean something.
  public var range: ClosedRange<Double> {
    switch self {
    case .noise, .blur: 0...1000
    case .drop, .frameDrop, .occlusion, .clipping, .shift: 0...1
    }
  }

  /// The signal-to-noise ratio of white noise, in decibels.
  public static func decibels(noise level: Double) -> Double { -20 * log10(level) }

  /// The input, perturbed.
  ///
  /// The same generator state gives the same noise, losses, directions and places at every level, so that a curve over
  /// levels does not show how draws differ.
  ///
  /// - Parameters:
  ///   - input: as loaded: `[B, D]`, `[B, T, D]` with lengths or `[B, C, H, W]`.
  ///   - level: how strong, in the perturbation's unit.
  ///   - mean: of each feature or channel in the train split, `[D]` or `[C]`.
  ///   - deviation: its spread there, shaped as `mean`; 0 where constant.
  ///   - isWaveform: whether the frames are the samples of a sound.
  ///   - generator: source of the draws.
  public func callAsFunction(
    _ input: ModalityInput, level: Double, mean: Tensor, deviation: Tensor, isWaveform: Bool = false,
    generator: Generator
  ) -> ModalityInput {
    precondition(range.contains(level), "\(rawValue) of \(level); expected \(range)")
    var result = input
    let x = input.values
    let isImage = x.rank == 4
    let mean = isImage ? mean.reshaped([mean.count, 1, 1]) : mean
    func lost(where draws: Tensor) -> Tensor { Tensor.where(draws .< level, mean.expanded(to: x.shape), x) }
    switch self {
    case .noise:
      let spread = isImage ? deviation.reshaped([deviation.count, 1, 1]) : deviation
      result.values = x + Tensor.randn(x.shape, generator: generator) * spread * level
    case .drop: result.values = lost(where: .rand(x.shape, generator: generator))
    case .frameDrop:
      requireFrames(input)
      result.values = lost(where: .rand([x.shape[0], x.shape[1], 1], generator: generator))
    case .shift: result.values = shifted(input, level, filling: mean, generator)
    case .blur: result.values = level > 0 ? blurred(x, level) : x
    case .occlusion: result.values = occluded(x, level, filling: mean, generator)
    case .clipping: result.values = clipped(input, level, isWaveform: isWaveform)
    }
    return result
  }

  @discardableResult private func requireFrames(_ input: ModalityInput) -> Tensor {
    guard input.values.rank == 3, let lengths = input.lengths else {
      preconditionFailure("\(rawValue) needs frames [B, T, D] with lengths, found \(input.values.shape)")
    }
    return lengths
  }

  private func shifted(
    _ input: ModalityInput, _ level: Double, filling mean: Tensor, _ generator: Generator
  ) -> Tensor {
    let lengths = requireFrames(input)
    let x = input.values
    let (count, frames) = (x.shape[0], x.shape[1])
    let direction = Tensor.bernoulli([count], p: 0.5, generator: generator) * 2 - 1
    let distance = ((lengths.to(.float32) * level).round() * direction).to(.int64).unsqueezed(1)
    let source = Tensor.arange(frames).unsqueezed(0) - distance
    let isInside = (source .>= 0) .& (source .< lengths.unsqueezed(1))
    let safe = Tensor.where(isInside, source, source.zerosLike()).unsqueezed(2).expanded(to: x.shape)
    return Tensor.where(isInside.unsqueezed(2), x.gather(axis: 1, safe), mean.expanded(to: x.shape))
  }

  private func blurred(_ x: Tensor, _ deviation: Double) -> Tensor {
    requirePicture(x)
    func weights(_ size: Int) -> Tensor {
      let place = Tensor.arange(0, Double(size))
      let squares = (place.unsqueezed(0) - place.unsqueezed(1)).square() / (-2 * deviation * deviation)
      return squares.softmax(axis: 1)
    }
    return weights(x.shape[2]).matmul(x).matmul(weights(x.shape[3]).transposed())
  }

  private func occluded(_ x: Tensor, _ level: Double, filling mean: Tensor, _ generator: Generator) -> Tensor {
    requirePicture(x)
    let place = Tensor.rand([2, x.shape[0]], generator: generator)
    func covered(axis: Int) -> Tensor {
      let size = x.shape[axis]
      let side = (Double(size) * level.squareRoot()).rounded()
      let start = (place.select(axis: 0, index: axis - 2) * (Double(size) - side + 1)).floor().unsqueezed(1)
      let position = Tensor.arange(0, Double(size)).unsqueezed(0)
      return (position .>= start) .& (position .< start + side)
    }
    let mask = covered(axis: 2).unsqueezed(2) .& covered(axis: 3).unsqueezed(1)
    return Tensor.where(mask.unsqueezed(1), mean.expanded(to: x.shape), x)
  }

  private func requirePicture(_ x: Tensor) {
    guard x.rank == 4 else { preconditionFailure("\(rawValue) needs pictures [B, C, H, W], found \(x.shape)") }
  }

  private func clipped(_ input: ModalityInput, _ level: Double, isWaveform: Bool) -> Tensor {
    let lengths = requireFrames(input)
    let x = input.values
    if isWaveform {
      let peak = x.abs().max(axes: [1, 2], keepingDimensions: true) * (1 - level)
      return x.minimum(peak).maximum(-peak)
    }
    // Padding must not count as quiet.
    let isReal = (Tensor.arange(x.shape[1]).unsqueezed(0) .< lengths.unsqueezed(1)).unsqueezed(2)
    let low = Tensor.where(isReal, x, Tensor(Double.infinity)).min(axes: [1, 2], keepingDimensions: true)
    let high = Tensor.where(isReal, x, Tensor(-Double.infinity)).max(axes: [1, 2], keepingDimensions: true)
    return Tensor.where(isReal, x.minimum(low + (high - low) * (1 - level)), x)
  }
}
