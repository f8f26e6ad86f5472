import Encoders
public import Layers
import Models
public import Tensors

/// Deep canonically correlated autoencoders (Wang et al., 2015, eq. 2): correlation of the two outputs and reconstruction of
/// each view from its own, loss + λ/B Σ (‖x − p(f(x))‖² + ‖y − q(g(y))‖²).
public struct DeepCCAAutoencoder: CorrelatedNetworks {
  public let width: Int
  public let loss: CorrelationObjective
  /// λ.
  public let reconstruction: Double
  let encoders: [MLP]
  let decoders: [MLP]

  /// - Parameters:
  ///   - widths: of the two views.
  ///   - hidden: widths of the hidden layers of both encoders; decoders have them in reverse.
  ///   - output: width of the representations.
  ///   - reconstruction: λ, above 0.
  ///   - activation: between layers.
  ///   - dropout: probability with which a hidden number is dropped.
  ///   - loss: convention and ridge of the correlation.
  ///   - generator: of the weights.
  public init(
    widths: (Int, Int), hidden: [Int] = [64], output: Int, reconstruction: Double = 1e-2,
    activation: Activation = .tanh, dropout: Double = 0, loss: CorrelationObjective = CorrelationObjective(),
    generator: Generator
  ) {
    precondition(reconstruction > 0, "reconstruction weighs \(reconstruction); above 0 expected, else DeepCCA is meant")
    width = output
    self.loss = loss
    self.reconstruction = reconstruction
    let sizes = [widths.0, widths.1].map { [$0] + hidden + [output] }
    encoders = sizes.map { MLP(sizes: $0, activation: activation, dropout: dropout, generator: generator) }
    decoders = sizes.map { MLP(sizes: $0.reversed(), activation: activation, dropout: dropout, generator: generator) }
  }

  public func encode(_ x: Tensor, _ view: CanonicalCorrelationAnalysis.View) -> Tensor { encoders[view.rawValue](x) }

  /// A view as its decoder makes it of the encoder's output.
  public func reconstruct(_ x: Tensor, _ view: CanonicalCorrelationAnalysis.View) -> Tensor {
    decoders[view.rawValue](encode(x, view))
  }

  public func objective(_ first: Tensor, _ second: Tensor) -> Tensor {
    let codes = [encode(first, .first), encode(second, .second)]
    let error = zip(zip(codes, decoders), [first, second]).map { pair, view in
      (view - pair.1(pair.0)).square().sum() * (1 / Double(view.shape[0]))
    }
    return loss(codes[0], codes[1]) + (error[0] + error[1]).to(.float64) * reconstruction
  }
}

extension Method {
  static let dccae = correlation(
    "dccae", "deep canonical correlation with reconstruction of each modality",
    "Wang et al., 2015, On deep multi-view representation learning", 2...2, CorrelationSolver.deepOptions,
    isDeterministic: false
  ) { try CorrelationSolver.deepSpace($0, isAutoencoder: true) }
}
