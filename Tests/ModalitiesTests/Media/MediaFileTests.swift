import Foundation
import Tensors
import Testing

@testable import Modalities

/// Files that Pillow and libsndfile wrote, with the values that they read back (Tests/Goldens/make_media.py).
struct MediaGoldens: Decodable {
  struct Picture: Decodable {
    let name: String, file: Data, height: Int, width: Int, rgb: [Int], grey: [Int]
  }
  struct Sound: Decodable {
    let name: String, file: Data, samples: [Float]
  }
  let pictures: [Picture], sounds: [Sound]
  /// MP3 files of 8 kHz mono and stereo and 16 kHz mono.
  let parts: [Sound]

  static func load() throws -> MediaGoldens {
    let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    return try JSONDecoder().decode(
      MediaGoldens.self, from: Data(contentsOf: tests.appending(path: "Goldens/media.json")))
  }
}

@Suite final class MediaFileTests {
  let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "media-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  private func file(_ name: String, _ data: Data) throws -> URL {
    let url = folder.appending(path: name)
    try data.write(to: url)
    return url
  }

  private func difference(_ a: [Float], _ b: [Float]) -> Float {
    a.count == b.count ? zip(a, b).map { abs($0 - $1) }.max() ?? 0 : .infinity
  }

  @Test func readsPicturesAsPillowDoes() throws {
    for golden in try MediaGoldens.load().pictures {
      let url = try file(golden.name, golden.file)
      let own = try MediaFile.picture(url, channels: 3)
      #expect(own.height == golden.height && own.width == golden.width)
      // Two JPEG decoders may differ by one step, as may two ways from 16 to 8 bits; grey is rounded luma.
      let step: Float = golden.name.hasSuffix("jpg") || golden.name == "deep.tif" ? 1.01 / 255 : 1e-6
      #expect(difference(own.values, golden.rgb.map { Float($0) / 255 }) < step, "\(golden.name)")
      let grey = try MediaFile.image(url, height: golden.height, width: golden.width, channels: 1)
      #expect(difference(grey, golden.grey.map { Float($0) / 255 }) < 1.01 / 255, "\(golden.name)")
    }
  }

  @Test func readsSoundsAsLibsndfileDoes() throws {
    for golden in try MediaGoldens.load().sounds {
      let url = try file(golden.name, golden.file)
      #expect(difference(try MediaFile.audio(url, rate: 0), golden.samples) < 1e-6, "\(golden.name)")
      #expect(try MediaFile.sound(url).rate == 8000)
    }
  }

  @Test(arguments: [(28, 28, 1), (5, 9, 3), (1, 1, 1), (1, 1, 3), (300, 2, 3)])
  func writesPNG(height: Int, width: Int, channels: Int) throws {
    let pixels: [UInt8] = (0..<height * width * channels).map { (i: Int) in UInt8((i * 37 + i / 5) % 256) }
    let url = folder.appending(path: "a.png")
    try MediaFile.writePNG(pixels, height: height, width: width, channels: channels, to: url)
    let read = try MediaFile.picture(url, channels: channels)
    #expect(read.height == height && read.width == width)
    let expected = (0..<channels).flatMap { channel in
      (0..<height * width).map { Float(pixels[$0 * channels + channel]) / 255 }
    }
    #expect(difference(read.values, expected) < 1e-6)
  }

  @Test func shrinkingAverages() throws {
    // Each 4×4 block of one value but for one pixel: area averaging has the block's mean.
    var pixels = [UInt8](repeating: 0, count: 8 * 8)
    for y in 0..<8 {
      for x in 0..<8 {
        let block: Int = 2 * (y / 4) + x / 4
        pixels[8 * y + x] = UInt8(60 * block)
      }
    }
    pixels[0] = 160
    let url = folder.appending(path: "blocks.png")
    try MediaFile.writePNG(pixels, height: 8, width: 8, to: url)
    let small = try MediaFile.image(url, height: 2, width: 2, channels: 1)
    #expect(difference(small, [10, 60, 120, 180].map { $0 / 255 }) < 1.01 / 255)
    let large = try MediaFile.image(url, height: 16, width: 24, channels: 1)
    #expect(large.count == 16 * 24 && large.allSatisfy { $0 >= 0 && $0 <= 1 })
  }

  @Test func writesWAV() throws {
    let samples: [Float] = [0, 0.5, -0.5, 1, -1, 2, -2, 1 / 32767]
    let url = folder.appending(path: "a.wav")
    try MediaFile.writeWAV(samples, rate: 8000, to: url)
    #expect(try Data(contentsOf: url).count == 44 + 2 * samples.count)
    let read = try MediaFile.sound(url)
    #expect(read.rate == 8000)
    #expect(difference(read.samples, samples.map { max(-1, min(1, $0)) * 32767 / 32768 }) < 0.51 / 32768)
  }

  private func tone(_ sample: Int, at rate: Int) -> Float {
    0.5 * Float(sin(2 * Double.pi * 440 * Double(sample) / Double(rate)))
  }

  @Test(arguments: [8000, 22050, 44100]) func resamples(to rate: Int) throws {
    let url = folder.appending(path: "tone.wav")
    try MediaFile.writeWAV((0..<16000).map { tone($0, at: 16000) }, rate: 16000, to: url)
    let read = try MediaFile.audio(url, rate: rate)
    #expect(abs(read.count - rate) <= 2)
    let middle = rate / 4..<3 * rate / 4
    let expected = middle.map { tone($0, at: rate) }
    #expect(difference(Array(read[middle]), expected) < 0.005)
    #expect(try MediaFile.sound(url, rate: rate, maximumSeconds: 0.25).samples.count == rate / 4)
  }

  @Test func refusesDamagedFiles() throws {
    let goldens = try MediaGoldens.load()
    let png = try #require(goldens.pictures.first { $0.name == "rgb.png" }).file
    let jpeg = try #require(goldens.pictures.first { $0.name == "grey.jpg" }).file
    let wave = try #require(goldens.sounds.first { $0.name == "mono-a.wav" }).file
    let flac = try #require(goldens.sounds.first { $0.name == "mono-a.flac" }).file
    let float = try #require(goldens.sounds.first { $0.name == "mono-float.wav" }).file

    var flipped = png
    flipped[flipped.count / 2] ^= 1
    var huge = png
    // Width and height.
    huge.replaceSubrange(16..<24, with: [0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff])
    var infinite = float
    infinite.replaceSubrange(infinite.count - 4..<infinite.count, with: [0, 0, 0x80, 0x7f])
    var brokenFLAC = flac
    brokenFLAC[flac.count - 40] ^= 0xff

    func expect(
      _ problem: String, _ name: String, _ data: Data?, _ read: (URL) throws -> [Float],
      location: SourceLocation = #_sourceLocation
    ) throws {
      let url = folder.appending(path: name)
      if let data { try data.write(to: url) }
      let error = #expect(throws: InputError.self, sourceLocation: location) { try read(url) }
      #expect(error?.file == url.path, sourceLocation: location)
      #expect(
        error?.problem.contains(problem) == true && error?.problem.contains("\n") == false,
        "\(error?.description ?? "")",
        sourceLocation: location)
    }
    func image(_ url: URL) throws -> [Float] { try MediaFile.image(url, height: 28, width: 28, channels: 1) }
    func audio(_ url: URL) throws -> [Float] { try MediaFile.audio(url, rate: 8000) }

    try expect("no such file", "missing.png", nil, image)
    try expect("no such file", "missing.wav", nil, audio)
    try expect("empty", "empty.png", Data(), image)
    try expect("empty", "empty.wav", Data(), audio)
    try expect("not a picture", "text.png", Data("hello, this is text\n".utf8), image)
    try expect("not a sound file", "text.wav", Data("hello, this is text\n".utf8), audio)
    try expect("not a sound file", "list.m3u8", Data("#EXTM3U\n#EXTINF:1,\n/etc/hostname\n".utf8), audio)
    try expect("not a picture", "wave.png", wave, image)
    try expect("corrupt", "flipped.png", flipped, image)
    try expect("cut short", "cut.png", png.dropLast(20), image)
    try expect("cut short", "endless.png", png.dropLast(12), image)
    try expect("pixels; at most", "huge.png", huge, image)
    try expect("cut short", "cut.jpg", jpeg.dropLast(30), image)
    try expect("cut short", "cut.wav", wave.dropLast(30), audio)
    try expect("cut short", "header.wav", wave.prefix(30), audio)
    try expect("holds no samples", "zero.wav", wave.prefix(44), audio)
    try expect("corrupt", "broken.flac", brokenFLAC, audio)
    try expect("not a finite number", "infinite.wav", infinite, audio)
    try expect("folder", ".", nil, image)
  }
}
