import Coordination
import Layers
import Tensors
import Testing
import Training

@Suite struct CorrelationObjectiveTests {
  /// The published number: views D40, the first two columns of the first, and the gradient with respect to them.
  @Test func waves() {
    let first = Golden.waves[0][.all, 0..<2].contiguous().detached().setRequiresGradient(true)
    let loss = CorrelationObjective(.sumOfSquares, ridge: 1e-3)(first, Golden.waves[1])
    #expect(abs(loss.item() + 0.968437906) < 5e-10)
    #expect(abs(gradients(of: loss, withRespectTo: [first])[0].norm().item() - 0.070858121) < 5e-10)
  }

  /// Against regularised canonical correlation, and central differences of both views.
  @Test(arguments: CorrelationObjective.Convention.allCases)
  func equalsCanonicalCorrelation(convention: CorrelationObjective.Convention) throws {
    let views = related(30, [4, 3])
    let objective = CorrelationObjective(convention, ridge: 0.02)
    let values = try CanonicalCorrelationAnalysis(fitting: views[0], views[1], .init(regularisation: .ridge(0.02)))
      .singularValues
    let expected = convention == .sum ? values.reduce(0, +) : values.reduce(0) { $0 + $1 * $1 }
    #expect(abs(objective(views[0], views[1]).item() + expected) < 1e-11)
    let leaves = views.map { $0.cloned().setRequiresGradient(true) }
    let found = gradients(of: objective(leaves[0], leaves[1]), withRespectTo: leaves)
    for view in 0..<2 {
      for element in stride(from: 0, to: views[view].count, by: 7) {
        func loss(_ distance: Double) -> Double {
          var moved = views
          var values = views[view].doubles
          values[element] += distance
          moved[view] = Tensor(values, shape: views[view].shape)
          return objective(moved[0], moved[1]).item()
        }
        let numeric = (loss(1e-6) - loss(-1e-6)) / 2e-6
        #expect(abs(numeric - found[view].doubles[element]) < 1e-8)
      }
    }
  }

  @Test func largestOnly() throws {
    let views = related(30, [4, 3])
    let values = try CanonicalCorrelationAnalysis(fitting: views[0], views[1], .init(regularisation: .ridge(0.02)))
      .singularValues
    let loss = CorrelationObjective(.sum, ridge: 0.02, components: 2)(views[0], views[1]).item()
    #expect(abs(loss + values[0] + values[1]) < 1e-11)
  }

  @Test func refusesSmallBatchesWithTheReason() {
    let error = #expect(throws: UsageError.self) { try CorrelationObjective.check(batch: 8, width: 8) }
    #expect(error?.description.contains("correlate perfectly") == true)
  }
}

@Suite struct DeepCCATests {
  static let options: TrainingOptions = {
    var options = TrainingOptions()
    options.batchSize = 100
    options.epochs = 40
    options.learningRate = 5e-3
    options.weightDecay = 0
    return options
  }()

  /// Views that hang together only through a square: nothing linear sees it, networks do.
  static func squared(_ count: Int, seed: UInt64) -> (Tensor, Tensor) {
    let hidden = samples(count, 1, seed: seed)
    let x = Tensor.concatenated([hidden, samples(count, 1, seed: seed + 1)], axis: 1)
    let y = Tensor.concatenated(
      [hidden.square() + samples(count, 1, seed: seed + 2) * 0.1, samples(count, 1, seed: seed + 3)], axis: 1)
    return (x.to(.float32), y.to(.float32))
  }

  @Test func findsWhatIsNotLinear() throws {
    let (x, y) = Self.squared(1000, seed: 30)
    let (u, v) = Self.squared(500, seed: 60)
    let linear = try CanonicalCorrelationAnalysis(fitting: x, y, .init(components: 1))
    #expect(linear.correlations[0] < 0.2)
    for convention in CorrelationObjective.Convention.allCases {
      let networks = DeepCCA(
        widths: (2, 2), hidden: [16], output: 2, loss: CorrelationObjective(convention), generator: Generator(seed: 1))
      let trained = try networks.fit(x, y, options: Self.options, seed: 1)
      let scores = (trained.transform(u, .first)[.all, 0], trained.transform(v, .second)[.all, 0])
      #expect(correlation(scores.0, scores.1) > 0.85)
    }
  }

  @Test func autoencoderAlsoReconstructs() throws {
    let (x, y) = Self.squared(600, seed: 30)
    func error(_ reconstruction: Double) throws -> (error: Double, correlation: Double) {
      let networks = DeepCCAAutoencoder(
        widths: (2, 2), hidden: [16], output: 2, reconstruction: reconstruction, generator: Generator(seed: 1))
      let trained = try networks.fit(x, y, options: Self.options, seed: 1)
      let made = withoutGradients { networks.reconstruct(x, .first) }
      return ((made - x).square().mean().item(), trained.analysis.correlations[0])
    }
    let (strong, weak) = (try error(1), try error(1e-4))
    #expect(strong.error < 0.5 * weak.error)
    #expect(weak.correlation > 0.8)
  }

  /// The objective written out from its parts.
  @Test func autoencoderAddsSquaredErrors() {
    let (x, y) = Self.squared(50, seed: 30)
    let networks = DeepCCAAutoencoder(
      widths: (2, 2), hidden: [4], output: 2, reconstruction: 0.3, generator: Generator(seed: 1))
    let expected = [(x, CanonicalCorrelationAnalysis.View.first), (y, .second)].reduce(0.0) { sum, pair in
      sum + (networks.reconstruct(pair.0, pair.1) - pair.0).square().sum().item() / 50
    }
    let loss = networks.loss(networks.encode(x, .first), networks.encode(y, .second)).item()
    #expect(abs(networks.objective(x, y).item() - loss - 0.3 * expected) < 1e-5)
  }

  @Test func sameSeedSameResult() throws {
    let (x, y) = Self.squared(300, seed: 30)
    var options = Self.options
    options.epochs = 3
    let results = try (0..<2).map { _ in
      try DeepCCA(widths: (2, 2), output: 2, generator: Generator(seed: 4)).fit(x, y, options: options, seed: 9)
        .analysis.correlations
    }
    #expect(results[0] == results[1])
  }

  @Test func refusesWhatCannotBeLearned() {
    let (x, y) = Self.squared(50, seed: 30)
    var options = Self.options
    let networks = DeepCCA(widths: (2, 2), output: 16, generator: Generator(seed: 1))
    options.batchSize = 16
    #expect(throws: UsageError.self) { try networks.fit(x, y, options: options, seed: 1) }
    options.batchSize = 64
    #expect(throws: UsageError.self) { try networks.fit(x, y, options: options, seed: 1) }
    #expect(throws: InputError.self) { try networks.fit(x, y[0..<49], options: options, seed: 1) }
  }
}
