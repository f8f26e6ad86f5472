import Foundation
public import Tensors

/// The taper of a frame of sound, periodic (of period `count`, as spectra want it).
public enum WindowFunction: String, Codable, Sendable, CaseIterable {
  case hann, hamming, rectangular

  func values(_ count: Int) -> [Float] {
    (0..<count).map { index in
      let cosine = cos(2 * Double.pi * Double(index) / Double(count))
      return switch self {
      case .hann: Float(0.5 - 0.5 * cosine)
      case .hamming: Float(0.54 - 0.46 * cosine)
      case .rectangular: 1
      }
    }
  }
}

/// Where frames lie in the sound.
public enum FramePlacement: String, Codable, Sendable, CaseIterable {
  /// Frame t is centred at t hops; the sound is mirrored beyond its ends (torchaudio).
  case centredReflected
  /// Frame t is centred at t hops; there is silence beyond the ends (librosa).
  case centredSilent
  /// Frame t begins at t hops; a last part shorter than a frame is left out (Kaldi's snipped edges).
  case inside
}

/// Log-mel band energies and mel-frequency cepstral coefficients of sound (Davis and Mermelstein, 1980).
///
/// Packages differ in every convention here, so each is a parameter; the defaults are torchaudio's, but for the window
/// of 25 ms every 10 ms. Energies are of the power spectrum, logarithms natural.
///
/// ```swift
/// let features = try AudioFeatures(rate: 8000, bands: 40)
/// let frames = try features.logMel(Tensor(MediaFile.audio(url, rate: 8000)))  // [T, 40]
/// ```
public struct AudioFeatures: Sendable {
  public let rate: Int
  public let bands: Int
  /// Samples of one frame, and between the beginnings of two.
  public let frameLength: Int
  public let hopLength: Int
  /// Samples of one Fourier transform; a frame is filled up with zeros.
  public let transformSize: Int
  private let placement: FramePlacement
  private let logFloor: Double
  private let preEmphasis: Double
  private let taper: [Float]
  private let filters: [Float]

  /// - Parameters:
  ///   - rate: samples per second.
  ///   - window: seconds of one frame.
  ///   - hop: seconds between the beginnings of two frames.
  ///   - bands: mel bands between two frequencies.
  ///   - lowest: the lower of them, in hertz.
  ///   - highest: the higher of them, in hertz; nil: half the rate.
  ///   - transformSize: samples of one Fourier transform; nil: the next power of two.
  ///   - scale: which formula mel frequencies follow.
  ///   - normalisation: whether a band's weights have one peak or one area.
  ///   - windowFunction: what a frame is multiplied by.
  ///   - placement: where frames begin, and what stands before and after the sound.
  ///   - logFloor: energies below it are raised to it before the logarithm.
  ///   - preEmphasis: a of y[t] = x[t] − a x[t−1], y[0] = x[0]; 0: none.
  /// - Throws: `InputError` where there are more bands than the spectrum can tell apart, or a value makes no sense.
  public init(
    rate: Int, window: Double = 0.025, hop: Double = 0.010, bands: Int = 40, lowest: Double = 0,
    highest: Double? = nil, transformSize: Int? = nil, scale: MelScale = .htk, normalisation: MelNormalisation = .peak,
    windowFunction: WindowFunction = .hann, placement: FramePlacement = .centredReflected, logFloor: Double = 1e-10,
    preEmphasis: Double = 0
  ) throws {
    let highest = highest ?? Double(rate) / 2
    guard rate > 0, rate <= 768_000, window > 0, hop > 0, window <= 10, hop <= 10 else {
      throw InputError("frames of \(window) s every \(hop) s at \(rate) Hz cannot be taken")
    }
    frameLength = Int((window * Double(rate)).rounded())
    hopLength = Int((hop * Double(rate)).rounded())
    guard frameLength >= 2, hopLength >= 1 else {
      throw InputError("frames of \(window) s every \(hop) s are too short at \(rate) Hz")
    }
    var power = 1
    while power < frameLength { power *= 2 }
    let size = transformSize ?? power
    guard size >= frameLength, size <= 1 << 24 else {
      throw InputError("a transform of \(size) samples does not hold a frame of \(frameLength)")
    }
    guard lowest >= 0, lowest < highest, highest <= Double(rate) / 2 else {
      throw InputError("mel bands from \(lowest) to \(highest) Hz; expected within 0 to \(Double(rate) / 2) Hz")
    }
    guard bands >= 1, bands <= size else { throw InputError("\(bands) mel bands; expected 1 to \(size / 2)") }
    guard logFloor > 0, preEmphasis >= 0, preEmphasis < 1 else {
      throw InputError("a logarithm floor of \(logFloor) and pre-emphasis of \(preEmphasis) cannot be used")
    }
    let mel = MelBands(
      bands: bands, rate: rate, transformSize: size, lowest: lowest, highest: highest, scale: scale,
      normalisation: normalisation)
    if let band = mel.empty.first {
      throw InputError(
        "\(bands) mel bands are too many for \(size)-sample spectra at \(rate) Hz: band \(band + 1) is empty"
      )
    }
    self.rate = rate
    self.bands = bands
    self.transformSize = size
    self.placement = placement
    self.logFloor = logFloor
    self.preEmphasis = preEmphasis
    taper = windowFunction.values(frameLength)
    filters = mel.weights
  }

