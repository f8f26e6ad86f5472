import Foundation
import Testing

/// The built `chiasm` as a user runs it: a program of its own with arguments, two outputs and an exit status.
struct Program {
  struct Outcome: Sendable {
    let status: Int32
    let output: String
    let errors: String
    /// Of standard error, without the empty one after the last line end.
    var errorLines: [String] { errors.split(separator: "\n").map(String.init) }
  }

  /// The program beside the test bundle, which the package builds with the tests.
  static let url: URL? = {
    let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let bundle = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
    return [bundle, Bundle.main.bundleURL, package.appending(path: ".build/debug")]
      .map { $0.appending(path: "chiasm") }
      .first { FileManager.default.isExecutableFile(atPath: $0.path) }
  }()

  /// Where it runs.
  let place: Workplace

  /// Runs it to the end.
  ///
  /// - Parameters:
  ///   - output: where standard output goes; by default it is the outcome's.
  ///   - fileBlocks: largest file it may write, in blocks of 512 bytes; nil for any.
  ///   - shell: what the shell does before, such as closing an output.
  ///   - user: whom it runs as; the tests' own by default.
  ///   - signal: what `stops` sends; by default Ctrl-C.
  ///   - stops: asked every few milliseconds whether to send the signal, once.
  func callAsFunction(
    _ arguments: [String], output: String? = nil, fileBlocks: Int? = nil, shell: String? = nil, user: uid_t? = nil,
    signal: Int32 = SIGINT, stops: (() -> Bool)? = nil
  ) throws -> Outcome {
    let program = try #require(Self.url, "the program chiasm lies neither beside the tests nor in .build/debug")
    let files = try (place.scratch(), place.scratch())
    defer { for file in [files.0, files.1] { try? FileManager.default.removeItem(at: file) } }
    let limit = (fileBlocks.map { "ulimit -f \($0) && " } ?? "") + (shell.map { $0 + " && " } ?? "")
    let other = user.map { "setpriv --reuid=\($0) --regid=\($0) --clear-groups " } ?? ""
    let identifier = try start(
      ["/bin/sh", "-c", "cd \"$0\" && \(limit)exec \(other)\"$@\"", place.folder.path, program.path] + arguments,
      output: output ?? files.0.path, errors: files.1.path)
    let status = try wait(for: identifier, signal: signal, stops: stops)
    let end = status & 0x7F
    #expect(end == 0 || stops != nil && end == signal, "ended by signal \(end): \(arguments)")
    return Outcome(
      status: status >> 8 & 0xFF, output: output == nil ? try String(contentsOf: files.0, encoding: .utf8) : "",
      errors: try String(contentsOf: files.1, encoding: .utf8))
  }

  /// Starts a program. Foundation's `Process` is not used: under load it has missed the end of a child.
  private func start(_ command: [String], output: String, errors: String) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY, 0)
    let variables = ProcessInfo.processInfo.environment.filter { $0.key != "CHIASM_RUNS" }.map { "\($0)=\($1)" }
    var (words, environment) = (command.map { strdup($0) } + [nil], variables.map { strdup($0) } + [nil])
    defer { for word in words + environment { free(word) } }
    var identifier = pid_t()
    let problem = posix_spawn(&identifier, command[0], &actions, nil, &words, &environment)
    try #require(problem == 0, "\(command[0]): \(String(cString: strerror(problem)))")
    return identifier
  }

  /// The status that `waitpid` gives.
  private func wait(for identifier: pid_t, signal: Int32, stops: (() -> Bool)?) throws -> Int32 {
    let deadline = ContinuousClock.now + .seconds(180)
    var (status, asks) = (Int32(0), stops != nil)
    while waitpid(identifier, &status, WNOHANG) == 0 {
      if asks, stops?() == true {
        kill(identifier, signal)
        asks = false
      }
      if ContinuousClock.now > deadline {
        kill(identifier, SIGKILL)
        Issue.record("still at work after three minutes")
      }
      usleep(5000)
    }
    return status
  }
}

extension Program.Outcome {
  /// Expects the one line that a refusal is, and nothing on standard output that looks like a result.
  func expectRefusal(
    _ status: Int32, _ parts: String..., sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(self.status == status, "\(errors)", sourceLocation: sourceLocation)
    #expect(errorLines.count == 1, "\(errors)", sourceLocation: sourceLocation)
    #expect(errors.hasPrefix("chiasm: ") && errors.hasSuffix("\n"), "\(errors)", sourceLocation: sourceLocation)
    for part in parts { #expect(errors.contains(part), "\(errors)", sourceLocation: sourceLocation) }
  }

  func expectSuccess(sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(status == 0, "\(errors)", sourceLocation: sourceLocation)
  }
}
