import Foundation
import Tensors
import Testing

@testable import Modalities

/// Files of other kinds are called what they are.
@Suite final class MediaFormatTests {
  private let folder = try! TemporaryFolder()

  private func problem(_ data: Data, _ read: (URL) throws -> Void) throws -> String {
    let url = folder.file("file")
    try data.write(to: url)
    let error = #expect(throws: InputError.self) { try read(url) }
    return error?.problem ?? ""
  }

  private func picture(_ data: Data) throws -> String {
    try problem(data) { _ = try MediaFile.picture($0, channels: 1) }
  }

  private func sound(_ data: Data) throws -> String { try problem(data) { _ = try MediaFile.sound($0) } }

  private static let foreign: [(name: String, bytes: [UInt8])] = [
    ("a HEIC picture", [0, 0, 0, 24] + Array("ftypheic".utf8)),
    ("an AVIF picture", [0, 0, 0, 24] + Array("ftypavif".utf8)),
    ("a JPEG 2000 picture", [0, 0, 0, 12] + Array("jP  ".utf8)),
    ("a JPEG XL picture", [0xff, 0x0a]), ("a Photoshop picture", Array("8BPS".utf8)),
    ("a BigTIFF picture", Array("II+\0".utf8)), ("an OpenEXR picture", Array("v/1".utf8) + [1]),
    ("a PDF document", Array("%PDF-1.7".utf8)), ("a ZIP archive", Array("PK".utf8) + [3, 4]),
    ("a web page", Array("<!DOCTYPE html><p>404".utf8)), ("an SVG drawing", Array("<svg xmlns=".utf8)),
    ("a Git LFS pointer (git lfs pull fetches the file)", Array("version https://git-lfs.github.com/spec/v1\n".utf8)),
    ("a MIDI file", Array("MThd".utf8)), ("text", Array("hello, this is plain text, more or less\n".utf8)),
  ]