  /// How many frames a sound of `count` samples has.
  public func frameCount(_ count: Int) -> Int {
    let padded = placement == .inside ? count : count + 2 * (frameLength / 2)
    return count < frameLength ? 0 : 1 + (padded - frameLength) / hopLength
  }

  /// Logarithms of the band energies `[T, bands]` of samples `[S]` (or `[B, T, bands]` of `[B, S]`).
  /// - Throws: `InputError` for a sound shorter than one frame.
  public func logMel(_ samples: Tensor) throws -> Tensor {
    let count = samples.shape.last ?? 0
    guard count >= frameLength else {
      throw InputError(
        "\(count) samples (\(seconds(count)) s) of sound; expected at least one frame, "
          + "\(frameLength) samples (\(seconds(frameLength)) s)"
      )
    }
    var signal = samples.to(DType.float32)
    if preEmphasis > 0 {
      let axis = signal.rank - 1
      let later = signal.narrow(axis: axis, start: 1, length: count - 1)
      let earlier = signal.narrow(axis: axis, start: 0, length: count - 1)
      let first = signal.narrow(axis: axis, start: 0, length: 1)
      signal = Tensor.concatenated([first, later - earlier * preEmphasis], axis: axis)
    }
    if placement != .inside {
      let half = frameLength / 2
      // Reflection is defined over at least one axis before the padded one.
      signal = signal.unsqueezed(0).padded([half, half], mode: placement == .centredReflected ? .reflect : .constant)
        .squeezed(0)
    }
    let frames = signal.unfold(axis: -1, size: frameLength, step: hopLength) * Tensor(taper)
    let power = frames.rfft(n: transformSize, axis: -1).abs().square()
    let energies = power.matmul(Tensor(filters, shape: [transformSize / 2 + 1, bands]))
    return energies.clamped(min: logFloor).log()
  }

  /// The first `coefficients` cepstral coefficients `[T, coefficients]` of samples `[S]`: the cosine transform (DCT-II)
  /// of `logMel`, of unit length per basis vector if `orthonormal`, else 2 Σ x cos (scipy's without norm).
  /// - Throws: `InputError` for a sound shorter than one frame, or more coefficients than bands.
  public func mfcc(_ samples: Tensor, coefficients: Int = 13, orthonormal: Bool = true) throws -> Tensor {
    guard coefficients >= 1, coefficients <= bands else {
      throw InputError("\(coefficients) cepstral coefficients of \(bands) mel bands; expected 1 to \(bands)")
    }
    var basis = [Float](repeating: 0, count: bands * coefficients)
    for band in 0..<bands {
      for k in 0..<coefficients {
        let cosine = cos(Double.pi * Double(k) * (Double(band) + 0.5) / Double(bands))
        let scale = orthonormal ? ((k == 0 ? 1 : 2) / Double(bands)).squareRoot() : 2
        basis[band * coefficients + k] = Float(scale * cosine)
      }
    }
    return try logMel(samples).matmul(Tensor(basis, shape: [bands, coefficients]))
  }

  private func seconds(_ count: Int) -> String { String(format: "%.3f", Double(count) / Double(rate)) }
}
