import Foundation
import Kernels
import Models
import Tensors

/// Fits linked spaces of the views and a linear predictor on them. Regularisation, components and the predictor's C that
/// are left open are chosen on validation, in this order of loops; of equal choices the first, which is the simpler one.
struct CorrelationSolver: Solver {
  /// What links the views.
  enum Space: Sendable {
    case canonical, generalised, multiset
    case kernel(KernelChoice, rank: Int)
    case deep(hidden: [Int], batch: Int, isAutoencoder: Bool)
  }

  let space: Space
  /// nil for as many as validate best.
  let components: Int?
  /// Shrinkage, or a ridge of deep methods; nil for what validates best.
  let regularisation: Double?
  /// C of the predictor; nil for what validates best.
  let cost: Double?

  private static let componentChoices = [1, 2, 3, 5, 7, 10, 15, 20, 30, 50]
  private static let costChoices = [1, 0.01, 0.1, 10, 100]

  private var regularisations: [Double] {
    if let regularisation { return [regularisation] }
    switch space {
    case .canonical, .generalised, .multiset: return [0, 0.01, 0.1, 0.5]
    case .kernel: return [0.01, 0.1, 0.5]
    case .deep: return [1e-3]
    }
  }

  func fit(_ samples: SolverSamples) throws -> (solution: any Solution, chosen: [String: String]) {
    typealias Choice = (scores: [any ViewScores], regularisation: Double, cost: Double, predictor: LinearPredictor)
    var best = BestChoice<Choice>()
    var refusal: (any Error)?
    for regularisation in regularisations {
      let all: [any ViewScores]
      do {
        all = try scores(samples, regularisation)
      } catch let error as InputError where regularisations.count > 1 {
        // A kernel may need more regularisation than the first choice.
        refusal = error
        continue
      }
      let train = try zip(all, samples.train).map { try $0($1) }
      let validation = try zip(all, samples.validation).map { try $0($1) }
      let most = all[0].count
      // Kernels and networks may span fewer dimensions than were asked for.
      let choices = components.map { [min($0, most)] } ?? (Self.componentChoices.filter { $0 < most } + [most])
      for count in choices {
        let predictor = try predictor(train.map { $0.columns(count) }, samples, cost ?? Self.costChoices[0])
        best.offer(
          try samples.judge(predictor(Tensor.concatenated(validation.map { $0.columns(count) }, axis: 1))),
          (all.map { $0.prefix(count) }, regularisation, cost ?? Self.costChoices[0], predictor))
      }
    }
    guard let first = best.value else { throw refusal! }
    if cost == nil {
      let train = try zip(first.scores, samples.train).map { try $0($1) }
      let validation = Tensor.concatenated(try zip(first.scores, samples.validation).map { try $0($1) }, axis: 1)
      for cost in Self.costChoices.dropFirst() {
        let predictor = try predictor(train, samples, cost)
        best.offer(
          try samples.judge(predictor(validation)), (first.scores, first.regularisation, cost, predictor))
      }
    }
    let (scores, regularisation, cost, predictor) = best.value!
    let solution = CorrelationSolution(scores: scores, predictor: predictor, notes: try notes(scores))
    return (
      solution,
      ["components": "\(scores[0].count)", "regularisation": "\(regularisation)", "predictor-cost": "\(cost)"]
    )
  }

  private func predictor(_ parts: [Tensor], _ samples: SolverSamples, _ cost: Double) throws -> LinearPredictor {
    try LinearPredictor(
      fitting: Tensor.concatenated(parts, axis: 1), samples.targets, task: samples.task,
      sampleWeights: samples.weights(telling:), cost: cost)
  }

  // MARK: Spaces

