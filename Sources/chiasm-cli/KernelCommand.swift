import ArgumentParser
import Chiasm
import Foundation

struct KernelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kernel", abstract: "Learning with kernels of several modalities.",
    discussion: "Example: chiasm kernel mkl mfeat --kernels fou:rbf,kar:rbf,mor:linear",
    subcommands: [MultipleKernelCommand.self])
}

struct MultipleKernelCommand: CommonCommand {
  static let configuration = CommandConfiguration(
    commandName: "mkl",
    abstract:
      "Learn the weights of a sum of kernels; compare it with each kernel alone, their average and concatenation.",
    discussion: """
      A kernel is modality:name or modality:name:setting=number,… with the names \
      \(KernelChoice.Name.allCases.map(\.rawValue).joined(separator: ", ")). The width of rbf follows from the median \
      distance; factor=2 doubles γ. Costs are chosen on validation.

      Example: chiasm kernel mkl mfeat --kernels fou:rbf,kar:rbf,mor:linear
      Example: chiasm kernel mkl mosi --constraint norm=2 --cost 0.1,1,10
      """)

  @Argument(help: "Folder of the data set.")
  var dataset: String
  @Option(help: "Kernels, separated by commas; linear and rbf of every modality by default.")
  var kernels: String?
  @Option(help: "simple (weights sum to 1), norm=P (their P-norm is 1), squared=P (λ‖d‖²), or uniform.")
  var constraint: String = "simple"
  @Option(help: "C, what a violated margin costs; several, separated by commas, are chosen from on validation.")
  var cost: String = "1"
  @Option(help: "Scale of each kernel: \(KernelNormalisation.allCases.map(\.rawValue).joined(separator: ", ")).")
  var normalisation: String = KernelNormalisation.trace.rawValue
  @Option(help: "Relative duality gap at which learning ends.")
  var tolerance: Double = 1e-4
  @Option(help: "What a predicted value may be off at no cost, in regression.")
  var epsilon: Double = 0.1
  @Option(help: "Most gigabytes that all kernels may take.")
  var memory: Double = 8
  @OptionGroup var common: CommonOptions

  func run() throws {
    try output.checkWritable()
    let report = try KernelJob(dataset, settings(), in: workspace).run(progress: output.progress)
    try output.write(report)
    output.show(text(report))
  }

  private func settings() throws -> KernelSettings {
    var settings = KernelSettings()
    settings.terms = try kernels.map { try KernelTerm.list($0) }
    settings.constraint = try Self.constraint(constraint)
    settings.costs = try list(cost) {
      Double($0).flatMap { $0 > 0 && $0.isFinite ? $0 : nil }
    } else: { _ in
      "--cost is \"\(cost)\"; expected numbers above 0, separated by commas"
    }
    guard let scale = KernelNormalisation(rawValue: normalisation) else {
      let known = KernelNormalisation.allCases.map(\.rawValue).joined(separator: ", ")
      throw UsageError("--normalisation is \"\(normalisation)\"; expected one of \(known)")
    }
    settings.normalisation = scale
    settings.tolerance = try check(tolerance, "--tolerance", 1e-10...0.5)
    settings.epsilon = try check(epsilon, "--epsilon", 0...1e9)
    settings.memoryLimit = Int(try check(memory, "--memory", 1e-6...1e6) * Double(1 << 30))
    return settings
  }

  private static func constraint(_ text: String) throws -> MultipleKernelLearning.Constraint {
    let parts = text.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
    switch (parts[0], parts.count == 2 ? Double(parts[1]) : nil) {
    case ("simple", nil) where parts.count == 1: return .simple
    case ("uniform", nil) where parts.count == 1: return .uniform
    case ("norm", let p?) where p > 1: return .norm(p)
    case ("squared", let p?) where p > 1 && p.isFinite: return .squaredNorm(p)
    default:
      throw UsageError("--constraint is \"\(text)\"; expected simple, uniform, norm=P or squared=P with P above 1")
    }
  }

  private func text(_ report: KernelReport) -> String {
    let ways = TerminalTable(
      ["kernels", "C", "validation", "test \(report.metric)", "support vectors", "gap", "seconds"],
      rows: report.rows.map { row in
        [
          row.name, String(format: "%g", row.cost), row.validation.map { String(format: "%.4f", $0) } ?? "",
          String(format: "%.4f", row.test), String(format: "%.0f", row.supportVectors),
          String(format: "%.1e", row.gap), String(format: "%.2f", row.seconds),
        ]
      })
    let machines = Double(max(1, report.weights.count))
    let weights = TerminalTable(
      ["kernel", "weight", "smallest", "largest"],
      rows: report.kernels.enumerated().map { index, kernel in
        let column = report.weights.map { $0[index] }
        return [kernel]
          + [column.reduce(0, +) / machines, column.min() ?? 0, column.max() ?? 0].map { String(format: "%.4f", $0) }
      })
    return """
      \(report.dataset): \(report.samples["train"] ?? 0) samples learned from, \(report.samples["test"] ?? 0) of test

      \(ways.text())
      Weights of mkl\(report.weights.count > 1 ? ", mean over \(report.weights.count) classes" : ""):

      \(weights.text())
      """
  }
}
