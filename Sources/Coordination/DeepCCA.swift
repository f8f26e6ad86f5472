import Encoders
public import Layers
import Models
public import Tensors

/// Deep canonical correlation (Andrew et al., 2013): two networks whose outputs correlate most.
///
/// ```swift
/// let networks = DeepCCA(widths: (128, 10), hidden: [64], output: 8, generator: Generator(seed: 1))
/// var options = TrainingOptions()
/// options.batchSize = 256
/// let trained = try networks.fit(pictures, texts, options: options, seed: 1)
/// let u = trained.transform(new, .first)
/// ```
public struct DeepCCA: CorrelatedNetworks {
  public let width: Int
  public let loss: CorrelationObjective
  let first: MLP
  let second: MLP

  /// - Parameters:
  ///   - widths: of the two views.
  ///   - hidden: widths of the hidden layers of both networks.
  ///   - output: width of the representations.
  ///   - activation: between layers.
  ///   - dropout: probability with which a hidden number is dropped.
  ///   - loss: convention and ridge of the objective.
  ///   - generator: of the weights.
  public init(
    widths: (Int, Int), hidden: [Int] = [64], output: Int, activation: Activation = .tanh, dropout: Double = 0,
    loss: CorrelationObjective = CorrelationObjective(), generator: Generator
  ) {
    width = output
    self.loss = loss
    first = MLP(sizes: [widths.0] + hidden + [output], activation: activation, dropout: dropout, generator: generator)
    second = MLP(sizes: [widths.1] + hidden + [output], activation: activation, dropout: dropout, generator: generator)
  }

  public func encode(_ x: Tensor, _ view: CanonicalCorrelationAnalysis.View) -> Tensor {
    view == .first ? first(x) : second(x)
  }

  public func objective(_ first: Tensor, _ second: Tensor) -> Tensor {
    loss(encode(first, .first), encode(second, .second))
  }
}

extension Method {
  static let deepCCA = correlation(
    "deep-cca", "networks whose outputs correlate, then linear predictor on both modalities' scores",
    "Andrew et al., 2013, Deep canonical correlation analysis", 2...2, CorrelationSolver.deepOptions,
    isDeterministic: false
  ) { try CorrelationSolver.deepSpace($0, isAutoencoder: false) }
}
