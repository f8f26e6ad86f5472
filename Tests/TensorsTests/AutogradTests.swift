import Foundation
import Tensors
import Testing

/// Largest difference between the engine's gradient of `sum(f(x) · w)` and central differences, in float64.
func gradientError(_ x: Tensor, _ f: (Tensor) -> Tensor) -> Double {
  let step = 1e-6
  let weights = Tensor.randn(withoutGradients { f(x) }.shape, dtype: .float64, generator: Generator(seed: 11))
  func value(_ x: Tensor) -> Double { withoutGradients { (f(x) * weights).sum().item() } }
  let leaf = x.cloned().detached().setRequiresGradient(true)
  let analytic = gradients(of: (f(leaf) * weights).sum(), withRespectTo: [leaf])[0].doubles
  let base = x.doubles
  return base.indices.map { i -> Double in
    var up = base
    var down = base
    up[i] += step
    down[i] -= step
    let numeric = (value(Tensor(up, shape: x.shape)) - value(Tensor(down, shape: x.shape))) / (2 * step)
    return abs(numeric - analytic[i])
  }.max() ?? 0
}

@Suite struct AutogradTests {
  static let operations: [(name: String, f: @Sendable (Tensor) -> Tensor)] = [
    ("exp", { $0.exp() }), ("tanh", { $0.tanh() }), ("sigmoid", { $0.sigmoid() }), ("gelu", { $0.gelu() }),
    ("softplus", { $0.softplus() }), ("silu", { $0.silu() }), ("square", { $0.square() }),
    ("softmax", { $0.softmax(axis: 1) }), ("logSoftmax", { $0.logSoftmax(axis: 1) }),
    ("layerNorm", { $0.layerNorm([4]) }), ("matmul", { $0.matmul($0.transposed()) }),
    ("einsum", { Tensor.einsum("ij,ik->jk", [$0, $0]) }), ("logSumExp", { $0.logSumExp(axes: [0]) }),
    ("svd", { $0.svd().s }), ("cholesky", { ($0.transposed().matmul($0) + Tensor.eye(4, dtype: .float64)).cholesky() }),
    (
      "solve",
      { ($0.transposed().matmul($0) + Tensor.eye(4, dtype: .float64)).solve(Tensor.ones([4, 1], dtype: .float64)) }
    ),
    ("gather", { $0.gather(axis: 1, Tensor([3, 0, 1] as [Int], shape: [3, 1])) }),
    ("concatenated", { Tensor.concatenated([$0, $0 * 2], axis: 1) }),
    ("attention", { Tensor.scaledDotProductAttention($0, $0, $0) }),
    ("conv1d", { $0.unsqueezed(0).conv1d(Tensor.ones([2, 3, 2], dtype: .float64)) }),
    ("crossEntropy", { $0.crossEntropy(Tensor([0, 3, 2] as [Int])) }),
    ("huber", { $0.huberLoss(Tensor.full([3, 4], 0.3, dtype: .float64)) }),
    ("variance", { $0.variance(axes: [0]) }), ("logDeterminant", { $0.matmul($0.transposed()).logDeterminant() }),
  ]

  @Test(arguments: operations.indices)
  func matchesFiniteDifferences(_ index: Int) {
    let x = Tensor.randn([3, 4], dtype: .float64, generator: Generator(seed: 7))
    let (name, f) = Self.operations[index]
    #expect(gradientError(x, f) < 1e-6, "\(name)")
  }

  @Test func accumulatesIntoLeaves() {
    let x = Tensor([2, 3] as [Double]).setRequiresGradient(true)
    (x * x).sum().backward()
    (x * 10).sum().backward()
    #expect(x.gradient?.doubles == [14, 16])
    x.gradient = nil
    #expect(x.gradient == nil)
  }

  @Test func secondDerivative() {
    let x = Tensor([2] as [Double]).setRequiresGradient(true)
    let first = gradients(of: x.pow(3).sum(), withRespectTo: [x], createGraph: true)[0]
    #expect(first.doubles == [12])
    #expect(gradients(of: first.sum(), withRespectTo: [x])[0].doubles == [12])
  }

  @Test func unusedInputsGiveNil() {
    let x = Tensor([1.0]).setRequiresGradient(true)
    let y = Tensor([1.0]).setRequiresGradient(true)
    let result = gradients(of: [x.sum()], withRespectTo: [x, y], allowUnused: true)
    #expect(result[0] != nil && result[1] == nil)
  }

  @Test func nothingIsRecordedWithoutGradients() {
    let x = Tensor([1.0]).setRequiresGradient(true)
    #expect(!withoutGradients { x * 2 }.requiresGradient)
    #expect((x * 2).requiresGradient)
  }
}
