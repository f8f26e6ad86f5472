import Foundation
import Testing

@testable import Modalities

/// Sounds that can be read but are hardly meant.
@Suite final class SoundFindingTests {
  private let folder = try! TemporaryFolder()

  /// Interleaved samples as a 16-bit WAV file.
  private func finding(_ samples: [Float], channels: Int, extra: Int = 0) throws -> SoundFinding? {
    var data = Data()
    for sample in samples {
      withUnsafeBytes(of: Int16((sample * 32767).rounded()).littleEndian) { data.append(contentsOf: $0) }
    }
    let url = folder.file("a.wav")
    try WaveFileTests.wave(data + Data(repeating: 1, count: extra), channels: channels).write(to: url)
    return try SoundFinding.of(DecodedSound(url, channels: 1), in: url)
  }

  private func tone(_ factors: Float..., loud: Float = 0.5) -> [Float] {
    (0..<800).flatMap { i in factors.map { $0 * loud * Float(sin(Double(i) * 0.3)) } }
  }

  @Test func namesWhatIsOdd() throws {
    #expect(try finding(tone(1), channels: 1) == nil)
    #expect(try finding(tone(1, 1), channels: 2) == nil)
    #expect(try finding(tone(1, 0), channels: 2) == nil)
    #expect(try finding([Float](repeating: 0, count: 800), channels: 1) == .silent)
    // The lowest step of 16 bits is −90.3 dB, two steps are heard.
    #expect(try finding([1 / 32767, 0, -1 / 32767], channels: 1) == .silent)
    #expect(try finding([2 / 32767, 0, -2 / 32767], channels: 1) == nil)
    #expect(try finding([Float](repeating: 0, count: 800), channels: 2) == .silent)
    #expect(try finding(tone(1, -1), channels: 2) == .silentMix)
    #expect(try finding(tone(1, -0.99), channels: 2) == .cancelling)
    // Quiet, but both channels the same.
    #expect(try finding(tone(1, 1, loud: 0.005), channels: 2) == nil)
    #expect(try finding(tone(1), channels: 1, extra: 1) == .cutFrame)
  }

  /// Four sounds of a data set, three of them without a sound: one warning with the first file and how many there are.
  @Test func aDataSetWarns() throws {
    let data = try SmallFolder()
    try data.replace(
      "kind: image, column: path, size: [4, 5], channels: 1",
      "kind: audio, column: path, rate: 8000, features: waveform", in: "dataset.yaml")
    try data.replace(".png", ".wav", in: "samples.csv")
    for (name, factors) in [("a", [1, 1]), ("b", [1, -1]), ("d", [1, -1]), ("e", [0, 0]), ("f", [1, -1])] {
      let pairs: [Int16] = (0..<400).flatMap { i in factors.map { Int16($0 * (i % 40) * 300) } }
      let bytes = pairs.withUnsafeBytes { Data($0) }
      try WaveFileTests.wave(bytes, channels: 2).write(to: data.folder.file("pictures/\(name).wav"))
    }
    let expected = [
      "samples.csv: row 6: pictures/e.wav: is silent: no sample above −90 dB of full scale",
      "samples.csv: row 3: pictures/b.wav: is silent: its channels cancel each other when they are mixed to one "
        + "(and 2 more)",
    ]
    #expect(try DatasetInspection.inspect(data.url).warnings.filter { expected.contains($0) } == expected)
    // Also where the sounds come out of the cache.
    let cache = data.folder.file("cache")
    #expect(try data.load(cache: cache).notes == expected)
    #expect(try data.load(cache: cache).notes == expected)
    #expect(try FileManager.default.contentsOfDirectory(atPath: cache.path).count == 1)
    // A second modality of the same files says nothing new.
    try data.replace(
      "  image: {", "  again: {kind: audio, column: path, rate: 4000, features: waveform}\n  image: {",
      in: "dataset.yaml")
    #expect(try DatasetInspection.inspect(data.url).warnings.filter { expected.contains($0) } == expected)
  }
}
