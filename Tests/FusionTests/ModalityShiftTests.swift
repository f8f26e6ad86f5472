import Foundation
import Layers
import Tensors
import Testing

@testable import Fusion

@Suite struct ModalityShiftTests {
  /// x + α h number by number, for one sample of two steps.
  @Test(arguments: [true, false], [(0.05, true), (1, true), (50, true), (1, false)])
  func followsThePapers(isRectified: Bool, _ situation: (beta: Double, isPresent: Bool)) {
    let (gate, (beta, isPresent)) = (isRectified ? ModalityShift.Gate.rectified : .scalar, situation)
    let shift = ModalityShift(width: 3, others: [2, 4], gate: gate, beta: beta, generator: Generator(seed: 1))
    shift.convert(to: .float64)
    let state = shift.state()
    let generator = Generator(seed: 2)
    let x = Tensor.randn([1, 2, 3], dtype: .float64, generator: generator)
    let others = [2, 4].map { Tensor.randn([1, 2, $0], dtype: .float64, generator: generator) }
    func length(_ x: [Double]) -> Double { sqrt(x.map { $0 * $0 }.reduce(0, +)) }
    var expected: [Double] = []
    for step in 0..<2 {
      let own = x[0][step].doubles
      var h = [0.0, 0, 0]
      for (number, other) in others.enumerated() {
        let theirs = other[0][step].doubles
        func linear(_ name: String, _ input: [Double], _ row: Int) -> Double {
          let offset = state["\(name).bias"].map { $0[row].item() } ?? 0
          return zip(state["\(name).weight"]![row].doubles, input).reduce(offset) { $0 + $1.0 * $1.1 }
        }
        for unit in 0..<3 {
          let score = linear("gates.\(number)", own + theirs, gate == .rectified ? unit : 0)
          let open = gate == .rectified ? max(0, score) : 1 / (1 + exp(-score))
          h[unit] += open * linear("values.\(number)", theirs, unit)
        }
      }
      let alpha = isPresent ? min(beta * length(own) / length(h), 1) : 1
      expected += zip(own, h).map { $0 + alpha * $1 }
    }
    let main = Tensor([isPresent], shape: [1, 1, 1])
    expectClose(shift(x, others, main: main), Tensor(expected, shape: [1, 2, 3]), tolerance: 1e-9)
  }

  /// Others that are absent are zero, and shift nothing.
  @Test func nothingIsShiftedByNothing() {
    for gate in [ModalityShift.Gate.rectified, .scalar] {
      let shift = ModalityShift(width: 3, others: [2], gate: gate, beta: 1, generator: Generator(seed: 1))
      let x = Tensor.randn([4, 2, 3], generator: Generator(seed: 2))
      let found = shift(x, [Tensor.zeros([4, 2, 2])], main: Tensor.ones([4, 1, 1], dtype: .bool))
      #expect(found.floats == x.floats)
    }
  }
}
