import Foundation
import Tensors
import Testing

/// The arrays of `Tests/Goldens/coordination.json`, written by `make_coordination.py`.
enum Golden {
  private struct Values: Decodable {
    let shape: [Int]
    let values: [Double]
  }

  static func load(_ name: String) throws -> [String: Tensor] {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Goldens/coordination.json")
    let cases = try JSONDecoder().decode([String: [String: Values]].self, from: Data(contentsOf: file))
    return try #require(cases[name]).mapValues { Tensor($0.values, shape: $0.shape) }
  }

  /// The three views D40 of the published golden numbers.
  static var waves: [Tensor] {
    var first: [Double] = []
    var second: [Double] = []
    for step in 1...40 {
      let i = Double(step)
      let t = sin(0.7 * i) + 0.3 * cos(1.9 * i)
      first += [t, t * t + 0.2 * sin(3.1 * i), cos(2.3 * i)]
      second += [tanh(t) + 0.1 * cos(4.7 * i), sin(5.3 * i)]
    }
    return [Tensor(first, shape: [40, 3]), Tensor(second, shape: [40, 2])]
  }
}

func expectClose(
  _ a: Tensor, _ b: Tensor, tolerance: Double = 1e-10, sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(a.shape == b.shape, sourceLocation: sourceLocation)
  guard a.shape == b.shape, a.count > 0 else { return }
  let gap = (a.to(.float64) - b.to(.float64)).abs().max().item()
  #expect(gap <= tolerance, "largest difference \(gap)", sourceLocation: sourceLocation)
}

func expectClose(
  _ a: [Double], _ b: [Double], tolerance: Double = 1e-10, sourceLocation: SourceLocation = #_sourceLocation
) {
  expectClose(Tensor(a), Tensor(b), tolerance: tolerance, sourceLocation: sourceLocation)
}

/// Standard normal samples `[count, width]` float64.
func samples(_ count: Int, _ width: Int, seed: UInt64) -> Tensor {
  .randn([count, width], dtype: .float64, generator: Generator(seed: seed))
}

/// Two views of the same three hidden variables.
func related(_ count: Int, _ widths: [Int], noise: Double = 0.7, seed: UInt64 = 5) -> [Tensor] {
  let latent = samples(count, 3, seed: seed)
  return widths.enumerated().map { view, width in
    latent.matmul(samples(3, width, seed: seed + 10 + UInt64(view)))
      + samples(count, width, seed: seed + 20 + UInt64(view)) * noise
  }
}