  private func scores(_ samples: SolverSamples, _ regularisation: Double) throws -> [any ViewScores] {
    let views = samples.train
    let shrinkage = regularisation == 0 ? ViewRegularisation.none : .shrinkage(regularisation)
    /// As many as there are, up to the largest choice.
    func wanted(_ most: Int) -> Int { components ?? min(most, Self.componentChoices.last!) }
    switch space {
    case .canonical:
      let all = try CanonicalCorrelationAnalysis(fitting: views[0], views[1], .init(regularisation: shrinkage))
      let analysis = try CanonicalCorrelationAnalysis(
        fitting: views[0], views[1], .init(components: wanted(all.correlations.count), regularisation: shrinkage))
      return zip(analysis.means, analysis.weights).map { LinearScores(mean: $0, weights: $1) }
    case .generalised:
      let ranks = try GeneralizedCCA(fitting: views, .init(components: 1, regularisation: shrinkage)).ranks
      let analysis = try GeneralizedCCA(
        fitting: views, .init(components: wanted(ranks.min()!), regularisation: shrinkage))
      return zip(analysis.means, analysis.weights).map { LinearScores(mean: $0, weights: $1) }
    case .multiset:
      let ranks = try MultisetCCA(fitting: views, .init(components: 1, regularisation: shrinkage)).ranks
      let analysis = try MultisetCCA(
        fitting: views, .init(components: wanted(ranks.min()!), regularisation: shrinkage))
      return zip(analysis.means, analysis.weights).map { LinearScores(mean: $0, weights: $1) }
    case .kernel(let choice, let rank): return try kernelScores(views, choice, rank, regularisation, wanted)
    case .deep(let hidden, let batch, let isAutoencoder):
      return try deepScores(samples, hidden, batch, isAutoencoder, regularisation, wanted)
    }
  }

  private func kernelScores(
    _ views: [Tensor], _ choice: KernelChoice, _ rank: Int, _ shrinkage: Double, _ wanted: (Int) -> Int
  ) throws -> [any ViewScores] {
    let kernels = try views.map { try choice.kernel(for: $0) }
    let count = views[0].shape[0]
    if count > LowRankKernelCCA.exactLimit {
      let analysis = try LowRankKernelCCA(
        fitting: views[0], kernels[0], views[1], kernels[1], components: wanted(rank), shrinkage: shrinkage, rank: rank)
      return CanonicalCorrelationAnalysis.View.allCases.map { view in
        let (coefficients, offset) = analysis.function(view)
        return KernelScores(
          kernel: kernels[view.rawValue], samples: analysis.pivots[view.rawValue], coefficients: coefficients,
          offset: offset)
      }
    }
    let analysis = try KernelCCA(
      fitting: kernels[0].gram(views[0]), kernels[1].gram(views[1]), components: wanted(count - 1),
      regularisation: .shrinkage(shrinkage))
    return CanonicalCorrelationAnalysis.View.allCases.map { view in
      let (coefficients, offset) = analysis.function(view)
      return KernelScores(
        kernel: kernels[view.rawValue], samples: views[view.rawValue], coefficients: coefficients, offset: offset)
    }
  }

  private func deepScores(
    _ samples: SolverSamples, _ hidden: [Int], _ batch: Int, _ isAutoencoder: Bool, _ ridge: Double,
    _ wanted: (Int) -> Int
  ) throws -> [any ViewScores] {
    let widths = samples.train.map { $0.shape[1] }
    let count = samples.train[0].shape[0]
    var training = samples.training
    training.batchSize = min(max(batch, training.batchSize), count)
    let output = components ?? min(10, widths.min()!, max(1, training.batchSize - 1))
    let held = samples.validation[0].shape[0] > output ? (samples.validation[0], samples.validation[1]) : nil
    func trained(_ networks: some CorrelatedNetworks) throws -> [any ViewScores] {
      let found = try networks.fit(
        samples.train[0], samples.train[1], held: held, options: training, ridge: ridge, seed: samples.seed,
        cancellation: samples.cancellation)
      return CanonicalCorrelationAnalysis.View.allCases.map { view in
        NetworkScores(
          networks: found.networks, view: view,
          linear: LinearScores(
            mean: found.analysis.means[view.rawValue], weights: found.analysis.weights[view.rawValue]))
      }
    }
    let generator = Generator(seed: Generator.seed(samples.seed, 1))
    return isAutoencoder
      ? try trained(
        DeepCCAAutoencoder(widths: (widths[0], widths[1]), hidden: hidden, output: output, generator: generator))
      : try trained(DeepCCA(widths: (widths[0], widths[1]), hidden: hidden, output: output, generator: generator))
  }

