import Encoders
import Kernels
import Models
import Tensors

extension Method {
  /// A method that links modalities and predicts from their scores in the linked space.
  static func correlation(
    _ name: String, _ summary: String, _ paper: String, _ modalities: ClosedRange<Int>, _ own: [MethodOption],
    isDeterministic: Bool = true, _ space: @escaping @Sendable (OptionValues) throws -> CorrelationSolver.Space
  ) -> Method {
    let options =
      [
        MethodOption(
          "components", default: .automatic, in: 1...100_000,
          help: "dimensions of the shared space; auto: what validates best")
      ]
      + own
      + [
        MethodOption(
          "predictor-cost", default: .automatic, in: 1e-6...1e6,
          help: "C of the linear predictor; auto: what validates best of .01 to 100")
      ]
    return Method(
      name, area: "coordination", summary: summary, paper: paper, options: options, modalities: modalities,
      adds: { _ in .logits },
      learning: .solver(isDeterministic: isDeterministic) { values in
        let space = try space(values)
        // Deep methods are no part of the choice: they would have to be trained for each.
        return CorrelationSolver(
          space: space, components: try values.open("components") { try $0.integer("components") },
          regularisation: try values.open("regularisation") { try $0.number("regularisation") },
          cost: try values.open("predictor-cost") { try $0.number("predictor-cost") })
      })
  }
}

extension CorrelationSolver {
  static let shrinkage = [
    MethodOption(
      "regularisation", default: .automatic, in: 0...1.0, help: "shrinkage from 0 to 1; auto: what validates best")
  ]
  static let deepOptions = [
    MethodOption("hidden", default: "64", help: "widths of the hidden layers, with - between"),
    MethodOption(
      "batch", default: 256, in: 2...1_000_000, help: "samples whose correlation a step sees, at most those of train"),
    MethodOption("regularisation", default: 0.001, in: 1e-12...1e6, help: "ridge of the linear analysis on top"),
  ]

  static func deepSpace(_ values: OptionValues, isAutoencoder: Bool) throws -> Space {
    let hidden = try values.text("hidden").split(separator: "-", omittingEmptySubsequences: false).map {
      guard let width = Int($0), (1...65536).contains(width) else {
        throw UsageError(
          "method \(values.method): option hidden is \"\(values.text("hidden"))\"; expected widths such as 64 or 128-64"
        )
      }
      return width
    }
    return .deep(hidden: hidden, batch: try values.integer("batch"), isAutoencoder: isAutoencoder)
  }
}
