import Tensors

/// Every breach of the data set contract met so far, in the order met.
///
/// Loading stops at the first one; `chiasm data inspect` goes on and shows them all.
final class Violations {
  private(set) var all: [InputError] = []
  /// What is no breach, but should be known before one trains on the data.
  private(set) var warnings: [InputError] = []

  func add(_ error: InputError) { all.append(Self.bounded(error)) }

  /// Two modalities of one column say the same, which is said once.
  func warn(_ error: InputError) {
    let warning = Self.bounded(error)
    if !warnings.contains(warning) { warnings.append(warning) }
  }

  private static func bounded(_ error: InputError) -> InputError {
    InputError(file: error.file?.oneLine, at: error.place?.oneLine, error.problem.oneLine)
  }

  func add(file: String, at place: String? = nil, _ problem: String) {
    add(InputError(file: file, at: place, problem))
  }

  /// Keeps the input error that `body` throws, and passes any other error on.
  func collect<Result>(_ body: () throws -> Result) throws -> Result? {
    do {
      return try body()
    } catch let error as InputError {
      add(error)
      return nil
    }
  }

  func throwFirst() throws {
    if let first = all.first { throw first }
  }
}

extension String {
  /// The text on one line of bounded length: names and cells come out of files and may hold anything.
  var oneLine: String {
    var result = ""
    for scalar in unicodeScalars.prefix(500) {
      let isControl = scalar.properties.generalCategory == .control || scalar == "\u{2028}" || scalar == "\u{2029}"
      result += isControl ? scalar.escaped(asASCII: true) : String(scalar)
    }
    return unicodeScalars.count > 500 ? result + "…" : result
  }
}

extension Collection where Element == String {
  /// "a", "b" or "c": the form in which errors list what would have been right.
  var quotedList: String { map { "\"\($0)\"" }.joined(separator: ", ") }
}
