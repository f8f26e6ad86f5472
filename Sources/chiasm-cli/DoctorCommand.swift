import ArgumentParser
import Chiasm
import Foundation

struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Versions, engine build, devices, cores, what is missing and how to get it.",
    discussion: "Example: chiasm doctor")
  @OptionGroup var store: StoreOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let examination = Doctor.examine(runs: store.folder, version: chiasmVersion)
    try output.write(examination)
    output.show(
      TerminalTable(
        ["what", "state", "found"],
        rows: examination.findings.map { [$0.what, $0.isFine ? "ok" : "missing", $0.found] }
      )
      .text())
    for finding in examination.findings { if let advice = finding.advice { output.show("\(finding.what): \(advice)") } }
    if !examination.isFine { throw Failed("something is missing; see above") }
  }
}
