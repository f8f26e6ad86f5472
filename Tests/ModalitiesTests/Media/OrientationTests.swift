import Foundation
import Testing

@testable import Modalities

/// Pictures are shown the way up that their EXIF says, whatever rows and columns are stored.
@Suite final class OrientationTests {
  private let folder = try! TemporaryFolder()
  private static let (height, width) = (5, 7)
  /// No two pixels alike.
  private static let stored = (0..<height * width).map { UInt8(7 * $0) }

  /// The directory of an EXIF block (or the tail of a TIFF) with other tags around the orientation.
  private func exif(_ orientation: Int, bigEndian: Bool) -> Data {
    var data = Data((bigEndian ? "MM\0*" : "II*\0").utf8)
    func append<N: FixedWidthInteger>(_ number: N) {
      withUnsafeBytes(of: bigEndian ? number.bigEndian : number.littleEndian) { data.append(contentsOf: $0) }
    }
    append(UInt32(8))
    append(UInt16(2))
    for (tag, value) in [(UInt16(0x0100), UInt16(640)), (0x0112, UInt16(orientation))] {
      append(tag)
      append(UInt16(3))
      append(UInt32(1))
      append(value)
      append(UInt16(0))
    }
    append(UInt32(0))
    return data
  }

  private func checksum(_ bytes: Data) -> UInt32 {
    var crc = UInt32.max
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 0 ? crc >> 1 : (crc >> 1) ^ 0xEDB8_8320 }
    }
    return ~crc
  }

  private func png(_ exif: Data) throws -> Data {
    var data = try MediaFile.png(Self.stored, height: Self.height, width: Self.width)
    let named = Data("eXIf".utf8) + exif
    var chunk = Data()
    for number in [UInt32(exif.count)] { withUnsafeBytes(of: number.bigEndian) { chunk.append(contentsOf: $0) } }
    chunk += named
    withUnsafeBytes(of: checksum(named).bigEndian) { chunk.append(contentsOf: $0) }
    data.insert(contentsOf: chunk, at: 33)  // behind the head
    return data
  }

  private func jpeg(_ exif: Data) throws -> Data {
    var data = try #require(MediaGoldens.load().pictures.first { $0.name == "grey.jpg" }).file
    let content = Data("Exif\0\0".utf8) + exif
    data.insert(contentsOf: Data([0xff, 0xe1, 0, UInt8(content.count + 2)]) + content, at: 2)
    return data
  }

  /// Where EXIF 2.32 says that the stored rows and columns begin: (row 0, column 0).
  private static let sides: [Int: (Side, Side)] = [
    1: (.top, .left), 2: (.top, .right), 3: (.bottom, .right), 4: (.bottom, .left), 5: (.left, .top),
    6: (.right, .top), 7: (.right, .bottom), 8: (.left, .bottom),
  ]

  private enum Side { case top, bottom, left, right }

  private func upright(_ stored: [Float], height: Int, width: Int, _ orientation: Int) -> [Float] {
    let (rows, columns) = Self.sides[orientation] ?? (.top, .left)
    let isTurned = orientation >= 5
    let (shownHeight, shownWidth) = isTurned ? (width, height) : (height, width)
    var shown = [Float](repeating: -1, count: stored.count)
    for row in 0..<height {
      for column in 0..<width {
        var (x, y) = (0, 0)
        for (side, index) in [(rows, row), (columns, column)] {
          switch side {
          case .top: y = index
          case .bottom: y = shownHeight - 1 - index
          case .left: x = index
          case .right: x = shownWidth - 1 - index
          }
        }
        shown[y * shownWidth + x] = stored[row * width + column]
      }
    }
    return shown
  }

  @Test(arguments: 1...8) func turnsPictures(orientation: Int) throws {
    let plain = folder.file("plain.jpg")
    try #require(MediaGoldens.load().pictures.first { $0.name == "grey.jpg" }).file.write(to: plain)
    let photograph = try MediaFile.picture(plain, channels: 1)
    for bigEndian in [true, false] {
      let exif = exif(orientation, bigEndian: bigEndian)
      let stored = Self.stored.map { Float($0) / 255 }
      for (name, data, values, height, width) in [
        ("a.png", try png(exif), stored, Self.height, Self.width),
        ("a.jpg", try jpeg(exif), photograph.values, photograph.height, photograph.width),
      ] {
        let file = folder.file(name)
        try data.write(to: file)
        for channels in [1, 3] {
          let read = try MediaFile.picture(file, channels: channels)
          #expect(read.height == (orientation < 5 ? height : width))
          #expect(read.width == (orientation < 5 ? width : height))
          let expected = upright(values, height: height, width: width, orientation)
          let off = zip(read.values.prefix(expected.count), expected).map { abs($0 - $1) }.max() ?? 1
          #expect(off < 1.01 / 255, "\(name), orientation \(orientation)")
        }
        // The size that is asked for is that of the upright picture.
        let scaled = try MediaFile.picture(file, height: 2, width: 3, channels: 1)
        #expect(scaled.values.count == 6 && scaled.height == 2 && scaled.width == 3)
      }
    }
  }

  /// Scaling before or after turning is the same where pixels only average.
  @Test func scalesTheUprightPicture() throws {
    let pixels: [UInt8] = (0..<16).map { $0 % 4 < 2 ? 0 : 200 }  // dark left, bright right
    let file = folder.file("halves.png")
    var data = try MediaFile.png(pixels, height: 4, width: 4)
    let named = Data("eXIf".utf8) + exif(6, bigEndian: true)
    var chunk = Data([0, 0, 0, UInt8(named.count - 4)]) + named
    withUnsafeBytes(of: checksum(named).bigEndian) { chunk.append(contentsOf: $0) }
    data.insert(contentsOf: chunk, at: 33)
    try data.write(to: file)
    let small = try MediaFile.image(file, height: 2, width: 2, channels: 1)
    // A quarter turn to the right: what was left is on top.
    #expect(zip(small, [0, 0, 200, 200].map { Float($0) / 255 }).allSatisfy { abs($0 - $1) < 1.01 / 255 })
  }

  /// An orientation that does not exist, a cut block, a directory outside of it: the picture as it is stored.
  @Test func ignoresExifThatMakesNoSense() throws {
    let whole = exif(6, bigEndian: false)
    var outside = whole
    outside.replaceSubrange(4..<8, with: [0xff, 0xff, 0xff, 0x7f])
    for (index, exif) in [exif(9, bigEndian: true), exif(0, bigEndian: false), whole.prefix(30), outside, Data()]
      .enumerated()
    {
      let file = folder.file("\(index).png")
      try png(exif).write(to: file)
      #expect(try MediaFile.picture(file, channels: 1).width == Self.width)
    }
  }
}
