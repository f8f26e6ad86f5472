import ArgumentParser
import Chiasm
import Foundation
import Synchronization

/// The root of the command line.
struct ChiasmCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "chiasm",
    abstract: "Multimodal machine learning: does fusing help, by how much, why, and which representation to keep.",
    discussion: """
      Start with:  chiasm demo
      Own data:    chiasm data inspect DIR, then chiasm compare DIR
      """,
    version: "chiasm \(chiasmVersion) (libtorch \(Engine.version))",
    groupedSubcommands: [
      CommandGroup(name: "Comparing", subcommands: [DemoCommand.self, CompareCommand.self, SearchCommand.self]),
      CommandGroup(name: "Data", subcommands: [DataCommand.self, ImportCommand.self]),
      CommandGroup(
        name: "Single-model",
        subcommands: [
          MethodsCommand.self, TrainCommand.self, EvaluateCommand.self, PredictCommand.self, EmbedCommand.self,
        ]),
      CommandGroup(name: "Measuring", subcommands: [QuantifyCommand.self]),
      CommandGroup(
        name: "Coordination and kernel", subcommands: [CoordinateCommand.self, IndexCommand.self, KernelCommand.self]),
      CommandGroup(name: "Result", subcommands: [RunsCommand.self, ReportCommand.self, DoctorCommand.self]),
    ])
}

/// Parses, runs, and turns every error into one line and an exit code: 64 wrong usage, 65 bad input, 1 failed,
/// 130 interrupted.
@main
enum Main {
  static func main() {
    // A full quota is then an error of the write, which names the file, and not the end of the program; a reader that went
    // away, too.
    signal(SIGXFSZ, SIG_IGN)
    signal(SIGPIPE, SIG_IGN)
    occupyStandardDescriptors()
    Engine.keepFreedMemory()
    if !Machine.startsThreads { Engine.threads = 1 }
    do {
      let arguments = try QuantifyCommand.reordered(Array(CommandLine.arguments.dropFirst()))
      try CommandNames.check(arguments)
      var command = try ChiasmCommand.parseAsRoot(arguments)
      if let lack = Machine.lackOfAddressSpace { throw JobFailure(lack) }
      try command.run()
      finish()
    } catch let error as InputError {
      fail(error.description, code: 65)
    } catch let error as UsageError {
      fail(error.description, code: 64)
    } catch let error as JobInterruption {
      fail(error.description, code: 130)
    } catch let error as JobFailure {
      fail(error.description, code: 1)
    } catch let error as TrainingFailure {
      fail("\(error)", code: 1)
    } catch {
      let code = ChiasmCommand.exitCode(for: error)
      if code.isSuccess {
        Console.print(ChiasmCommand.fullMessage(for: error))
        finish()
      }
      if code == .validationFailure { fail(usage(error), code: 64) }
      fail("\(error)", code: 1)
    }
  }

  /// What the parser objects to, and the command that shows what it would take.
  private static func usage(_ error: any Error) -> String {
    let message = ChiasmCommand.message(for: error)
    let text = (message.first?.lowercased() ?? "") + message.dropFirst()
    // The parser's last line is: See 'chiasm compare --help' for more information.
    let help = ChiasmCommand.fullMessage(for: error).split(separator: "'").last { $0.hasSuffix("--help") }
    return help.map { "\(text)\(text.hasSuffix("?") ? " See" : "; see"): \($0)" } ?? text
  }

  static func fail(_ message: String, code: Int32) -> Never {
    let line = message.split(whereSeparator: \.isNewline).joined(separator: " ").shown()
    StandardError.show("chiasm: \(line)\n", patience: 1000)
    end(code)
  }

  /// Ends a command that did its work; with an error where what it had to show could not be.
  static func finish() -> Never {
    guard let problem = Console.problem else { end(0) }
    fail("standard output cannot be written: \(String(cString: strerror(problem)).lowercased())", code: 65)
  }

  /// Takes descriptors 0, 1 and 2 where the caller closed them: the next file to be opened would get one, and what is shown
  /// would be written into it. They are opened the wrong way round, so that using them is still an error.
  private static func occupyStandardDescriptors() {
    for (descriptor, mode) in [(STDIN_FILENO, O_WRONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_RDONLY)]
    where fcntl(descriptor, F_GETFD) < 0 { _ = open("/dev/null", mode) }
  }

  /// Ends the program without the destructors of globals: those of libtorch take a quarter of the time of a short
  /// command, and must not run where a training is still at work.
  static func end(_ code: Int32) -> Never {
    fflush(nil)
    _exit(code)
  }
}

/// Standard output. Where it cannot be written, the work goes on, and the command says so when it is done.
enum Console {
  private static let failure = Mutex<Int32?>(nil)

  /// The number of the error that ended the output; nil where there was none, or where the reader had enough, as `head` has.
  static var problem: Int32? { failure.withLock { $0 == EPIPE ? nil : $0 } }

  /// Writes lines for a person.
  static func print(_ text: String) { write(Data((text.shown(keepingLines: true) + "\n").utf8)) }

  /// One line on standard error that ends nothing, not even where it cannot be written.
  static func warn(_ text: String) {
    try? FileHandle.standardError.write(contentsOf: Data("warning: \(text.shown())\n".utf8))
  }

  /// Writes bytes as they are.
  static func write(_ data: Data) {
    failure.withLock { failure in
      var rest = data[...]
      while !rest.isEmpty, failure == nil {
        let written = rest.withUnsafeBytes { Foundation.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
        if written > 0 { rest = rest.dropFirst(written) } else if errno != EINTR { failure = errno }
      }
    }
  }
}
