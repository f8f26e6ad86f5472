import ArgumentParser
import Chiasm
import Foundation

/// Where runs are kept.
struct StoreOptions: ParsableArguments {
  @Option(name: .long, help: ArgumentHelp("Folder of runs and of the run store.", valueName: "folder"))
  var runs: String = ProcessInfo.processInfo.environment["CHIASM_RUNS"] ?? "runs"

  @OptionGroup var links: LinkOptions

  /// Where a job works that signals stop.
  var workspace: Workspace {
    var workspace = Workspace(runs: runs)
    workspace.followsLinks = links.followLinks
    workspace.cancellation = Interruption.requested
    return workspace
  }
}

/// How the folder of a data set is read.
struct LinkOptions: ParsableArguments {
  @Flag(help: "Read files that symbolic links in the folder of a data set lead to outside of it.")
  var followLinks = false
}

/// What every command takes that reads data sets or runs.
struct CommonOptions: ParsableArguments {
  @OptionGroup var store: StoreOptions
  @OptionGroup var output: OutputOptions

  var workspace: Workspace { store.workspace }
}

/// A trained run and a data set to use it on.
struct UseOptions: ParsableArguments {
  @Argument(help: ArgumentHelp("Run id or folder.", valueName: "run"))
  var trained: String
  @Argument(help: "Folder of the data set.")
  var dataset: String
}

/// What every measurement of a training or of a whole comparison takes.
struct RunFlags: ParsableArguments {
  @Argument(help: ArgumentHelp("Run id or folder, of a training or a comparison.", valueName: "run"))
  var trained: String
  @Argument(help: "Folder of the data set; by default the one that the run was made on.")
  var dataset: String?
  @OptionGroup var common: CommonOptions

  var output: OutputOptions { common.output }

  /// What is measured, once all options are known to be right.
  func subject() throws -> RunSubject {
    try output.checkWritable()
    return RunSubject(trained, dataset: dataset, in: common.workspace)
  }
}

/// What every measurement of one trained model takes.
struct ModelFlags: ParsableArguments {
  @Argument(help: ArgumentHelp("Run id or folder; of a comparison, its best fusion.", valueName: "run"))
  var trained: String
  @Argument(help: "Folder of the data set; by default the one that the run was made on.")
  var dataset: String?
  @Option(help: "train, validation or test.")
  var split: String = "test"
  @OptionGroup var common: CommonOptions

  var output: OutputOptions { common.output }

  /// What is measured, once all options are known to be right.
  func subject() throws -> ModelSubject {
    let split = try parseSplit(split)
    try output.checkWritable()
    return ModelSubject(trained, dataset: dataset, split: split, in: common.workspace)
  }
}

/// What the commands that train have in common.
struct WorkOptions: ParsableArguments {
  @Option(
    help: """
      Threads of one operation; by default one where steps are short, else the number of idle cores that a few steps \
      run fastest on. Results agree to the last bit only for the same number.
      """)
  var threads: Int?
  @Option(help: ArgumentHelp("Go on with a run that was stopped.", valueName: "run"))
  var resume: String?
  @OptionGroup var training: TrainingFlags
  @OptionGroup var common: CommonOptions

  var output: OutputOptions { common.output }
  /// Whether options were given that a run began with.
  var isGiven: Bool { threads != nil || !training.isEmpty }

  func checkedThreads() throws -> Int? { try check(threads, "--threads", 1...1024) }
}

extension JobStart {
  /// What `--resume` or the argument names.
  ///
  /// - Parameters:
  ///   - command: as errors call it.
  ///   - hasOthers: whether options were given that a run began with, which a run to go on with refuses.
  init(_ command: String, dataset: String?, resume: String?, hasOthers: Bool) throws {
    if let resume {
      guard !hasOthers else {
        throw UsageError("--resume goes on with the options that the run began with; leave the others out")
      }
      self = .resumed(resume, dataset: dataset)
    } else {
      guard let dataset else { throw UsageError("\(command) needs the folder of a data set, or --resume RUN") }
      self = .new(dataset)
    }
  }
}

/// A command that reads data sets or runs.
protocol CommonCommand: ParsableCommand {
  var common: CommonOptions { get }
}

extension CommonCommand {
  var output: OutputOptions { common.output }
  var workspace: Workspace { common.workspace }
}
