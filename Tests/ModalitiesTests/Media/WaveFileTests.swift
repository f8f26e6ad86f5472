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
    _ sound: Data, riff: UInt32? = nil, length: UInt32? = nil, channels: Int = 1, bits: Int = 16, tail: Data = Data(),
    format: Data? = nil
  ) -> Data {
    let format = format ?? plainFormat(channels: channels, bits: bits)
    var body = Data("WAVEfmt ".utf8) + little([UInt32(format.count)]) + format
    body += Data("data".utf8) + little([length ?? UInt32(sound.count)]) + sound + tail
    return Data("RIFF".utf8) + little([riff ?? UInt32(body.count)]) + body
  }

  private static func plainFormat(channels: Int = 1, bits: Int = 16) -> Data {
    let frame = channels * bits / 8
    return little([UInt16(1), UInt16(channels)]) + little([UInt32(8000), UInt32(8000 * frame)])
      + little([UInt16(frame), UInt16(bits)])
  }

  /// The same as W64, whose lengths have eight bytes and count the head of their chunk.
  private static func w64(_ sound: Data, riff: UInt64? = nil, length: UInt64? = nil, format: Data? = nil) -> Data {
    let tail: [UInt8] = [0xF3, 0xAC, 0xD3, 0x11, 0x8C, 0xD1, 0, 0xC0, 0x4F, 0x8E, 0xDB, 0x8A]
    let format = format ?? plainFormat()
    var body = Data("wave".utf8) + Data(tail) + Data("fmt ".utf8) + Data(tail) + little([UInt64(24 + format.count)])
    body += format + Data("data".utf8) + Data(tail) + little([length ?? UInt64(24 + sound.count)]) + sound
    let head = Data("riff".utf8) + Data([0x2E, 0x91, 0xCF, 0x11, 0xA5, 0xD6, 0x28, 0xDB, 0x04, 0xC1, 0, 0])
    return head + little([riff ?? UInt64(24 + body.count)]) + body
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

  /// Whole numbers at the upper end of wider fields, as Windows and audio interfaces record them.
  @Test(arguments: [(24, 32), (20, 32), (16, 32), (20, 24), (16, 24), (12, 16)]) func readsWideFields(
    valid: Int, bits: Int
  ) throws {
    let numbers = Self.frames.map { Int32($0) << 16 & (-1 << (32 - valid)) }
    let bytes = numbers.reduce(into: Data()) { data, number in
      withUnsafeBytes(of: number.littleEndian) { data.append(contentsOf: $0.suffix(bits / 8)) }
    }
    var format = Self.little([UInt16(0xFFFE), 1]) + Self.little([UInt32(8000), UInt32(1000 * bits)])
    format += Self.little([UInt16(bits / 8), UInt16(bits), 22, UInt16(valid)]) + Self.little([UInt32(4)])
    format += Self.little([UInt32(1), 0x10_0000, 0xAA00_0080, 0x719B_3800])
    let expected = numbers.map { Float($0) / 0x1p31 }
    let riff = try read(Self.wave(bytes, format: format))
    #expect(riff.samples == expected && riff.leftoverBytes == 0)
    #expect(try read(Self.w64(bytes, format: format), "a.w64").samples == expected)
  }

  /// Without the fields of the larger head nobody knows what lies in them.
  @Test func refusesWideFieldsThatSayNothing() throws {
    func format(_ bits: Int, block: Int, rate: Int) -> Data {
      Self.little([UInt16(1), 1]) + Self.little([UInt32(8000), UInt32(rate)])
        + Self.little([UInt16(block), UInt16(bits)])
    }
    for bits in [16, 20, 24] {
      let expected =
        "is WAV sound of \(bits) bits in 4 bytes a sample, which programs read in different ways; save it as "
      #expect(
        message(Self.wave(Self.sound, format: format(bits, block: 4, rate: 32000))) == expected + "WAV of 32 bits")
    }
    // A head that contradicts itself: the size of a frame is wrong.
    let sloppy = try read(Self.wave(Self.sound, format: format(16, block: 4, rate: 16000)))
    #expect(sloppy.samples == Self.frames.map { Float($0) / 32768 })
  }

  @Test func refusesTheOtherOrderOfBytes() {
    let file = Data("RIFX".utf8) + Self.wave(Self.sound).dropFirst(4)
    #expect(message(file) == "is RIFX sound (WAV with the highest byte first), which is not read; save it as WAV")
  }

  /// A long head that was never filled in, as that of RIFF.
  @Test(arguments: ["RF64", "BW64"]) func readsLongHeads(name: String) throws {
    func file(_ riff: UInt64, _ length: UInt64, short: UInt32 = .max) -> Data {
      let head =
        Data("ds64".utf8) + Self.little([UInt32(28)]) + Self.little([riff, length, 0]) + Self.little([UInt32(0)])
      let wave = Self.wave(Self.sound, length: short)
      return Data(name.utf8) + Self.little([UInt32.max]) + Data("WAVE".utf8) + head + wave.dropFirst(12)
    }
    let expected = Self.frames.map { Float($0) / 32768 }
    for data in [
      file(0, 0), file(.max, .max), file(0x7FFF_FFFF_FFFF_FFFF, 0x7FFF_FFFF_FFFF_FFFF), file(4872, 4800),
      file(0, 0, short: 4800), file(0, 0, short: 0), file(0, 0) + Data([7]),
    ] { #expect(try read(data).samples == expected) }
    #expect(try read(file(0, 0) + Data([7])).leftoverBytes == 1)
    #expect(message(file(6072, 6000)) == "is cut short: the header promises 6000 bytes of sound, 4800 are there")
    #expect(message(file(0, 0).dropLast(4800)) == "holds no samples")
  }

  @Test func readsW64() throws {
    let expected = Self.frames.map { Float($0) / 32768 }
    for length in [nil, 0, .max, 0x7FFF_FFFF_FFFF_FFFF, 24] as [UInt64?] {
      let sound = try read(Self.w64(Self.sound, riff: length, length: length), "a.w64")
      #expect(sound.samples == expected && sound.leftoverBytes == 0, "\(length ?? 1)")
    }
    #expect(try read(Self.w64(Self.sound + Data([7]), riff: 0, length: 0), "a.w64").leftoverBytes == 1)
    #expect(
      message(Self.w64(Self.sound, length: 6024), "a.w64")
        == "is cut short: the header promises 6000 bytes of sound, 4800 are there")
    #expect(message(Self.w64(Data()), "a.w64") == "holds no samples")
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
