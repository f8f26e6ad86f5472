import Foundation
import Tensors
import Testing

@testable import Modalities

/// Recorded sound whose header says too little, too much or something that cannot be meant.
@Suite final class WaveFileTests {
  private let folder = try! TemporaryFolder()
  private static let frames: [Int16] = (0..<2400).map { Int16(9000 * sin(Double($0) * 0.3)) }
  private static var sound: Data { little(frames) }

  private static func little<N: FixedWidthInteger>(_ numbers: [N]) -> Data {
    numbers.reduce(into: Data()) { data, number in
      withUnsafeBytes(of: number.littleEndian) { data.append(contentsOf: $0) }
    }
  }

  /// A WAV file of 8 kHz and 16 bits with the lengths that are given, right ones by default.
  static func wave(
    _ sound: Data, riff: UInt32? = nil, length: UInt32? = nil, channels: Int = 1, bits: Int = 16, tail: Data = Data()
  ) -> Data {
    let frame = channels * bits / 8
    var body = Data("WAVEfmt ".utf8) + little([UInt32(16)]) + little([UInt16(1), UInt16(channels)])
    body += little([UInt32(8000), UInt32(8000 * frame)]) + little([UInt16(frame), UInt16(bits)])
    body += Data("data".utf8) + little([length ?? UInt32(sound.count)]) + sound + tail
    return Data("RIFF".utf8) + little([riff ?? UInt32(body.count)]) + body
  }

  private func read(_ data: Data, _ name: String = "a.wav") throws -> DecodedSound {
    try data.write(to: folder.file(name))
    return try DecodedSound(folder.file(name), channels: 1)
  }

  private func message(_ data: Data, _ name: String = "a.wav") -> String {
    do {
      return "\(try read(data, name).samples.count) samples"
    } catch {
      return (error as? InputError)?.problem ?? "\(error)"
    }
  }

  /// Lengths of RIFF and of the sound: FFmpeg and SoX into a pipe, arecord stopped, recorders that were cut off.
  @Test(
    arguments: [
      [UInt32.max, UInt32.max], [0x7fff_f024, 0x7fff_f000], [0x7fff_ff24, 0x7fff_ff00], [0x7fff_ffff, 0x7fff_ffff],
      [0x8000_0024, 0x8000_0000], [0, 0], [36, 0], [UInt32.max, 0],
    ] as [[UInt32]])
  func readsEverySample(lengths: [UInt32]) throws {
    let sound = try read(Self.wave(Self.sound, riff: lengths[0], length: lengths[1]))
    #expect(sound.rate == 8000 && sound.leftoverBytes == 0)
    #expect(sound.samples == Self.frames.map { Float($0) / 32768 })
  }

  @Test func readsUnknownLengthsOfOtherKinds() throws {
    let big = Self.frames.reduce(into: Data()) { data, frame in
      withUnsafeBytes(of: frame.bigEndian) { data.append(contentsOf: $0) }
    }
    func numbers(_ values: UInt32...) -> Data {
      values.reduce(into: Data()) { data, value in
        withUnsafeBytes(of: value.bigEndian) { data.append(contentsOf: $0) }
      }
    }
    // Sun audio: the head of 24 bytes, the length, 16-bit samples, 8 kHz, one channel.
    var au = Data(".snd".utf8) + numbers(24, .max, 3, 8000, 1)
    au += big
    #expect(try read(au, "a.au").samples == Self.frames.map { Float($0) / 32768 })
    // AIFF as SoX pipes it: 0x7f000000 bytes.
    var aiff = Data("FORM".utf8) + numbers(0x7f00_002e)
    aiff += Data("AIFFCOMM".utf8) + numbers(18)
    aiff += Data([0, 1]) + numbers(0x7f00_0000 / 2)
    aiff += Data([0, 16, 0x40, 0x0b, 0xfa, 0, 0, 0, 0, 0, 0, 0])
    aiff += Data("SSND".utf8) + numbers(0x7f00_0008, 0, 0)
    aiff += big
    #expect(try read(aiff, "a.aiff").samples == Self.frames.map { Float($0) / 32768 })
  }

  /// A byte that is no frame is left out, and said.
  @Test func keepsWholeFrames() throws {
    let odd = Self.sound + Data([7])
    for data in [
      Self.wave(odd), Self.wave(odd, tail: Data([0])), Self.wave(odd, riff: .max, length: .max),
      Self.wave(odd, riff: 0, length: 0),
    ] {
      let sound = try read(data)
      #expect(sound.samples.count == 2400 && sound.leftoverBytes == 1)
    }
    // A byte beyond the sound belongs to nothing; one that is promised beyond the last frame is no loss.
    #expect(try read(Self.wave(Self.sound, tail: Data([7]))).leftoverBytes == 0)
    #expect(try read(Self.wave(Self.sound, length: 4801)).samples.count == 2400)
    // Two channels of 24 bits: six bytes a frame.
    let stereo = try read(Self.wave(Self.sound.prefix(4799), riff: 0, length: 0, channels: 2, bits: 24))
    #expect(stereo.samples.count == 799 && stereo.leftoverBytes == 5 && stereo.storedChannels == 2)
  }

  @Test func refusesWhatIsCutShort() {
    #expect(
      message(Self.wave(Self.sound.prefix(4000), riff: 4836, length: 4800))
        == "is cut short: the header promises 4800 bytes of sound, 4000 are there")
    #expect(message(Self.wave(Self.sound, length: 3_000_000_000)).hasPrefix("is cut short"))
    #expect(message(Self.wave(Data())) == "holds no samples")
    #expect(message(Self.wave(Data(), tail: Data("LIST\u{4}\0\0\0INFO".utf8))) == "holds no samples")
    #expect(message(Self.wave(Data(), riff: 0, length: 0)) == "holds no samples")
  }

  /// Channels or the rate change in the middle where files were joined; each part keeps its length.
  @Test(arguments: [(0, 1), (1, 0), (0, 2), (2, 0), (1, 2)]) func followsChanges(first: Int, second: Int) throws {
    let parts = try MediaGoldens.load().parts
    let file = folder.file("joined.mp3")
    try (parts[first].file + parts[second].file).write(to: file)
    let lengths = try [first, second].map { part -> Double in
      try parts[part].file.write(to: folder.file("part.mp3"))
      let sound = try MediaFile.sound(folder.file("part.mp3"))
      return Double(sound.samples.count) / Double(sound.rate)
    }
    let sound = try MediaFile.sound(file, rate: 8000)
    let seconds = Double(sound.samples.count) / 8000
    // Where the second begins its head is played as silence, and what would be trimmed of a file is not.
    #expect(abs(seconds - lengths[0] - lengths[1]) < 0.35, "\(seconds) s of \(lengths)")
    // Half a second in, the tone of 440 Hz has its own pitch: 2 · 440 changes of sign a second.
    let tail = sound.samples[(sound.samples.count - 2000)...].filter { abs($0) > 0.05 }
    #expect(tail.count > 500)
    #expect(try DecodedSound(file, channels: 0).samples.count > 4000)
  }
}
