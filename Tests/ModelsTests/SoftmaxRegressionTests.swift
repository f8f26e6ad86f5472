import Models
import Tensors
import Testing

@Suite struct SoftmaxRegressionTests {
  /// At the optimum the gradient, written out here, is zero.
  @Test(arguments: [0.1, 1, 100]) func gradientIsZero(cost: Double) throws {
    let x = samples(60, 3, seed: 2)
    let targets = (0..<60).map { ($0 * 7 / 3) % 4 }
    let model = try SoftmaxRegression(fitting: x, targets: targets, classes: 4, cost: cost)
    let error = model.probabilities(x) - Tensor(targets).oneHot(4).to(.float64)
    let gradient = x.transposed(0, 1).matmul(error) * cost + model.weights
    #expect(gradient.abs().max().item() < 1e-6 * cost * 60)
    #expect(error.sum(axes: [0]).abs().max().item() < 1e-5)
    #expect(throws: InputError.self) {
      try SoftmaxRegression(fitting: x, targets: targets.map { _ in 0 }, classes: 4)
    }
  }

  /// Too many parameters for a matrix of their second derivatives: the minimum is where the gradient is 0 all the same.
  @Test(arguments: [0.1, 10]) func manyClassesAndFeatures(cost: Double) throws {
    let (count, width, classes) = (900, 60, 40)
    let x = samples(count, width, seed: 8)
    let directions = samples(width, classes, seed: 9)
    let targets = (x.matmul(directions) + samples(count, classes, seed: 10) * 4).argmax(axis: 1).integers
    let model = try SoftmaxRegression(fitting: x, targets: targets, classes: classes, cost: cost)
    let errors = (model.probabilities(x) - Tensor(targets).oneHot(classes).to(.float64)) * cost
    let gradient = x.transposed(0, 1).matmul(errors) + model.weights
    #expect(gradient.abs().max().item() < 1e-5 * cost * Double(count))
    #expect(errors.sum(axes: [0]).abs().max().item() < 1e-5 * cost * Double(count))
  }

  /// Standard normal samples `[count, width]` float64.
  private func samples(_ count: Int, _ width: Int, seed: UInt64) -> Tensor {
    .randn([count, width], dtype: .float64, generator: Generator(seed: seed))
  }
}
