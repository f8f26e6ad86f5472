import Tensors

/// The guard against YAML whose aliases stand for each other: a few hundred bytes can stand for terabytes, and a reader
/// that compares such a thing as a key does not end.
package enum YAMLAliases {
  /// As many characters as a text may stand for when all aliases are written out.
  static let limit = 1 << 22

  /// - Throws: `InputError` naming the line where the text stands for too much.
  package static func check(_ yaml: String, file: String) throws {
    // What an alias stands for ended before its first use, so it is no longer than the text from its anchor to there,
    // written out. Marks inside of quotes and comments count, too: the bound is one from above.
    var anchors: [Substring: Int] = [:]
    var weights: [Substring: Int] = [:]
    var (total, line) = (0, 1)
    var before: UInt8 = UInt8(ascii: "\n")
    let text = yaml.utf8
    for index in text.indices {
      let byte = text[index]
      defer { before = byte }
      total += 1
      if byte == UInt8(ascii: "\n") { line += 1 }
      guard byte == UInt8(ascii: "&") || byte == UInt8(ascii: "*"), " \t\r\n[]{},:?-!".utf8.contains(before) else {
        continue
      }
      let name = yaml[text.index(after: index)...].prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" }
      guard !name.isEmpty else { continue }
      if byte == UInt8(ascii: "&") {
        (anchors[name], weights[name]) = (total, nil)
      } else if let start = anchors[name] {
        let weight = weights[name] ?? total - start
        weights[name] = weight
        total += weight
        guard total - text.count <= limit else {
          throw InputError(
            file: file, at: "line \(line)", "aliases (*\(name)) of aliases stand for too much; write out what is meant")
        }
      }
    }
  }
}
