import Foundation
import Testing

@testable import Tensors

@Suite struct SafetensorsTests {
  @Test func everyType() throws {
    let (tensors, metadata) = try Safetensors.read(golden("types.safetensors"))
    #expect(metadata == ["format": "pt"])
    #expect(tensors.count == 16)
    for (name, tensor) in tensors {
      guard let expected = expectedArrays[name] else { continue }
      #expect(tensor.shape == [2, 3], "\(name)")
      #expect(tensor.dtype == expected.dtype, "\(name)")
      #expect(contents(tensor) == expected.bytes, "\(name)")
    }
    #expect(tensors["scalar"]?.shape == [])
    #expect(tensors["scalar"].map(contents) == memory([0.25]))
    #expect(tensors["none"]?.shape == [0, 7])
  }

  /// A file of the reference implementation, written again, is the same bytes.
  @Test func writesWhatTheReferenceWrites() throws {
    try withFolder { folder in
      let url = folder.appendingPathComponent("same.safetensors")
      let (tensors, metadata) = try Safetensors.read(golden("same.safetensors"))
      #expect(metadata == ["note": "a \"quoted\" line\n\u{1} – ü"])
      #expect(tensors["layers.0.weight \"ü\"\n"].map(contents) == memory([0, 1, 2, 3, 4] as [Float]))
      try Safetensors.write(tensors, metadata: metadata, to: url)
      #expect(try Data(contentsOf: url) == Data(contentsOf: golden("same.safetensors")))
    }
  }

  @Test func roundTrip() throws {
    var tensors: [String: Tensor] = [:]
    for dtype in roundTripTypes where dtype != .complex128 {
      for shape in roundTripShapes { tensors["\(dtype) \(shape)"] = tensor(dtype, shape) }
    }
    try withFolder { folder in
      let url = folder.appendingPathComponent("weights.safetensors")
      try Safetensors.write(tensors, metadata: ["b": "2", "a": "1"], to: url)
      let (read, metadata) = try Safetensors.read(url)
      #expect(metadata == ["a": "1", "b": "2"])
      #expect(read.keys.sorted() == tensors.keys.sorted())
      for (name, tensor) in tensors {
        let copy = try #require(read[name])
        #expect(copy.dtype == tensor.dtype && copy.shape == tensor.shape, "\(name)")
        #expect(contents(copy) == contents(tensor), "\(name)")
      }
      try Safetensors.write([:], to: url)
      #expect(try Safetensors.read(url).tensors.isEmpty)
    }
  }

