import Foundation
import Tensors
import Testing

/// The arrays of `Tests/Goldens/kernels.json`, written by `make_kernels.py`.
enum Golden {
  private struct Values: Decodable {
    let shape: [Int]
    let values: [Double]
  }

  static func load(_ name: String) throws -> [String: Tensor] {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Goldens/kernels.json")
    let cases = try JSONDecoder().decode([String: [String: Values]].self, from: Data(contentsOf: file))
    return try #require(cases[name]).mapValues { Tensor($0.values, shape: $0.shape) }
  }
}

func expectClose(
  _ a: Tensor, _ b: Tensor, tolerance: Double = 1e-12, sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(a.shape == b.shape, sourceLocation: sourceLocation)
  guard a.shape == b.shape, a.count > 0 else { return }
  let gap = (a.to(.float64) - b.to(.float64)).abs().max().item()
  #expect(gap <= tolerance, "largest difference \(gap)", sourceLocation: sourceLocation)
}

/// Standard normal samples `[count, width]` float64.
func samples(_ count: Int, _ width: Int, seed: UInt64 = 3) -> Tensor {
  .randn([count, width], dtype: .float64, generator: Generator(seed: seed))
}

/// The smallest eigenvalue of a symmetric matrix.
func smallestEigenvalue(_ matrix: Tensor) -> Double { matrix.eigh().values.min().item() }
