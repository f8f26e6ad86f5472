import Foundation

/// How frequencies are spread over mel bands.
public enum MelScale: String, Codable, Sendable, CaseIterable {
  /// 2595 log₁₀(1 + f / 700), as in HTK and torchaudio.
  case htk
  /// Linear to 1000 Hz, logarithmic above, as in Slaney's Auditory Toolbox and librosa.
  case slaney

  /// Mel of a frequency in hertz.
  func mel(_ hertz: Double) -> Double {
    switch self {
    case .htk: 2595 * log10(1 + hertz / 700)
    case .slaney: hertz < 1000 ? hertz * 3 / 200 : 15 + log(hertz / 1000) * 27 / log(6.4)
    }
  }

  /// Frequency in hertz of a mel.
  func hertz(_ mel: Double) -> Double {
    switch self {
    case .htk: 700 * (pow(10, mel / 2595) - 1)
    case .slaney: mel < 15 ? mel * 200 / 3 : 1000 * exp((mel - 15) * log(6.4) / 27)
    }
  }
}

/// How high the triangle of a mel band is.
public enum MelNormalisation: String, Codable, Sendable, CaseIterable {
  /// Every triangle is 1 high, as in HTK and torchaudio.
  case peak
  /// Every triangle has the area 1, as in librosa (its `norm="slaney"`).
  case area
}

/// Triangular bands over the bins of a spectrum.
struct MelBands: Sendable {
  /// `[bins, bands]`, row by row.
  let weights: [Float]
  let bins: Int
  /// Bands that no bin falls into.
  let empty: [Int]

  init(
    bands: Int, rate: Int, transformSize: Int, lowest: Double, highest: Double, scale: MelScale,
    normalisation: MelNormalisation
  ) {
    let low = scale.mel(lowest)
    let step = (scale.mel(highest) - low) / Double(bands + 1)
    let corners = (0..<bands + 2).map { scale.hertz(low + step * Double($0)) }
    bins = transformSize / 2 + 1
    var weights = [Float](repeating: 0, count: bins * bands)
    for bin in 0..<bins {
      let frequency = Double(bin) * Double(rate) / Double(transformSize)
      for band in 0..<bands {
        let (left, centre, right) = (corners[band], corners[band + 1], corners[band + 2])
        let height = max(0, min((frequency - left) / (centre - left), (right - frequency) / (right - centre)))
        weights[bin * bands + band] = Float(normalisation == .area ? height * 2 / (right - left) : height)
      }
    }
    let bins = self.bins
    empty = (0..<bands).filter { band in (0..<bins).allSatisfy { weights[$0 * bands + band] == 0 } }
    self.weights = weights
  }
}
