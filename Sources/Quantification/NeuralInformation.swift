import Foundation
public import InformationTheory
import Layers
public import Tensors
public import Training

/// Mutual information of high-dimensional variables, bounded by a trained critic.
///
/// The critic is a product of two networks, s(x, y) = f(x)ᵀ g(y); for CLUB it is the log-density of a normal q(y | x)
/// whose mean and variance a network gives. It learns on 60 % of the samples, stops by 20 %, and the bound is that of the
/// last 20 %, so that a critic which learns samples by heart does not raise it. Lower bounds are negative where nothing
/// was learnt, and too low where much information meets few samples: InfoNCE never exceeds ln B, and the others' variance
/// grows with e^I. The value of Donsker and Varadhan is no bound for batches of any size.
///
/// ```swift
/// let estimate = try NeuralInformation(.infoNCE).estimate(images, sounds, unit: .bits)
/// print(estimate.side, estimate.value, "±", estimate.standardError)
/// ```
public struct NeuralInformation: Sendable {
  public let bound: InformationBound
  /// Width of the hidden layers and of the product.
  public var hiddenSize = 64
  /// B: samples scored against each other, in training and in testing.
  public var batchSize = 128
  public var training: TrainingOptions
  public var seed: UInt64

  public init(_ bound: InformationBound, seed: UInt64 = 0) {
    self.bound = bound
    self.seed = seed
    training = TrainingOptions()
    training.epochs = 200
    training.patience = 20
  }

  /// A bound and how well its critic fits.
  public struct Estimate: Sendable, Codable, Equatable {
    public let bound: InformationBound
    public let side: InformationBound.Side
    /// The mean over batches of held-out samples.
    public let value: Double
    /// Of that mean, from the spread of the batches; nil for one batch.
    public let standardError: Double?
    /// The same bound on the samples that trained the critic: far above `value`, the critic learnt them by heart.
    public let trainingValue: Double
    /// The most the bound can show with this batch size: ln B for InfoNCE.
    public let ceiling: Double?
    /// For CLUB: the held-out mean of ln q(y | x) less that of a normal q(y). At or below 0, q knows nothing of p(y | x)
    /// and the value is no upper bound.
    public let fitGain: Double?
    public let unit: String
    /// Samples that the value is from.
    public let samples: Int
    /// Passes over the training samples, and after which one the critic was best.
    public let epochs, bestEpoch: Int
  }

  /// Trains a critic and reads the bound.
  ///
  /// - Parameters:
  ///   - x: `[N, …]`; further axes are flattened.
  ///   - y: `[N, …]`, the other variable of the same samples.
  ///   - unit: of the results.
  /// - Throws: `SampleError` for fewer than 40 samples or numbers that are not finite; `TrainingFailure`.
  public func estimate(_ x: Tensor, _ y: Tensor, unit: InformationUnit) throws -> Estimate {
    guard x.shape[0] == y.shape[0] else {
      throw SampleError("variables have \(x.shape[0]) and \(y.shape[0]) samples; expected equally many")
    }
    let split = try EstimatorSplit(count: x.shape[0], seed: seed, least: 8)
    let (x, y) = try (x.features().standardised(over: split.train), y.features().standardised(over: split.train))
    let generator = Generator(seed: Generator.seed(seed, 3))
    let critic: any Critic =
      bound == .club
      ? NormalCritic(x.shape[1], y.shape[1], hiddenSize, generator)
      : ProductCritic(x.shape[1], y.shape[1], hiddenSize, generator)
    let bound = bound
    func loss(_ rows: Tensor) -> Tensor {
      let (x, y) = (x.indexSelect(axis: 0, rows), y.indexSelect(axis: 0, rows))
      if let normal = critic as? NormalCritic { return -normal.logDensity(x, y).mean() }
      return -bound(critic.scores(x, y))
    }
    let history = try fitEstimator(
      critic, rows: split.train, batchSize: batchSize, options: training, seed: seed, objective: loss,
      validationLoss: {
        let losses = batches(split.validation).map { loss(Tensor($0)).item() }
        return losses.reduce(0, +) / Double(losses.count)
      })
    return withoutGradients {
      func values(_ rows: [Int]) -> [Double] {
        batches(rows).map { rows in
          bound(critic.scores(x.indexSelect(axis: 0, Tensor(rows)), y.indexSelect(axis: 0, Tensor(rows)))).item()
        }
      }
      func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
      let held = values(split.test)
      let variance = held.reduce(0) { $0 + ($1 - mean(held)) * ($1 - mean(held)) } / Double(max(held.count - 1, 1))
      let test = Tensor(split.test)
      let gain = (critic as? NormalCritic).map { critic in
        let y = y.indexSelect(axis: 0, test)
        let marginal = (-0.5 * (y.square() + log(2 * .pi))).sum(axes: [1]).mean().item()
        return critic.logDensity(x.indexSelect(axis: 0, test), y).mean().item() - marginal
      }
      return Estimate(
        bound: bound, side: bound.side, value: unit.value(ofNats: mean(held)),
        standardError: held.count > 1 ? unit.value(ofNats: (variance / Double(held.count)).squareRoot()) : nil,
        trainingValue: unit.value(ofNats: mean(values(split.train))),
        ceiling: bound == .infoNCE ? unit.value(ofNats: log(Double(min(batchSize, split.test.count)))) : nil,
        fitGain: gain.map { unit.value(ofNats: $0) }, unit: unit.rawValue, samples: split.test.count,
        epochs: history.epochs.count, bestEpoch: history.bestEpoch)
    }
  }

  /// Whole batches; what is left over is too few to compare with them.
  private func batches(_ rows: [Int]) -> [[Int]] {
    let size = min(batchSize, rows.count)
    return (0..<rows.count / size).map { Array(rows[$0 * size..<($0 + 1) * size]) }
  }
}

private protocol Critic: Module {
  /// `[B, B]` of x `[B, Dx]` and y `[B, Dy]`.
  func scores(_ x: Tensor, _ y: Tensor) -> Tensor
}

private struct ProductCritic: Critic {
  let first, second: MLP

  init(_ x: Int, _ y: Int, _ hidden: Int, _ generator: Generator) {
    first = MLP(sizes: [x, hidden, hidden, hidden], generator: generator)
    second = MLP(sizes: [y, hidden, hidden, hidden], generator: generator)
  }

  func scores(_ x: Tensor, _ y: Tensor) -> Tensor { first(x).matmul(second(y).transposed(0, 1)) }
}

private struct NormalCritic: Critic {
  let mean, logVariance: MLP

  init(_ x: Int, _ y: Int, _ hidden: Int, _ generator: Generator) {
    mean = MLP(sizes: [x, hidden, hidden, y], generator: generator)
    logVariance = MLP(sizes: [x, hidden, hidden, y], generator: generator)
  }

  /// ln q(y_i | x_i), `[B]`.
  func logDensity(_ x: Tensor, _ y: Tensor) -> Tensor { density(mean(x), spread(x), y) }

  func scores(_ x: Tensor, _ y: Tensor) -> Tensor {
    density(mean(x).unsqueezed(1), spread(x).unsqueezed(1), y.unsqueezed(0))
  }

  /// Between e⁻⁸ and e⁸ of the variance over all samples: a target that x determines must not end in a density of ∞.
  private func spread(_ x: Tensor) -> Tensor { 8 * (logVariance(x) / 8).tanh() }

  private func density(_ mean: Tensor, _ logVariance: Tensor, _ y: Tensor) -> Tensor {
    -0.5 * ((y - mean).square() / logVariance.exp() + logVariance + log(2 * .pi)).sum(axes: [-1])
  }
}
