import ArgumentParser
import Chiasm
import Foundation

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
      CommandGroup(name: "The main job", subcommands: [DemoCommand.self, CompareCommand.self, SearchCommand.self]),
      CommandGroup(name: "Data", subcommands: [DataCommand.self, ImportCommand.self]),
      CommandGroup(
        name: "One model",
        subcommands: [
          MethodsCommand.self, TrainCommand.self, EvaluateCommand.self, PredictCommand.self, EmbedCommand.self,
        ]),
      CommandGroup(name: "Understanding", subcommands: [QuantifyCommand.self]),
      CommandGroup(name: "Other areas", subcommands: [CoordinateCommand.self, IndexCommand.self, KernelCommand.self]),
      CommandGroup(name: "Results", subcommands: [RunsCommand.self, ReportCommand.self, DoctorCommand.self]),
    ])
}

/// Parses, runs, and turns every error into one line and an exit code: 64 wrong usage, 65 bad input, 1 failed,
/// 130 interrupted.
@main
enum Main {
  static func main() {
    // A full quota is then an error of the write, which names the file, and not the end of the program.
    signal(SIGXFSZ, SIG_IGN)
    Engine.keepFreedMemory()
    do {
      let arguments = try QuantifyCommand.reordered(Array(CommandLine.arguments.dropFirst()))
      var command = try ChiasmCommand.parseAsRoot(arguments)
      try command.run()
      end(0)
    } catch let error as InputError {
      fail(error.description, code: 65)
    } catch let error as UsageError {
      fail(error.description, code: 64)
    } catch let error as Interrupted {
      fail(error.description, code: 130)
    } catch let error as Failed {
      fail(error.description, code: 1)
    } catch let error as TrainingFailure {
      fail("\(error)", code: 1)
    } catch {
      let code = ChiasmCommand.exitCode(for: error)
      if code.isSuccess {
        Console.print(ChiasmCommand.fullMessage(for: error))
        end(0)
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
    let line = message.split(whereSeparator: \.isNewline).joined(separator: " ")
    try? FileHandle.standardError.write(contentsOf: Data("chiasm: \(line)\n".utf8))
    end(code)
  }

  /// Ends the program without the destructors of globals: those of libtorch take a quarter of the time of a short
  /// command, and must not run where a training is still at work.
  static func end(_ code: Int32) -> Never {
    fflush(nil)
    _exit(code)
  }
}

/// Standard output, where a write that fails is an error and not a crash.
enum Console {
  static func print(_ text: String) { write(Data((text + "\n").utf8)) }

  /// One line on standard error that ends nothing, not even where it cannot be written.
  static func warn(_ text: String) {
    try? FileHandle.standardError.write(contentsOf: Data("warning: \(text)\n".utf8))
  }

  static func write(_ data: Data) {
    do {
      try FileHandle.standardOutput.write(contentsOf: data)
    } catch {
      Main.fail("standard output cannot be written: \(String(cString: strerror(errno)).lowercased())", code: 65)
    }
  }
}

/// Work that was asked for and could not be done, though neither the call nor the data were wrong: exit code 1.
struct Failed: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// The user stopped the work; what was done is kept.
struct Interrupted: Error, CustomStringConvertible {
  let description: String

  /// - Parameters:
  ///   - command: `compare` or `train`.
  ///   - runs: folder of the run store as given.
  init(_ command: String, _ run: String, runs: String) {
    let isPlain = runs.allSatisfy { $0.isLetter || $0.isNumber || "/._-+".contains($0) }
    let folder = isPlain ? runs : "'" + runs.replacingOccurrences(of: "'", with: "'\\''") + "'"
    description =
      "interrupted; go on with: chiasm \(command) --resume \(run)" + (runs == "runs" ? "" : " --runs \(folder)")
  }
}
