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
      CommandGroup(name: "The main job", subcommands: [DemoCommand.self, CompareCommand.self]),
      CommandGroup(name: "Data", subcommands: [DataCommand.self, ImportCommand.self]),
      CommandGroup(
        name: "One model",
        subcommands: [
          MethodsCommand.self, TrainCommand.self, EvaluateCommand.self, PredictCommand.self, EmbedCommand.self,
        ]),
      CommandGroup(name: "Results", subcommands: [RunsCommand.self, ReportCommand.self, DoctorCommand.self]),
    ])
}

/// Parses, runs, and turns every error into one line and an exit code: 64 wrong usage, 65 bad input, 1 failed,
/// 130 interrupted.
@main
enum Main {
  static func main() {
    do {
      var command = try ChiasmCommand.parseAsRoot()
      try command.run()
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
        print(ChiasmCommand.fullMessage(for: error))
        exit(0)
      }
      if code == .validationFailure {
        fail(ChiasmCommand.message(for: error).replacingOccurrences(of: "\n", with: " "), code: 64)
      }
      fail("\(error)".replacingOccurrences(of: "\n", with: " "), code: 1)
    }
  }

  static func fail(_ message: String, code: Int32) -> Never {
    FileHandle.standardError.write(Data("chiasm: \(message)\n".utf8))
    exit(code)
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
  init(resume command: String) { description = "interrupted; go on with: \(command)" }
}
