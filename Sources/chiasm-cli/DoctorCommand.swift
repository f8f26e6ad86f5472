import ArgumentParser
import Chiasm
import Foundation

struct DoctorCommand: CommonCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Versions, engine build, devices, cores, what is missing and how to get it.",
    discussion: "Example: chiasm doctor")
  @OptionGroup var common: CommonOptions

  func run() throws {
    let examination = Doctor.examine(runs: workspace.folder, version: chiasmVersion)
    try output.write(examination)
    output.show(
      ["what", "state", "found"],
      examination.findings.map { [$0.what, $0.isFine ? "ok" : "missing", $0.found] })
    for finding in examination.findings { if let advice = finding.advice { output.show("\(finding.what): \(advice)") } }
    if !examination.isFine { throw JobFailure("something is missing; see above") }
  }
}