  @Test func refusesToWrite() throws {
    try withFolder { folder in
      let url = folder.appendingPathComponent("a.safetensors")
      let complex = try #require(complaint { try Safetensors.write(["z": tensor(.complex128, [1])], to: url) })
      #expect(complex.contains("z: is complex128, which safetensors cannot hold"))
      #expect(complaint { try Safetensors.write(["__metadata__": tensor(.uint8, [1])], to: url) } != nil)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }
  }

  /// Headers by hand with so many bytes of data, each wrong in one way.
  @Test(arguments: [
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, 7, "a: has data_offsets [0, 8]; the file has 7 bytes"),
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, 9, "1 bytes follow the last tensor"),
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#, 8, "a: has data_offsets [8, 0]"),
    (#"{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}"#, 8, "a: has 8 bytes; shape [3] of F32 needs 12"),
    (#"{"a":{"dtype":"F32","shape":[4611686018427387904],"data_offsets":[0,8]}}"#, 8, "needs 2⁶³ or more"),
    (#"{"a":{"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,0]}}"#, 0, "needs 2⁶³ or more"),
    (#"{"a":{"dtype":"F32","shape":[9223372036854775808],"data_offsets":[0,8]}}"#, 8, "a number above"),
    (#"{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}"#, 8, "'-' at position 29"),
    (#"{"a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}}"#, 8, "'.' at position 30"),
    (#"{"a":{"dtype":"F32","shape":[02],"data_offsets":[0,8]}}"#, 8, "leading 0"),
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}}"#, 8, "a: has 1 data_offsets; expected 2"),
    (#"{"a":{"dtype":"F8_E4M3","shape":[8],"data_offsets":[0,8]}}"#, 8, "a: has the dtype 'F8_E4M3'"),
    (#"{"a":{"dtype":"BOOL","shape":[8],"data_offsets":[0,8]}}"#, 8, "a: element 0 is the byte 7; a boolean is 0 or 1"),
    (#"{"a":{"dtype":"U64","shape":[1],"data_offsets":[0,8]}}"#, -8, "a: element 0 is above 9223372036854775807"),
    (#"{"a":{"dtype":"F32","shape":[2]}}"#, 8, "a: lacks one of the keys"),
    (#"{"a":{"dtype":"F32","dtype":"F32"}}"#, 8, "a: has the key 'dtype' twice"),
    (#"{"a":{"dtype":"F32","strides":[1]}}"#, 8, "a: has the unknown key 'strides'"),
    (
      #"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"a":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}"#, 8,
      "the tensor 'a' twice"
    ),
    (
      #"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"\u0061":{"dtype":"U8","shape":[],"data_offsets":[4,5]}}"#,
      5, "the tensor 'a' twice"
    ),
    (
      #"{"a":{"dtype":"U8","shape":[5],"data_offsets":[0,5]},"b":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}"#, 8,
      "b: has data_offsets [4, 8], which overlap those of another tensor; expected 5"
    ),
    (
      #"{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"b":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}"#, 8,
      "b: has data_offsets [4, 8], which leave a gap; expected 3"
    ),
    (#"{"__metadata__":{"a":"1","a":"2"}}"#, 0, "metadata has the key 'a' twice"),
    (#"{"__metadata__":{"a":1}}"#, 0, "expected a string"),
    (#"{"__metadata__":{},"__metadata__":{}}"#, 0, "__metadata__ twice"),
    (#"{"__metadata__":{"a":"\ud800"}}"#, 0, "half a surrogate pair"),
    (#"{"__metadata__":{"a":"\u00"}}"#, 0, "four hexadecimal digits"),
    (#"{"__metadata__":{"a":"\x"}}"#, 0, "unknown escape"),
    ("{\"__metadata__\":{\"a\":\"\n\"}}", 0, "control character 10"),
    (#"{"__metadata__":{"a":"b"#, 0, "unterminated string at position 21"),
    (#"{"a":{}"#, 0, "a: lacks one of the keys"), (#"{"#, 0, "header ends"), ("{} x", 0, "expected nothing more"),
    (" {}", 0, "does not begin with '{'"), ("", 0, "does not begin with '{'"), ("[]", 0, "does not begin with '{'"),
    ("{\"a\":[[[[[[[[", 0, "expected '{'"),
  ])
  func malformed(_ header: String, _ count: Int, _ reason: String) throws {
    var data = memory([UInt64(header.utf8.count)])
    data.append(contentsOf: header.utf8)
    data.append(Data(repeating: count < 0 ? 0xff : 7, count: abs(count)))
    let line = try #require(complaint { _ = try Safetensors.parse(data, file: "a.safetensors") })
    #expect(line.hasPrefix("a.safetensors: ") && line.contains(reason), "\(line)")
  }

  @Test(arguments: [
    (memory([1, 2] as [UInt8]), "2 bytes, expected at least 8"),
    (memory([100_000_001] as [UInt64]) + Data("{}".utf8), "claims a header of 100000001 bytes; the format allows"),
    (memory([UInt64.max]) + Data("{}".utf8), "claims a header of 18446744073709551615 bytes"),
    (memory([3] as [UInt64]) + Data("{}".utf8), "is truncated: header of 3 bytes, found 2"),
    (memory([2] as [UInt64]) + Data([0x7b, 0xff]), "byte 255 at position 1"),
  ])
  func malformedBeginning(_ data: Data, _ reason: String) throws {
    let line = try #require(complaint { _ = try Safetensors.parse(data, file: "a.safetensors") })
    #expect(line.hasPrefix("a.safetensors: ") && line.contains(reason), "\(line)")
  }

  @Test func escapes() throws {
    let header = #"{"__metadata__":{"\u00e9\ud83d\ude00\/\b\f\t":"\\\""}}   "#
    let data = memory([UInt64(header.utf8.count)]) + Data(header.utf8)
    let metadata = try Safetensors.parse(data, file: "a").metadata
    #expect(metadata == ["é😀/\u{8}\u{c}\t": "\\\""])
  }
}
