import Coordination
import Kernels
import Tensors
import Testing
import Training

/// Views of random sizes with every defect: the right answer or a clear refusal, never NaN.
@Suite struct DefectiveViewsTests {
  static let trials = 0..<48

  /// Views of the same samples, and whether an analysis may refuse them.
  private struct Views {
    var all: [Tensor]
    var mayRefuse: Bool

    init(trial: Int, count views: Int) {
      let draws = Tensor.randint(0, 1 << 20, [64], generator: Generator(seed: UInt64(trial) + 700)).integers
      var next = draws.makeIterator()
      func random(_ bound: Int) -> Int { next.next()! % bound }
      // One in eight has a single sample or none.
      let rows = random(8) == 0 ? random(2) : 3 + random(30)
      let shared = samples(rows, 2, seed: UInt64(trial) + 50)
      all = (0..<views).map { view in
        let width = 1 + random(20)
        let x =
          samples(rows, width, seed: UInt64(trial * 3 + view)) + shared.matmul(samples(2, width, seed: UInt64(view)))
        switch random(8) {
        case 0: return Tensor.concatenated([x, x], axis: 1)
        case 1: return Tensor.concatenated([x, x.onesLike() * 3], axis: 1)
        case 2: return Tensor.concatenated([x, x.matmul(samples(width, 3, seed: 9))], axis: 1)
        case 3: return random(2) == 0 ? x.onesLike() : .zeros([rows, 0], dtype: .float64)
        case 4: return x * 1e6 + 1e7
        case 5: return x.to(.float32)
        default: return x
        }
      }
      if random(3) == 0 { all = all.map { Tensor.concatenated([$0, $0], axis: 0) } }
      mayRefuse =
        all[0].shape[0] < 2
        || all.contains { view in
          view.count == 0 || (view - view.mean(axes: [0])).abs().max().item() <= 1e-6 * view.abs().max().item()
        }
    }
  }

  /// Runs `body`, whose numbers must be finite; refusals must have a reason.
  private func attempt(_ views: Views, _ what: String, _ body: () throws -> [Tensor]) {
    do {
      for tensor in try body() {
        #expect(tensor.count == 0 || tensor.isFinite().all().item() == 1, "\(what): not finite")
      }
      #expect(views.all[0].shape[0] >= 2, "\(what) of \(views.all[0].shape[0]) samples")
    } catch {
      #expect(error is InputError || error is UsageError, "\(what): \(error)")
      #expect(views.mayRefuse, "\(what) of \(views.all.map(\.shape)): \(error)")
    }
  }

  @Test(arguments: trials) func canonicalCorrelation(trial: Int) {
    let views = Views(trial: trial, count: 2)
    attempt(views, "CCA") {
      let analysis = try CanonicalCorrelationAnalysis(fitting: views.all[0], views.all[1])
      #expect(analysis.correlations.allSatisfy { (-1...1).contains($0) })
      return [Tensor(analysis.correlations)] + analysis.weights + analysis.loadings + analysis.crossLoadings
        + [analysis.transform(views.all[0], .first), analysis.predictOther(views.all[1], from: .second)]
    }
  }

  /// With two views the eigenvalues of both are 1 + r.
  @Test(arguments: trials) func generalisedAndMultiset(trial: Int) {
    for count in 2...4 {
      let views = Views(trial: trial, count: count)
      var eigenvalues: [[Double]] = []
      attempt(views, "GCCA") {
        let analysis = try GeneralizedCCA(fitting: views.all)
        eigenvalues.append(analysis.eigenvalues)
        return [Tensor(analysis.eigenvalues), Tensor(analysis.correlations), analysis.shared(views.all)]
          + analysis.weights
      }
      attempt(views, "MCCA") {
        let analysis = try MultisetCCA(fitting: views.all)
        eigenvalues.append(analysis.eigenvalues)
        return [Tensor(analysis.eigenvalues), Tensor(analysis.correlations)] + analysis.weights
      }
      guard eigenvalues.count == 2 else { continue }
      expectClose(eigenvalues[0], eigenvalues[1], tolerance: 1e-7)
      #expect(eigenvalues[0].allSatisfy { $0 <= Double(count) + 1e-7 })
      guard count == 2, let pair = try? CanonicalCorrelationAnalysis(fitting: views.all[0], views.all[1])
      else { continue }
      expectClose(eigenvalues[0], pair.singularValues.map { $0 + 1 }, tolerance: 1e-7)
    }
  }

