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
      [MethodOption("components", default: "auto", help: "dimensions of the shared space; auto: what validates best")]
      + own
      + [
        MethodOption(
          "predictor-cost", default: "auto", help: "C of the linear predictor; auto: what validates best of .01 to 100")
      ]
    return Method(
      name, area: "coordination", summary: summary, paper: paper, options: options, modalities: modalities,
      adds: { _ in .logits },
      learning: .solver(isDeterministic: isDeterministic) { values in
        let space = try space(values)
        // Deep methods are no part of the choice: they would have to be trained for each.
        return CorrelationSolver(
          space: space, components: try values.open("components") { try $0.integer("components", in: 1...100_000) },
          regularisation: try values.open("regularisation") { try $0.number("regularisation", in: space.shrinkages) },
          cost: try values.open("predictor-cost") { try $0.number("predictor-cost", in: 1e-6...1e6) })
      })
  }
}

extension CorrelationSolver {
  static let shrinkage = [
    MethodOption("regularisation", default: "auto", help: "shrinkage from 0 to 1; auto: what validates best")
  ]
  static let deepOptions = [
    MethodOption("hidden", default: "64", help: "widths of the hidden layers, with - between"),
    MethodOption("batch", default: "256", help: "samples whose correlation a step sees, at most those of train"),
    MethodOption("regularisation", default: "0.001", help: "ridge of the linear analysis on top"),
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
    return .deep(hidden: hidden, batch: try values.integer("batch", in: 2...1_000_000), isAutoencoder: isAutoencoder)
  }
}

extension CorrelationSolver.Space {
  /// Regularisations that can be asked for.
  fileprivate var shrinkages: ClosedRange<Double> {
    switch self {
    case .canonical, .generalised, .multiset: 0...1
    case .kernel: 1e-6...1
    case .deep: 1e-12...1e6
    }
  }
}
