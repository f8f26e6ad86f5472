import Foundation

/// What is odd about a sound though it can be read: worth a warning before a training, no reason to refuse it.
enum SoundFinding: String, Codable, Sendable, CaseIterable {
  /// No sample is above −90 dB of full scale, one step of 16 bits.
  case silent
  /// The same, but only once the channels are mixed: one is another turned upside down.
  case silentMix
  /// Mixing takes 40 dB or more away.
  case cancelling
  /// The file ends within a frame, which was left out.
  case cutFrame

  /// −90 dB of full scale.
  static let silence: Float = 3.2e-5
  /// A mix that is louder is not asked about; cancelling channels that were compressed leave a rest.
  private static let quiet: Float = 0.01

  /// Of a mono mix; channels that may have cancelled each other are read again, apart.
  static func of(_ sound: DecodedSound, in url: URL) throws -> SoundFinding? {
    let peak = sound.samples.reduce(0) { max($0, abs($1)) }
    if sound.storedChannels > 1, peak < quiet {
      let apart = try DecodedSound(url, channels: 0)
      if apart.samples.contains(where: { abs($0) > silence }) {
        if peak <= silence { return .silentMix }
        if power(sound.samples) < 1e-4 * power(apart.samples) { return .cancelling }
      }
    }
    if peak <= silence { return .silent }
    return sound.leftoverBytes > 0 ? .cutFrame : nil
  }

  /// Mean square.
  private static func power(_ samples: [Float]) -> Double {
    samples.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(max(samples.count, 1))
  }

  /// What follows the name of the file.
  var problem: String {
    switch self {
    case .silent: "is silent: no sample above −90 dB of full scale"
    case .silentMix: "is silent: its channels cancel each other when they are mixed to one"
    case .cancelling: "is nearly silent: its channels cancel each other when they are mixed to one"
    case .cutFrame: "ends within a frame of sound, which is left out"
    }
  }
}
