import ArgumentParser
import Chiasm

struct MethodsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "methods", abstract: "List every implemented system: name, area, paper, options with defaults.",
    discussion: "Example: chiasm methods --area fusion\nExample: chiasm methods tensor")

  @Argument(help: "One method, with its options; all by default.")
  var name: String?
  @Option(help: "One area only: unimodal, fusion or coordination.")
  var area: String?
  @Flag(help: "Show the options of each method.")
  var options = false
  @OptionGroup var output: OutputOptions

  func run() throws {
    if let name {
      guard area == nil else { throw UsageError("--area lists methods; \(name) is one") }
      return try show(Method.all.named(name))
    }
    let areas = Set(Method.all.map(\.area))
    if let area, !areas.contains(area) {
      throw UsageError("no area \"\(area)\"; expected one of \(areas.sorted().joined(separator: ", "))")
    }
    let methods = Method.all.filter { area == nil || $0.area == area }
    try output.write(methods)
    output.show(
      TerminalTable(
        ["method", "area", "modalities", "what it computes", "source"],
        rows: methods.map {
          let most = $0.modalities.count == 1 ? "" : " or more"
          return [$0.name, $0.area, "\($0.modalities.lowerBound)\(most)", $0.summary, $0.paper]
        }
      ).wrapping([3, 4]).text())
    let single = methods.filter { !$0.replicates }.map(\.name)
    if !single.isEmpty { output.show("\nSeeds train in parallel, not as one: " + single.joined(separator: ", ")) }
    guard options else { return }
    for method in methods { output.show("\n\(method.name)\n\(Self.options(of: method))") }
  }

  private func show(_ method: Method) throws {
    try output.write(method)
    let most = method.modalities.count == 1 ? "" : " or more"
    output.show(
      TerminalTable.prose(
        """
        \(method.name) (\(method.area)): \(method.summary)
        source: \(method.paper)
        modalities: \(method.modalities.lowerBound)\(most)
        """))
    if !method.options.isEmpty { output.show("\n" + Self.options(of: method)) }
    let example = method.options.first.map { " --set \($0.name)=\($0.defaultValue)" } ?? ""
    output.show("\nExample: chiasm train DIR --method \(method.name)\(example)")
  }

  private static func options(of method: Method) -> String {
    TerminalTable(
      ["option", "default", "takes", "meaning"],
      rows: method.options.map { [$0.name, $0.defaultValue, $0.values ?? "text", $0.help] }
    ).wrapping([2, 3]).text()
  }
}
