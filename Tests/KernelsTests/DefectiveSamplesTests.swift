import Kernels
import Tensors
import Testing

/// Samples of random sizes with every defect: a certified answer or a clear refusal, never NaN.
@Suite struct DefectiveSamplesTests {
  private static let constraints: [MultipleKernelLearning.Constraint] = [
    .simple, .norm(1.5), .norm(.infinity), .squaredNorm(2), .uniform,
  ]

  /// One view; columns may be collinear or constant, rows duplicated, or there may be none of either.
  private static func view(_ rows: Int, trial: Int, kind: Int) -> Tensor {
    let x = samples(rows, 1 + trial % 7, seed: UInt64(trial + 10 * kind))
    switch kind {
    case 0: return Tensor.concatenated([x, x], axis: 1)
    case 1: return Tensor.concatenated([x, x.onesLike() * 3], axis: 1)
    case 2: return x.onesLike()
    case 3: return .zeros([rows, 0], dtype: .float64)
    case 4: return x * 1e6 + 1e7
    case 5: return Tensor.concatenated([x, samples(rows, 60, seed: 3)], axis: 1)
    default: return x.indexSelect(Tensor((0..<rows).map { $0 % max(1, rows / 3) }))
    }
  }

  @Test(arguments: 0..<42) func learnsOrRefuses(trial: Int) throws {
    let rows = [0, 1, 2, 7, 24][trial % 5]
    let views = [trial % 7, (trial / 7) % 7].enumerated().map { Self.view(rows, trial: trial + $0, kind: $1) }
    let labels = (0..<rows).map { $0 % 2 == 0 ? 1.0 : -1 }
    let grams: [Tensor]
    do {
      grams = try views.flatMap { view in
        try [VectorKernel.linear, .gaussian(gamma: 0.1)].map { try KernelNormalisation.trace.apply($0.gram(view)) }
      }
    } catch let error as InputError {
      // A view without columns, or of zeros, has a linear kernel of zeros; there is nothing to scale.
      #expect(error.problem.contains("trace"))
      #expect(rows == 0 || views.contains { $0.count == 0 })
      return
    }
    for constraint in Self.constraints {
      do {
        let model = try MultipleKernelLearning(constraint: constraint, tolerance: 1e-3)
          .classify(KernelStack(grams), labels: labels)
        #expect(rows >= 2 && model.relativeGap <= 1e-3)
        #expect(model.weights.allSatisfy { $0.isFinite && $0 >= 0 })
        let numbers = model.coefficients + model.decision(grams) + [model.bias, model.objective]
        #expect(numbers.allSatisfy { $0.isFinite })
        let regressor = try MultipleKernelLearning(constraint: constraint, tolerance: 1e-3)
          .regress(KernelStack(grams), targets: views[0].sum(axes: [1]).doubles.map { $0.remainder(dividingBy: 3) })
        let values = regressor.coefficients + regressor.decision(grams) + [regressor.bias]
        #expect(values.allSatisfy { $0.isFinite })
      } catch let error as InputError {
        #expect(rows < 2, "\(constraint) of \(rows) samples: \(error)")
      }
    }
  }
}
