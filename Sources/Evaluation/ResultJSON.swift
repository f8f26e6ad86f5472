public import Foundation

/// JSON of result files: keys sorted, indented, numbers finite, a newline at the end.
public enum ResultJSON {
  /// - Throws: `EncodingError` when a number is not finite.
  public static func encode(_ value: some Encodable) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    var data = try encoder.encode(value)
    data.append(UInt8(ascii: "\n"))
    return data
  }

  /// - Throws: `DecodingError` where the data is not JSON of the type.
  public static func decode<Value: Decodable>(_ type: Value.Type, from data: Data) throws -> Value {
    try JSONDecoder().decode(type, from: data)
  }
}