  // MARK: Files

  private func notes(_ scores: [any ViewScores]) throws -> [String: String] {
    switch space {
    case .canonical, .generalised, .multiset: [:]
    case .kernel: ["kernels": try note(scores.compactMap { ($0 as? KernelScores)?.kernel })]
    // The networks' width, of which their scores may be fewer.
    case .deep: ["width": try note((scores[0] as? NetworkScores)?.networks.width ?? 0)]
    }
  }

  func restore(_ file: inout NamedTensors, widths: [Int], task: any PredictionTask) throws -> any Solution {
    let bias = try file.take("predictor.bias", [task.outputs])
    let weights = try file.take("predictor.weights", [nil, task.outputs])
    guard weights.shape[0] > 0, weights.shape[0] % widths.count == 0 else {
      throw InputError(file: file.file, at: "predictor.weights", "\(weights.shape[0]) rows for \(widths.count) views")
    }
    let scores = try restoredScores(&file, widths, weights.shape[0] / widths.count)
    return CorrelationSolution(
      scores: scores, predictor: LinearPredictor(weights: weights, bias: bias), notes: try notes(scores))
  }

  private func restoredScores(
    _ file: inout NamedTensors, _ widths: [Int], _ count: Int
  ) throws -> [any ViewScores] {
    func linear(_ view: Int, _ width: Int) throws -> LinearScores {
      LinearScores(
        mean: try file.take("view\(view).mean", [width]), weights: try file.take("view\(view).weights", [width, count]))
    }
    switch space {
    case .canonical, .generalised, .multiset: return try widths.enumerated().map { try linear($0, $1) }
    case .kernel:
      let kernels = try file.note("kernels", as: [VectorKernel].self)
      guard kernels.count == widths.count else {
        throw InputError(file: file.file, at: "kernels", "\(kernels.count) kernels for \(widths.count) views")
      }
      return try widths.enumerated().map { view, width in
        try kernels[view].check(file: file.file)
        let samples = try file.take("view\(view).samples", [nil, width])
        return KernelScores(
          kernel: kernels[view], samples: samples,
          coefficients: try file.take("view\(view).coefficients", [samples.shape[0], count]),
          offset: try file.take("view\(view).offset", [count]))
      }
    case .deep(let hidden, _, let isAutoencoder):
      let width = try file.note("width", as: Int.self)
      guard (1...65536).contains(width) else { throw InputError(file: file.file, at: "width", "\(width)") }
      let generator = Generator(seed: 0)
      let networks: any CorrelatedNetworks =
        isAutoencoder
        ? DeepCCAAutoencoder(widths: (widths[0], widths[1]), hidden: hidden, output: width, generator: generator)
        : DeepCCA(widths: (widths[0], widths[1]), hidden: hidden, output: width, generator: generator)
      try networks.load(file.takeAll("view0.networks."), file: file.file)
      return try CanonicalCorrelationAnalysis.View.allCases.map {
        NetworkScores(networks: networks, view: $0, linear: try linear($0.rawValue, width))
      }
    }
  }

  func bytes(samples: Int, widths: [Int]) -> Int {
    let total = widths.reduce(0, +)
    switch space {
    // Samples, centred samples and their factors; of views wider than samples are many no covariance is formed.
    case .canonical, .generalised, .multiset: return 8 * (5 * samples * total + 4 * total * min(total, samples))
    case .kernel(_, let rank):
      return samples > LowRankKernelCCA.exactLimit
        ? 8 * samples * (3 * total + 6 * rank) : 8 * (3 * samples * total + 10 * samples * samples)
    case .deep(let hidden, let batch, _):
      let width = hidden.max() ?? 1
      return 8 * (2 * samples * (total + 4 * width) + 8 * batch * width + 8 * total * width)
    }
  }
}
