/// Bad input data: one line that names the file, the place in it, what was found and what was expected.
///
/// The command line prints `description` and exits with 65 (`EX_DATAERR`).
public struct InputError: Error, CustomStringConvertible, Sendable, Equatable {
  /// The file as the user would write it.
  public var file: String?
  /// Row, key, member or offset inside the file.
  public var place: String?
  /// What was found and what was expected.
  public var problem: String

  public init(file: String? = nil, at place: String? = nil, _ problem: String) {
    self.file = file
    self.place = place
    self.problem = problem
  }

  public var description: String { [file, place, problem].compactMap { $0 }.joined(separator: ": ") }
}

/// A wrong call: an unknown method, an option value out of range. The command line exits with 64 (`EX_USAGE`).
public struct UsageError: Error, CustomStringConvertible, Sendable, Equatable {
  public var description: String
  public init(_ description: String) { self.description = description }
}