  /// Of full rank, the factorised analysis has the singular values of the exact one.
  @Test(arguments: trials) func kernelCorrelation(trial: Int) {
    var views = Views(trial: trial, count: 2)
    // Beside inner products of 10¹⁴ a shrinkage of .1 is below rounding, which is said.
    views.mayRefuse = views.mayRefuse || views.all.contains { $0.count > 0 && $0.abs().max().item() > 1e6 }
    let kernels: [VectorKernel] =
      trial % 2 == 0 ? [.linear, .linear] : [.gaussian(gamma: 0.01), .laplacian(gamma: 0.01)]
    var values: [[Double]] = []
    attempt(views, "kernel CCA") {
      let grams = try zip(kernels, views.all).map { try $0.gram($1) }
      let analysis = try KernelCCA(
        fitting: grams[0], grams[1], components: 1, regularisation: .shrinkage(0.1))
      values.append(analysis.singularValues)
      let (coefficients, offset) = analysis.function(.first)
      expectClose(
        grams[0].matmul(coefficients) + offset, analysis.transform(grams[0], .first),
        tolerance: 1e-9 * grams[0].abs().max().item() * coefficients.abs().max().item() * Double(grams[0].count))
      return [Tensor(analysis.correlations), analysis.transform(grams[0], .first)] + analysis.coefficients
    }
    attempt(views, "low-rank kernel CCA") {
      let analysis = try LowRankKernelCCA(
        fitting: views.all[0], kernels[0], views.all[1], kernels[1], components: 1, shrinkage: 0.1, rank: 100,
        tolerance: 0)
      values.append(analysis.singularValues)
      return [Tensor(analysis.correlations), try analysis.transform(views.all[0], .first)]
    }
    // Values far from 0 lose digits when kernels are centred.
    if values.count == 2, views.all.allSatisfy({ $0.abs().max().item() < 1e3 }) {
      expectClose(values[0], values[1], tolerance: 1e-5)
    }
  }

  @Test(arguments: 0..<16) func deepCorrelation(trial: Int) {
    var views = Views(trial: trial, count: 2)
    // Networks have few directions of their own to lose; what they are fed is theirs to scale.
    views.all = views.all.map { $0.count > 0 && $0.abs().max().item() > 1e3 ? ($0 - 1e7) / 1e6 : $0 }
    views.mayRefuse = views.mayRefuse || views.all[0].shape[0] <= 2
    var options = TrainingOptions()
    options.epochs = 2
    options.batchSize = max(2, views.all[0].shape[0])
    for isAutoencoder in [false, true] {
      attempt(views, "deep CCA") {
        let widths = (views.all[0].shape[1], views.all[1].shape[1])
        guard widths.0 > 0, widths.1 > 0 else { throw InputError("a network of no inputs") }
        func fit(_ networks: some CorrelatedNetworks) throws -> [Tensor] {
          let trained = try networks.fit(views.all[0], views.all[1], options: options, seed: 1)
          return [Tensor(trained.analysis.correlations), trained.transform(views.all[0], .first)]
        }
        let generator = Generator(seed: 1)
        return isAutoencoder
          ? try fit(DeepCCAAutoencoder(widths: widths, hidden: [8], output: 2, generator: generator))
          : try fit(DeepCCA(widths: widths, hidden: [8], output: 2, generator: generator))
      }
    }
  }
}
