import ArgumentParser
import Chiasm
import Foundation

struct ImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Convert a public data set, as it is distributed, into the contract.",
    discussion: """
      Data sets: \(Importers.all.map { "\($0.name) (\($0.summary))" }.joined(separator: "; "))
      Options:
      \(Importers.all.map(Self.options).joined(separator: "\n"))
      Example: chiasm import mosi ../shared/data/mosi mosi
      """)

  private static func options(of importer: any Importer.Type) -> String {
    importer.options.map { "  \(importer.name): \($0.name)=\($0.defaultValue)  \($0.help)" }.joined(separator: "\n")
  }

  @Argument(help: "Name of the data set.")
  var name: String
  @Argument(help: "The folder as it was distributed.")
  var source: String
  @Argument(help: "The folder to make.")
  var destination: String
  @Option(name: .customLong("set"), help: ArgumentHelp("An option of the importer.", valueName: "key=value"))
  var settings: [String] = []
  @OptionGroup var output: OutputOptions

  func run() throws {
    try output.checkWritable()
    let importer = try Importers.named(name)
    let options = try pairs(settings, of: "--set")
    try MakingJob(.imported(importer, from: source, options: options), in: destination).run(progress: output.progress)
    try output.write(Made(made: destination))
    output.show("made \(destination); next: chiasm compare \(destination)")
  }
}
