import Fusion
import Layers
import Tensors
import Testing

@Suite struct PolynomialTensorPoolingTests {
  /// Random values everywhere: initial values are alike in the constant's column.
  private func pooling(_ weights: PolynomialTensorPooling.Weights, order: Int) -> PolynomialTensorPooling {
    let generator = Generator(seed: 2)
    let pooling = PolynomialTensorPooling(
      width: 3, order: order, rank: 2, weights: weights, output: 5, generator: generator)
    pooling.convert(to: .float64)
    for (_, parameter) in pooling.namedParameters() {
      parameter.assign(Tensor.randn(parameter.shape, dtype: .float64, generator: generator))
    }
    return pooling
  }

  /// The P-fold tensor product of [x; 1], `[4^P]`, first index slowest.
  private func powers(_ x: [Double], order: Int) -> [Double] {
    (0..<order).reduce([1]) { products, _ in products.flatMap { product in (x + [1]).map { product * $0 } } }
  }

  /// The weight of every product of the expansion, `[5, 4^P]`, written out from the factors.
  private func weight(_ pooling: PolynomialTensorPooling, _ weights: PolynomialTensorPooling.Weights, order: Int)
    -> [[Double]]
  {
    let state = pooling.state()
    /// Entry (row, i) of factor p, whose last column is what multiplies the 1.
    func factor(_ p: Int, _ row: Int, _ i: Int) -> Double {
      i < 3 ? state["factors.\(p).weight"]![row, i].item() : state["factors.\(p).bias"]![row].item()
    }
    let products = (0..<order).reduce([[Int]()]) { lists, _ in lists.flatMap { list in (0..<4).map { list + [$0] } } }
    return (0..<5).map { unit in
      products.map { indices in
        switch weights {
        case .cp:
          return (0..<2).reduce(0) { sum, r in
            sum + indices.enumerated().reduce(1) { $0 * factor($1.offset, unit * 2 + r, $1.element) }
          } / 2.0.squareRoot()
        case .ring:
          var product = [[1.0, 0], [0, 1]]
          for (p, i) in indices.enumerated() {
            let slice = (0..<2).map { a in (0..<2).map { b in factor(p, a * 2 + b, i) } }
            product = (0..<2).map { a in (0..<2).map { b in product[a][0] * slice[0][b] + product[a][1] * slice[1][b] }
            }
          }
          let core = state["core.weight"]![unit].doubles
          return core[0] * product[0][0] + core[1] * product[0][1] + core[2] * product[1][0] + core[3] * product[1][1]
        }
      }
    }
  }

  @Test(arguments: PolynomialTensorPooling.Weights.allCases, 1...4)
  func isTheExpansionOfOrderP(weights: PolynomialTensorPooling.Weights, order: Int) {
    let pooling = pooling(weights, order: order)
    let full = weight(pooling, weights, order: order)
    let offset = pooling.state()[weights == .cp ? "bias" : "core.bias"]!.doubles
    let x = encodings([3])[0]
    let found = pooling(x)
    for sample in 0..<4 {
      let products = powers(x[sample].doubles, order: order)
      let expected = (0..<5).map { unit in zip(full[unit], products).reduce(offset[unit]) { $0 + $1.0 * $1.1 } }
      expectClose(found[sample], Tensor(expected, shape: [5]), tolerance: 1e-9)
    }
  }

  /// It starts near an affine function: the products neither vanish nor explode with the order.
  @Test(arguments: PolynomialTensorPooling.Weights.allCases, [1, 8, 16])
  func startsAtModerateSize(weights: PolynomialTensorPooling.Weights, order: Int) {
    let pooling = PolynomialTensorPooling(width: 64, order: order, weights: weights, generator: Generator(seed: 1))
    let x = encodings([64], count: 256, dtype: .float32)[0] * 0.1
    let size = pooling(x).standardDeviation().item()
    #expect(size > 0.05 && size < 50, "\(size)")
  }
}
