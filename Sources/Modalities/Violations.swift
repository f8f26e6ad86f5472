import Tensors

/// Every breach of the data set contract met so far, in the order met.
///
/// Loading stops at the first one; `chiasm data inspect` goes on and shows them all.
final class Violations {
  private(set) var all: [InputError] = []

  func add(_ error: InputError) { all.append(error) }

  func add(file: String, at place: String? = nil, _ problem: String) {
    all.append(InputError(file: file, at: place, problem))
  }

  /// Keeps the input error that `body` throws, and passes any other error on.
  func collect<Result>(_ body: () throws -> Result) throws -> Result? {
    do {
      return try body()
    } catch let error as InputError {
      all.append(error)
      return nil
    }
  }

  func throwFirst() throws {
    if let first = all.first { throw first }
  }
}

extension Collection where Element == String {
  /// "a", "b" or "c": the form in which errors list what would have been right.
  var quotedList: String { map { "\"\($0)\"" }.joined(separator: ", ") }
}
