import Foundation

/// A 128-bit fingerprint of contents, for names in the decode cache; not for security.
///
/// Two lanes of multiply–xorshift over 8-byte words, finished as in SplitMix64. Chances of a collision among a million
/// contents are about 10⁻²⁷.
struct ContentHash: Sendable, Hashable {
  private var first: UInt64 = 0x243F_6A88_85A3_08D3
  private var second: UInt64 = 0x1319_8A2E_0370_7344

  /// 32 hexadecimal digits.
  var hexadecimal: String {
    [Self.mixed(first), Self.mixed(second &+ 0x9E37_79B9_7F4A_7C15)]
      .map { word in
        let digits = String(word, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
      }
      .joined()
  }

  /// Adds bytes and their count, so that two pieces never read as one.
  mutating func add(_ bytes: UnsafeRawBufferPointer) {
    add(UInt64(bytes.count))
    let words = bytes.count / 8
    for word in 0..<words { add(bytes.loadUnaligned(fromByteOffset: word * 8, as: UInt64.self).littleEndian) }
    var rest: UInt64 = 0
    for byte in bytes[(words * 8)...] { rest = rest << 8 | UInt64(byte) }
    add(rest)
  }

  mutating func add(_ data: Data) { data.withUnsafeBytes { add($0) } }
  mutating func add(_ text: String) { add(Data(text.utf8)) }
  mutating func add(_ other: ContentHash) {
    add(other.first)
    add(other.second)
  }

  mutating func add(_ word: UInt64) {
    first = (first ^ word) &* 0xBF58_476D_1CE4_E5B9
    first ^= first >> 29
    second = (second &+ word) &* 0x94D0_49BB_1331_11EB
    second ^= second >> 32
  }

  private static func mixed(_ word: UInt64) -> UInt64 {
    var z = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