  @Test func namesForeignFiles() throws {
    for (name, bytes) in Self.foreign {
      let data = Data(bytes) + (bytes.allSatisfy { $0 >= 32 || $0 == 10 } ? Data() : Data(repeating: 0, count: 64))
      #expect(
        try picture(data)
          == "is \(name), not a picture that can be read; expected PNG, JPEG, WebP, GIF, BMP, TIFF or PNM")
      #expect(try sound(data).hasPrefix("is \(name), not a sound file that can be read; expected WAV, "))
    }
    let png = try MediaFile.png([1, 2], height: 1, width: 2)
    #expect(try sound(png).hasPrefix("is a PNG picture, not a sound file"))
    #expect(try picture(WaveFileTests.wave(Data([1, 2]))).hasPrefix("is WAV sound, not a picture"))
    #expect(try picture(Data("fLaC".utf8) + Data(repeating: 0, count: 64)).hasPrefix("is FLAC sound, not a picture"))
    #expect(try sound(Data("fLaC".utf8) + Data(repeating: 0, count: 64)).hasPrefix("is FLAC sound, but"))
    #expect(try picture(Data([1, 2, 3, 4, 5, 6, 7, 8])).hasPrefix("is of an unknown format, not a picture"))
  }

  /// A little-endian TIFF of 2 × 2 pixels with these tags beside the size.
  private func tiff(_ tags: [(UInt16, UInt32)], pixels: Int = 64) -> Data {
    let all = ([(UInt16(256), UInt32(2)), (257, 2)] + tags).sorted { $0.0 < $1.0 }
    var data = Data("II*\0".utf8)
    func append<N: FixedWidthInteger>(_ number: N) {
      withUnsafeBytes(of: number.littleEndian) { data.append(contentsOf: $0) }
    }
    append(UInt32(8))
    append(UInt16(all.count + 2))
    let end = UInt32(8 + 2 + 12 * (all.count + 2) + 4)
    for (tag, value) in (all + [(273, end), (279, UInt32(pixels))]).sorted(by: { $0.0 < $1.0 }) {
      append(tag)
      append(UInt16(4))
      append(UInt32(1))
      append(value)
    }
    append(UInt32(0))
    return data + Data((0..<pixels).map { UInt8(40 * ($0 % 6)) })
  }

  @Test func namesTIFFs() throws {
    for (tags, name) in [
      ([(258, 32), (339, 3)], "of 32-bit floating-point numbers"), ([(258, 8), (259, 7)], "with JPEG inside"),
      ([(258, 8), (259, 50000)], "compressed by Zstandard"),
      ([(258, 8), (262, 5), (277, 4)], "of separate inks (CMYK)"),
      ([(258, 8), (262, 8), (277, 3)], "in L*a*b*"), ([(258, 12)], "of 12 bits a sample"),
      ([(258, 8), (277, 9)], "of 9 samples a pixel"), ([(258, 8), (259, 12345)], "of compression 12345"),
      ([(258, 8), (324, 8), (322, 16)], "in tiles"), ([(258, 8), (277, 3), (284, 2)], "in separate planes"),
    ] as [([(UInt16, UInt32)], String)] {
      #expect(
        try picture(tiff(tags)).hasPrefix("is a TIFF \(name), which is not read; expected 8 or 16-bit"), "\(name)")
    }
    let grey: [(UInt16, UInt32)] = [(258, 8), (259, 1), (262, 1), (277, 1), (278, 2)]
    try tiff(grey, pixels: 4).write(to: folder.file("grey.tif"))
    #expect(
      try MediaFile.picture(folder.file("grey.tif"), channels: 1).values == [0, 40, 80, 120].map { Float($0) / 255 })
    #expect(try picture(tiff(grey, pixels: 4).dropLast(1)).hasPrefix("is cut short: strip 1 of 1"))
    // Tags that pixels do not need, such as the make of a camera, are passed over.
    try tiff(grey + [(271, 0), (338, 0), (34665, 9)], pixels: 4).write(to: folder.file("grey.tif"))
    #expect(try MediaFile.picture(folder.file("grey.tif"), channels: 1).values.count == 4)
  }

  @Test func namesKindsOfJPEGAndWebP() throws {
    var jpeg = try #require(MediaGoldens.load().pictures.first { $0.name == "grey.jpg" }).file
    let frame = try #require(jpeg.firstRange(of: [0xff, 0xc0])?.lowerBound)
    jpeg[frame + 4] = 12
    #expect(try picture(jpeg) == "is a JPEG of 12 bits a sample, which is not read; expected 8")
    (jpeg[frame + 4], jpeg[frame + 1]) = (8, 0xc9)
    #expect(try picture(jpeg).hasPrefix("is an arithmetically coded JPEG, which is not read"))
    let animated = Data("RIFF".utf8) + Data([30, 0, 0, 0]) + Data("WEBPVP8X".utf8) + Data([10, 0, 0, 0, 2, 0, 0, 0])
    #expect(try picture(animated + Data(repeating: 0, count: 20)).hasPrefix("is an animated WebP, which is not read"))
    let webp = try #require(MediaGoldens.load().pictures.first { $0.name == "lossless.webp" }).file
    #expect(try picture(webp.dropLast(9)).hasPrefix("is cut short"))
    let gif = try #require(MediaGoldens.load().pictures.first { $0.name == "rgb.gif" }).file
    #expect(try picture(gif.dropLast(9)).hasPrefix("is cut short"))
  }

  /// Bytes altered, cut, repeated and joined at random: every reading ends, with values or with one line.
  @Test func survivesMutations() throws {
    let goldens = try MediaGoldens.load()
    let seeds = goldens.pictures.map(\.file) + (goldens.sounds + goldens.parts).map(\.file)
    var random = SplitMix64(seed: 13)
    let url = folder.file("mutated")
    var read = 0
    for round in 0..<400 {
      var data = Data(seeds[round % seeds.count])
      for _ in 0..<(1 + Int(random.next() % 8)) where data.count > 1 {
        let at = Int(random.next() % UInt64(data.count))
        switch random.next() % 6 {
        case 0: data.removeSubrange(at..<min(at + Int(random.next() % 64), data.count))
        case 1: data.insert(contentsOf: seeds[Int(random.next() % UInt64(seeds.count))].prefix(200), at: at)
        case 2: data.replaceSubrange(at..<min(at + 4, data.count), with: [0xff, 0xff, 0xff, 0xff])
        default: data[at] = UInt8(truncatingIfNeeded: random.next())
        }
      }
      try data.write(to: url)
      for attempt in [
        { try MediaFile.picture(url, height: 5, width: 6, channels: 3).values },
        { try DecodedSound(url, rate: 8000, channels: 1, maximumSeconds: 5).samples },
      ] {
        do {
          let values = try attempt()
          #expect(!values.isEmpty && values.allSatisfy(\.isFinite))
          read += 1
        } catch let error as InputError {
          #expect(!error.problem.contains("\n") && error.file == url.path)
        }
      }
    }
    #expect(read > 20)
  }
}
