import Foundation

/// The variables of `BROJASolver`: potentials a, b and cell probabilities s, with what follows from the potentials.
struct BROJAState {
  let (first, second, labels): (Int, Int, Int)
  /// a(x₁, y) and b(x₂, y); −∞ where the marginal is 0.
  var (a, b): ([Double], [Double])
  /// s per cell; 0 for cells that no label allows.
  var multipliers: [Double]
  /// g per cell; −∞ for cells that no label allows.
  var values: [Double]
  /// w per cell, which become −g.
  var slacks: [Double]
  /// π(y) per cell.
  var shares: [Double]

  init(first: Int, second: Int, labels: Int, a: [Double], b: [Double]) {
    (self.first, self.second, self.labels, self.a, self.b) = (first, second, labels, a, b)
    multipliers = [Double](repeating: 0, count: first * second)
    (values, slacks) = (multipliers, multipliers)
    shares = [Double](repeating: 0, count: first * second * labels)
  }

  /// Constraints and shares at the potentials.
  mutating func evaluate() {
    let (first, second, labels) = (first, second, labels)
    a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        shares.withUnsafeMutableBufferPointer { shares in
          values.withUnsafeMutableBufferPointer { values in
            for x in 0..<first {
              for z in 0..<second {
                let cell = x * second + z
                var sum = 0.0
                for y in 0..<labels {
                  let value = exp(a[x &* labels &+ y] + b[z &* labels &+ y])
                  shares[cell &* labels &+ y] = value
                  sum += value
                }
                var shift = 0.0
                if sum < 1e-280 {
                  // Too small for the exponential, or a cell that no label allows.
                  shift = -.infinity
                  for y in 0..<labels { shift = max(shift, a[x &* labels &+ y] + b[z &* labels &+ y]) }
                  if shift > -.infinity {
                    sum = 0
                    for y in 0..<labels {
                      let value = exp(a[x &* labels &+ y] + b[z &* labels &+ y] - shift)
                      shares[cell &* labels &+ y] = value
                      sum += value
                    }
                  }
                }
                values[cell] = log(sum) + shift
                let scale = sum > 0 ? 1 / sum : 0
                for y in 0..<labels { shares[cell &* labels &+ y] *= scale }
              }
            }
          }
        }
      }
    }
  }

  /// Σ s · w, which is the duality gap where the equations hold.
  var complementarity: Double {
    var sum = 0.0
    for (s, w) in zip(multipliers, slacks) where s > 0 { sum += s * w }
    return sum
  }

  /// Q = s π.
  var table: [Double] { shares.indices.map { shares[$0] * multipliers[$0 / labels] } }

  /// Whether no cell is far ahead of the others on the way to the boundary.
  func isCentral(_ weights: [Double], _ total: Double) -> Bool {
    let least = 0.01 * complementarity / total
    for cell in slacks.indices where multipliers[cell] * slacks[cell] < least * weights[cell] { return false }
    return true
  }

  mutating func move(from state: BROJAState, by step: Double, along system: BROJANewtonSystem) {
    for index in a.indices { a[index] = state.a[index] + step * system.deltaA[index] }
    for index in b.indices { b[index] = state.b[index] + step * system.deltaB[index] }
    for cell in multipliers.indices {
      multipliers[cell] = state.multipliers[cell] + step * system.deltaMultipliers[cell]
      slacks[cell] = state.slacks[cell] + step * system.deltaSlacks[cell]
    }
    evaluate()
  }
}
