import Foundation
import Testing

@testable import Tensors

@Suite struct GunzipTests {
  private let expected = Data((0..<2000).map { "\($0)\n" }.joined().utf8)

  @Test func joinsMembers() throws { #expect(try Gunzip.read(golden("numbers.gz")) == expected) }

  @Test func limit() throws {
    #expect(try Gunzip.read(golden("numbers.gz"), limit: expected.count) == expected)
    for limit in [0, 100, 6000, expected.count - 1] {
      let line = complaint { _ = try Gunzip.read(golden("numbers.gz"), limit: limit) }
      #expect(line?.contains("numbers.gz: decompresses to more than \(limit) bytes") == true, "\(line ?? "")")
    }
  }

  @Test(arguments: [
    ("empty", "is not gzip"), ("magic", "is not gzip"), ("truncated", "truncated"),
    ("garbage", "3 bytes that are not gzip"),
    ("checksum", "incorrect data check"), ("length", "incorrect length check"), ("body", "compressed data is"),
  ])
  func damaged(_ damage: String, _ reason: String) throws {
    var data = try Data(contentsOf: golden("numbers.gz"))
    switch damage {
    case "empty": data = Data()
    case "magic": data[0] = 0
    case "truncated": data.removeLast(9)
    case "garbage": data.append(contentsOf: [1, 2, 3])
    case "checksum": data[data.count - 8] ^= 1
    case "length": data[data.count - 1] ^= 1
    default: data[data.count / 4] ^= 0xff
    }
    let line = try #require(complaint { _ = try Gunzip.decode(data, file: "a.gz") })
    #expect(line.hasPrefix("a.gz: ") && line.contains(reason), "\(line)")
  }

  /// RFC 1950 wraps the same deflate stream: two bytes before, Adler-32 after.
  @Test func zlib() throws {
    // "abc" stored: Adler-32 of "abc" is 0x024d0127.
    let data = Data([0x78, 0x01, 0x01, 3, 0, 0xfc, 0xff, 0x61, 0x62, 0x63, 0x02, 0x4d, 0x01, 0x27, 9, 9])
    let (output, consumed) = try Inflate.decode(data, format: .zlib, limit: 10, file: "a.mat")
    #expect(output == Data("abc".utf8))
    #expect(consumed == 14)
  }
}
