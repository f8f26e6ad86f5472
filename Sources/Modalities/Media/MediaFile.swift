import CMedia
public import Foundation
import Tensors

/// Sound and picture files, read through FFmpeg's libraries; a damaged or cut file is an error, never silence or grey.
public enum MediaFile {
  /// Mono samples in −1…1 of the first sound stream, resampled to `rate` Hz (0: the file's own); channels are averaged.
  ///
  /// - Throws: `InputError` where the file is missing, empty, not a sound file, damaged, cut short or without samples.
  public static func audio(_ url: URL, rate: Int) throws -> [Float] {
    try sound(url, rate: rate, maximumSeconds: 0).samples
  }

  /// Mono samples, the rate they are at, reading stops after `maximumSeconds` (0: everything).
  public static func sound(_ url: URL, rate: Int = 0, maximumSeconds: Double = 0) throws -> (
    samples: [Float], rate: Int
  ) {
    let sound = try DecodedSound(url, rate: rate, channels: 1, maximumSeconds: maximumSeconds)
    return (sound.samples, sound.rate)
  }

  /// A still picture as `[channels, height, width]` values in 0…1, upright as its EXIF orientation says, scaled by area
  /// averaging where it shrinks.
  ///
  /// Grey (`channels` 1) is Rec. 601 luma, RGB (3) is as stored; transparency lies on white; height and width 0 keep
  /// the picture's own size.
  /// - Throws: `InputError` where the file is missing, empty, not a picture, damaged, cut short or over 64 megapixel.
  public static func image(_ url: URL, height: Int, width: Int, channels: Int) throws -> [Float] {
    try picture(url, height: height, width: width, channels: channels).values
  }

  /// The same with its height and width.
  public static func picture(
    _ url: URL, height: Int = 0, width: Int = 0, channels: Int
  ) throws -> (values: [Float], height: Int, width: Int) {
    var pixels: UnsafeMutablePointer<UInt8>?
    var columns: Int32 = 0
    var rows: Int32 = 0
    try checkMedia(url) { error in
      cmedia_decode_image(
        url.path, Int32(clamping: width), Int32(clamping: height), Int32(clamping: channels), &pixels, &columns, &rows,
        error)
    }
    defer { cmedia_free(pixels) }
    let area = Int(rows) * Int(columns)
    let values = [Float](unsafeUninitializedCapacity: area * channels) { values, count in
      guard let pixels else { return }
      for channel in 0..<channels {
        for pixel in 0..<area { values[channel * area + pixel] = Float(pixels[pixel * channels + channel]) / 255 }
      }
      count = area * channels
    }
    return (values, Int(rows), Int(columns))
  }

  /// Pixels that decoding a picture takes at its own size, as its head declares; 0 where it does not say.
  /// - Throws: `InputError` where the file is missing, empty or cannot be read.
  static func declaredPixels(_ url: URL) throws -> Int {
    var (width, height): (Int64, Int64) = (0, 0)
    try checkMedia(url) { cmedia_probe_image(url.path, &width, &height, $0) }
    return MemoryBudget.bytes([Int(max(width, 0)), Int(max(height, 0))])
  }

  /// Seconds of sound as the head of a file declares, without decoding it; 0 where it does not say.
  /// - Throws: `InputError` as `audio`, as far as the head shows it.
  static func declaredSeconds(_ url: URL) throws -> Double {
    var seconds = 0.0
    try checkMedia(url) { cmedia_probe_audio(url.path, &seconds, $0) }
    return seconds
  }

  /// Writes `[height, width, channels]` bytes as a grey (1 channel) or RGB (3) PNG.
  public static func writePNG(_ pixels: [UInt8], height: Int, width: Int, channels: Int = 1, to url: URL) throws {
    try PlainFile.write(png(pixels, height: height, width: width, channels: channels), to: url)
  }

  /// `[height, width, channels]` bytes as a grey (1 channel) or RGB (3) PNG.
  public static func png(_ pixels: [UInt8], height: Int, width: Int, channels: Int = 1) throws -> Data {
    precondition(
      pixels.count == height * width * channels,
      "\(pixels.count) bytes for a picture of [\(height), \(width), \(channels)]")
    var bytes: UnsafeMutablePointer<UInt8>?
    var count = 0
    try checkMedia { error in
      cmedia_encode_png(pixels, Int32(width), Int32(height), Int32(channels), &bytes, &count, error)
    }
    defer { cmedia_free(bytes) }
    return Data(UnsafeBufferPointer(start: bytes, count: count))
  }

  /// Writes mono samples as a 16-bit WAV file; what is beyond −1…1 is clipped.
  public static func writeWAV(_ samples: [Float], rate: Int, to url: URL) throws {
    precondition(samples.allSatisfy(\.isFinite), "samples that are not finite, for \(url.path)")
    var data = Data(capacity: 44 + 2 * samples.count)
    func append<Value: FixedWidthInteger>(_ value: Value) {
      withUnsafeBytes(of: value.littleEndian) { data.append(contentsOf: $0) }
    }
    data.append(contentsOf: Array("RIFF".utf8))
    append(UInt32(36 + 2 * samples.count))
    data.append(contentsOf: Array("WAVEfmt ".utf8))
    append(UInt32(16))
    append(UInt16(1))  // PCM
    append(UInt16(1))  // mono
    append(UInt32(rate))
    append(UInt32(2 * rate))  // bytes per second
    append(UInt16(2))  // bytes per sample
    append(UInt16(16))  // bits per sample
    data.append(contentsOf: Array("data".utf8))
    append(UInt32(2 * samples.count))
    for sample in samples { append(Int16((max(-1, min(1, sample)) * 32767).rounded())) }
    try PlainFile.write(data, to: url)
  }
}

/// The first sound stream of a file.
struct DecodedSound {
  /// Interleaved, in −1…1.
  var samples: [Float]
  var rate: Int
  var channels: Int
  /// Channels of the file; as many as `channels` unless they were mixed.
  var storedChannels: Int
  /// Bytes at the end of the file that were no whole frame.
  var leftoverBytes: Int

  /// - Parameters:
  ///   - rate: in hertz, `channels`: 0 keeps the file's own; mixing to one averages.
  ///   - maximumSeconds: reading stops there; 0 reads everything.
  /// - Throws: `InputError` where the file is missing, empty, not a sound file, damaged, cut short or without samples.
  init(_ url: URL, rate: Int = 0, channels: Int, maximumSeconds: Double = 0) throws {
    var sound = cmedia_sound()
    try checkMedia(url) { error in
      cmedia_decode_audio(url.path, Int32(clamping: rate), Int32(channels), maximumSeconds, &sound, error)
    }
    defer { cmedia_free(sound.samples) }
    samples = Array(UnsafeBufferPointer(start: sound.samples, count: sound.count))
    self.rate = Int(sound.rate)
    self.channels = Int(sound.channels)
    storedChannels = Int(sound.stored_channels)
    leftoverBytes = Int(sound.leftover)
  }
}

/// Runs a CMedia call; what it complains about becomes an error that names the file, if there is one.
func checkMedia(_ url: URL? = nil, _ call: (UnsafeMutablePointer<CChar>) -> Int32) throws {
  try withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(CMEDIA_ERROR_SIZE)) { buffer in
    guard let error = buffer.baseAddress else { return }
    error.initialize(to: 0)
    if call(error) != 0 { throw InputError(file: url?.path, String(cString: error)) }
  }
}
