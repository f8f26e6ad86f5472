import Encoders
import Kernels
import Tensors

extension CorrelationFitter {
  static let methods = [
    method(
      "cca", "linear canonical correlation of two modalities, linear predictor on both sides' scores",
      "Hotelling, 1936, Relations between two sets of variates", 2...2, shrinkage
    ) { _ in .canonical },
    method(
      "kernel-cca", "canonical correlation in the feature spaces of kernels, linear predictor on the scores",
      "Akaho, 2001, A kernel method for canonical correlation analysis", 2...2,
      [
        MethodOption("kernel", default: "rbf", help: "linear, polynomial, laplacian, exp-dot, rbf or cosine"),
        MethodOption(
          "rank", default: "300",
          help: "most features of a kernel above \(CoordinationSettings.exactLimit) samples; below, it is exact"),
        MethodOption("regularisation", default: "auto", help: "shrinkage above 0 to 1; auto: what validates best"),
      ]
    ) { .kernel(try kernelChoice($0.text("kernel"), $0), rank: try $0.integer("rank", in: 1...100_000)) },
    method(
      "gcca", "generalised canonical correlation: one space near every modality, linear predictor on all scores",
      "Carroll, 1968; Kettenring, 1971, Canonical analysis of several sets of variables", 2...64, shrinkage
    ) { _ in .generalised },
    method(
      "mcca", "multiset canonical correlation: all pairs of modalities correlated, linear predictor on all scores",
      "Kettenring, 1971, Canonical analysis of several sets of variables", 2...64, shrinkage
    ) { _ in .multiset },
    method(
      "deep-cca", "networks whose outputs correlate, then linear predictor on both sides' scores",
      "Andrew et al., 2013, Deep canonical correlation analysis", 2...2, deep, isDeterministic: false
    ) { try deepSpace($0, isAutoencoder: false) },
    method(
      "dccae", "deep canonical correlation with reconstruction of each modality",
      "Wang et al., 2015, On deep multi-view representation learning", 2...2, deep, isDeterministic: false
    ) { try deepSpace($0, isAutoencoder: true) },
  ]

  private static let shrinkage = [
    MethodOption("regularisation", default: "auto", help: "shrinkage from 0 to 1; auto: what validates best")
  ]
  private static let deep = [
    MethodOption("hidden", default: "64", help: "widths of the hidden layers, with - between"),
    MethodOption("batch", default: "256", help: "samples whose correlation a step sees, at most those of train"),
    MethodOption("regularisation", default: "0.001", help: "ridge of the linear analysis on top"),
  ]

  private static func method(
    _ name: String, _ summary: String, _ paper: String, _ modalities: ClosedRange<Int>, _ own: [MethodOption],
    isDeterministic: Bool = true, _ space: @escaping @Sendable (OptionValues) throws -> Space
  ) -> FittedMethod {
    let options =
      [MethodOption("components", default: "auto", help: "dimensions of the shared space; auto: what validates best")]
      + own
      + [
        MethodOption(
          "predictor-cost", default: "auto", help: "C of the linear predictor; auto: what validates best of .01 to 100")
      ]
    return FittedMethod(
      name: name, area: "coordination", summary: summary, paper: paper, options: options, modalities: modalities,
      isDeterministic: isDeterministic, adds: .logits
    ) { values in
      let space = try space(values)
      // Deep methods are no part of the choice: they would have to be trained for each.
      return CorrelationFitter(
        space: space, components: try values.open("components") { try $0.integer("components", in: 1...100_000) },
        regularisation: try values.open("regularisation") { try $0.number("regularisation", in: space.shrinkages) },
        cost: try values.open("predictor-cost") { try $0.number("predictor-cost", in: 1e-6...1e6) })
    }
  }

  private static func deepSpace(_ values: OptionValues, isAutoencoder: Bool) throws -> Space {
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

extension CorrelationFitter.Space {
  /// Regularisations that can be asked for.
  fileprivate var shrinkages: ClosedRange<Double> {
    switch self {
    case .canonical, .generalised, .multiset: 0...1
    case .kernel: 1e-6...1
    case .deep: 1e-12...1e6
    }
  }
}

extension OptionValues {
  /// The value of an option that may be left open; nil for `auto`.
  func open<Value>(_ name: String, _ read: (OptionValues) throws -> Value) rethrows -> Value? {
    text(name) == "auto" ? nil : try read(self)
  }
}

/// A kernel on normalised features.
///
/// - Throws: `UsageError` for an unknown one and for kernels of histograms.
func kernelChoice(_ text: String, _ values: OptionValues) throws -> KernelChoice {
  let choice = try KernelChoice(text)
  guard !choice.name.readsHistograms else {
    throw UsageError(
      "method \(values.method): kernel \(text) takes histograms, which normalised features are not; "
        + "chiasm kernel mkl and chiasm coordinate read them as they are")
  }
  return choice
}
