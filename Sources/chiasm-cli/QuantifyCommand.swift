import ArgumentParser
import Chiasm
import Foundation

struct QuantifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "quantify", abstract: "Measure what modalities say, alone and together.",
    discussion: "Example: chiasm quantify partial-information mosi",
    subcommands: [
      QuantifyInformationCommand.self, QuantifyPartialInformationCommand.self, QuantifyInteractionsCommand.self,
      QuantifyRobustnessCommand.self, QuantifyUtilizationCommand.self,
      QuantifyHeterogeneityCommand.self, QuantifyBiasCommand.self,
      QuantifyEMAPCommand.self, QuantifyImportanceCommand.self, QuantifyMissingCommand.self,
      QuantifySharedRepresentationCommand.self,
    ])

  /// `quantify DIR WHAT` as `quantify WHAT DIR`: both orders are understood.
  ///
  /// - Throws: `UsageError` where neither is something to measure.
  static func reordered(_ arguments: [String]) throws -> [String] {
    let names = configuration.subcommands.flatMap { command in
      [command.configuration.commandName].compactMap { $0 } + command.configuration.aliases
    }
    guard arguments.count > 2, arguments[0] == "quantify", !names.contains(arguments[1]), arguments[1] != "help",
      !arguments[1].hasPrefix("-"), !arguments[2].hasPrefix("-")
    else { return arguments }
    guard names.contains(arguments[2]) else {
      // Of two words that are neither, the one that is nearly right was meant to be the measurement.
      let near = arguments[1...2].first { !suggestion(for: $0, among: names).isEmpty } ?? arguments[2]
      throw UsageError(
        "nothing called \"\(near)\" can be measured; expected one of \(names.joined(separator: ", "))"
          + suggestion(for: near, among: names))
    }
    return [arguments[0], arguments[2], arguments[1]] + arguments[3...]
  }
}
