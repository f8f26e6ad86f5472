import ArgumentParser
import Chiasm

/// Names of commands. The parser suggests options that are nearly right; of commands it says only that it did not expect them.
enum CommandNames {
  /// Refuses a command that there is not, with the nearest that there is.
  ///
  /// - Throws: `UsageError`.
  static func check(_ arguments: [String]) throws {
    var (command, path): (any ParsableCommand.Type, String) = (ChiasmCommand.self, "chiasm")
    for argument in arguments {
      let children = command.configuration.subcommands
      guard !children.isEmpty, !argument.hasPrefix("-"), argument != "help" else { return }
      if let child = children.first(where: { names(of: $0).contains(argument) }) {
        (command, path) = (child, path + " " + argument)
        continue
      }
      let known = children.flatMap(names)
      // Where a command is taken for granted, what stands here may be its argument.
      if command.configuration.defaultSubcommand != nil, suggestion(for: argument, among: known).isEmpty { return }
      let meant = suggestion(for: argument, among: known)
      throw UsageError(
        "unknown command \"\(argument)\"\(meant)"
          + (meant.isEmpty ? "; expected one of \(known.joined(separator: ", ")); see: " : " See: ") + "\(path) --help")
    }
  }

  private static func names(of command: any ParsableCommand.Type) -> [String] {
    [command._commandName] + command.configuration.aliases
  }
}
