import Foundation

extension SplitMix64 {
  /// A number from `range`, evenly.
  mutating func uniform(_ range: ClosedRange<Double>) -> Double {
    range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
  }

  /// Two independent numbers of the standard normal distribution (Box and Muller, 1958).
  mutating func normalPair() -> (Double, Double) {
    let radius = (-2 * log(1 - uniform())).squareRoot()
    let angle = 2 * Double.pi * uniform()
    return (radius * cos(angle), radius * sin(angle))
  }

  mutating func normals(_ count: Int) -> [Float] {
    var values: [Float] = []
    values.reserveCapacity(count + 1)
    while values.count < count {
      let pair = normalPair()
      values.append(Float(pair.0))
      values.append(Float(pair.1))
    }
    return Array(values.prefix(count))
  }
}

/// What keeps a digit's picture and sound from being perfectly clear. Every number is drawn for each sample anew.
struct DigitNoise: Sendable {
  /// Standard deviation of the noise on pixels in 0…1.
  let image: Double
  /// Largest share of the picture's height and width that one covering rectangle takes; 0: none.
  let occlusion: Double
  /// Root mean square of the noise over that of the speech: 1 is 0 dB, 2 is −6 dB, 0 none; half to twice that is drawn.
  let audio: Double

  /// A drawn digit `[height, width]` with lower contrast, a covered part and pixel noise, as bytes.
  func picture(_ clean: [Float], height: Int, width: Int, _ random: inout SplitMix64) -> [UInt8] {
    var values = clean
    let ground = Float(random.uniform(0...0.2))
    let ink = Float(random.uniform(0.6...1))
    for pixel in values.indices { values[pixel] = ground + (ink - ground) * values[pixel] }
    if occlusion > 0 {
      let rows = Int((Double(height) * random.uniform(occlusion / 2...occlusion)).rounded())
      let columns = Int((Double(width) * random.uniform(occlusion / 2...occlusion)).rounded())
      // Anywhere over the middle, where the digit is.
      let top = Int(random.uniform(0.1...0.9) * Double(height)) - rows / 2
      let left = Int(random.uniform(0.1...0.9) * Double(width)) - columns / 2
      let level = Float(random.uniform())
      for y in max(0, top)..<max(0, min(height, top + rows)) {
        for x in max(0, left)..<max(0, min(width, left + columns)) { values[y * width + x] = level }
      }
    }
    if image > 0 {
      for (pixel, normal) in random.normals(values.count).enumerated() { values[pixel] += Float(image) * normal }
    }
    return values.map { UInt8((max(0, min(1, $0)) * 255).rounded()) }
  }

  /// Speech somewhere in a window of `count` samples, under white noise and the babble of other speech.
  func sound(_ clean: [Float], count: Int, babble: [[Float]], _ random: inout SplitMix64) -> [Float] {
    var values = [Float](repeating: 0, count: count)
    let speech = Self.scaled(clean, to: 1)
    let start = random.next(below: max(1, count - speech.count + 1))
    for (index, sample) in speech.prefix(count).enumerated() { values[start + index] = sample }
    if audio > 0 {
      let level = audio * exp2(random.uniform(-1...1))
      let share = random.uniform()
      let white = random.normals(count)
      var voices = [Float](repeating: 0, count: count)
      for _ in 0..<4 where !babble.isEmpty {
        let other = babble[random.next(below: babble.count)]
        let shift = random.next(below: count)
        for (index, sample) in other.enumerated() { voices[(shift + index) % count] += sample }
      }
      voices = Self.scaled(voices, to: 1)
      let whiteLevel = Float(level * share.squareRoot())
      let voicesLevel = Float(level * (1 - share).squareRoot())
      for index in values.indices { values[index] += whiteLevel * white[index] + voicesLevel * voices[index] }
    }
    let peak = values.reduce(0) { max($0, abs($1)) }
    let gain = Float(random.uniform(0.3...0.9)) / max(peak, 1e-9)
    return values.map { $0 * gain }
  }

  /// The samples with the root mean square `target`; silence stays silence.
  static func scaled(_ samples: [Float], to target: Float) -> [Float] {
    let square = samples.reduce(0) { $0 + Double($1) * Double($1) }
    guard square > 0 else { return samples }
    let gain = target / Float((square / Double(samples.count)).squareRoot())
    return samples.map { $0 * gain }
  }
}
