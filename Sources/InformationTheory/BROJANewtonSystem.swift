/// The Newton equations of `BROJASolver`, reduced to the potentials, and their solution by block elimination.
///
/// Each cell contributes s (diag π − π πᵀ) + (s / w) π πᵀ to the four blocks of (x₁, ·) and (x₂, ·).
struct BROJANewtonSystem {
  private(set) var (deltaA, deltaB): ([Double], [Double])
  private(set) var (deltaMultipliers, deltaSlacks): ([Double], [Double])
  private let (first, second, labels): (Int, Int, Int)
  private let (b1, b2): ([Double], [Double])
  /// Unknowns of b that are held: those of probability 0, and one per label, because adding a constant to a(·, y) and
  /// taking it from b(·, y) changes nothing.
  private var isHeld: [Bool]
  /// Upper Cholesky factors of the blocks of x₁, `[first, labels, labels]`.
  private var blocks: [Double]
  /// Their inverse transposes times the coupling to b, `[first, labels, second · labels]`.
  private var coupling: [Double]
  /// Upper Cholesky factor of what remains, `[second · labels, second · labels]`.
  private var schur: [Double]

  /// Curvature added to each potential in proportion to its probability: where many optima lie side by side, rounding
  /// must not throw the iterates from one to the other.
  private static let damping = 1e-8

  init(first: Int, second: Int, labels: Int, b1: [Double], b2: [Double]) {
    (self.first, self.second, self.labels, self.b1, self.b2) = (first, second, labels, b1, b2)
    let width = second * labels
    deltaA = [Double](repeating: 0, count: first * labels)
    deltaB = [Double](repeating: 0, count: width)
    deltaMultipliers = [Double](repeating: 0, count: first * second)
    deltaSlacks = deltaMultipliers
    blocks = [Double](repeating: 0, count: first * labels * labels)
    coupling = [Double](repeating: 0, count: first * labels * width)
    schur = [Double](repeating: 0, count: width * width)
    isHeld = b2.map { $0 == 0 }
    for y in 0..<labels {
      let largest = (0..<second).max { b2[$0 * labels + y] < b2[$1 * labels + y] }!
      isHeld[largest * labels + y] = true
    }
  }

  /// The largest violation of the marginals by s π, relative to each.
  func residual(_ state: BROJAState) -> Double {
    let (one, two) = marginals(state)
    var worst = 0.0
    for index in one.indices where b1[index] > 0 { worst = max(worst, abs(one[index] / b1[index] - 1)) }
    for index in two.indices where b2[index] > 0 { worst = max(worst, abs(two[index] / b2[index] - 1)) }
    return worst
  }

  /// How fast the barrier of `BROJABarrier` rises along the step: its gradient times the step.
  func slope(_ state: BROJAState) -> Double {
    let (one, two) = marginals(state)
    var sum = 0.0
    for index in one.indices where b1[index] > 0 { sum += (b1[index] - one[index]) * deltaA[index] }
    for index in two.indices where b2[index] > 0 { sum += (b2[index] - two[index]) * deltaB[index] }
    return sum
  }

  /// What a step is to bring to 0, squared: violations of the marginals, g + w and s w − target, each against its size.
  ///
  /// - Parameter scale: s of the state that the step starts from.
  func merit(_ state: BROJAState, target: [Double], scale: [Double]) -> Double {
    let (one, two) = marginals(state)
    var sum = 0.0
    func add(_ found: Double, _ wanted: Double) {
      if wanted > 0 { sum += (found - wanted) * (found - wanted) / wanted }
    }
    for index in one.indices { add(one[index], b1[index]) }
    for index in two.indices { add(two[index], b2[index]) }
    for cell in target.indices where target[cell] > 0 {
      add(state.multipliers[cell] * state.slacks[cell], target[cell])
      let violation = state.values[cell] + state.slacks[cell]
      sum += scale[cell] * violation * violation
    }
    return sum
  }

  private func marginals(_ state: BROJAState) -> ([Double], [Double]) {
    var one = [Double](repeating: 0, count: first * labels)
    var two = [Double](repeating: 0, count: second * labels)
    for x in 0..<first {
      for z in 0..<second {
        let cell = x &* second &+ z
        let s = state.multipliers[cell]
        for y in 0..<labels {
          let q = s * state.shares[cell &* labels &+ y]
          one[x &* labels &+ y] += q
          two[z &* labels &+ y] += q
        }
      }
    }
    return (one, two)
  }

  /// Builds and factors the matrix at a state.
  mutating func factor(_ state: BROJAState) {
    let (first, second, labels, width) = (first, second, labels, second * labels)
    let (held, b1, b2) = (isHeld, b1, b2)
    blocks.withUnsafeMutableBufferPointer { blocks in
      coupling.withUnsafeMutableBufferPointer { coupling in
        schur.withUnsafeMutableBufferPointer { schur in
          state.shares.withUnsafeBufferPointer { shares in
            blocks.update(repeating: 0)
            schur.update(repeating: 0)
            for x in 0..<first {
              let block = blocks.baseAddress! + x * labels * labels
              let rows = coupling.baseAddress! + x * labels * width
              for z in 0..<second {
                let cell = x * second + z
                let (s, w) = (state.multipliers[cell], state.slacks[cell])
                // A cell that no label allows has s = 0.
                let scale = s > 0 ? s / w - s : 0
                let share = shares.baseAddress! + cell * labels
                for y in 0..<labels {
                  let row = rows + y * width + z * labels
                  let blockRow = block + y * labels
                  let schurRow = schur.baseAddress! + (z * labels + y) * width + z * labels
                  let factor = scale * share[y]
                  for other in 0..<labels {
                    let value = factor * share[other]
                    row[other] = value
                    blockRow[other] += value
                    schurRow[other] += value
                  }
                  row[y] += s * share[y]
                  blockRow[y] += s * share[y]
                  schurRow[y] += s * share[y]
                }
              }
              for y in 0..<labels { block[y * labels + y] += Self.damping * b1[x * labels + y] }
              UpperCholesky.factor(block, labels)
              UpperCholesky.forward(block, labels, rows, columns: width)
            }
            for i in 0..<width { schur[i * width + i] += Self.damping * b2[i] }
            for i in 0..<width {
              let target = schur.baseAddress! + i * width
              for row in 0..<first * labels {
                let source = coupling.baseAddress! + row * width
                let factor = source[i]
                if factor == 0 { continue }
                for j in i..<width { target[j] -= factor * source[j] }
              }
            }
            for i in 0..<width where held[i] {
              for j in 0..<width {
                schur[min(i, j) * width + max(i, j)] = 0
              }
              schur[i * width + i] = 1
            }
            UpperCholesky.factor(schur.baseAddress!, width)
          }
        }
      }
    }
  }

  /// The step towards s w = target, from the factors of the same state.
  mutating func solve(_ state: BROJAState, target: [Double]) {
    let width = second * labels
    deltaA = b1
    deltaB = b2
    for x in 0..<first {
      for z in 0..<second where state.multipliers[x * second + z] > 0 {
        let cell = x * second + z
        let s = state.multipliers[cell]
        let pull = (target[cell] + s * (state.values[cell] + state.slacks[cell])) / state.slacks[cell]
        for y in 0..<labels {
          let value = pull * state.shares[cell * labels + y]
          deltaA[x * labels + y] -= value
          deltaB[z * labels + y] -= value
        }
      }
    }
    let (first, labels, held) = (first, labels, isHeld)
    blocks.withUnsafeMutableBufferPointer { blocks in
      coupling.withUnsafeMutableBufferPointer { coupling in
        schur.withUnsafeMutableBufferPointer { schur in
          deltaA.withUnsafeMutableBufferPointer { deltaA in
            deltaB.withUnsafeMutableBufferPointer { deltaB in
              for x in 0..<first {
                let part = deltaA.baseAddress! + x * labels
                UpperCholesky.forward(blocks.baseAddress! + x * labels * labels, labels, part, columns: 1)
                for y in 0..<labels {
                  let row = coupling.baseAddress! + (x * labels + y) * width
                  let value = part[y]
                  for j in 0..<width { deltaB[j] -= value * row[j] }
                }
              }
              for i in 0..<width where held[i] { deltaB[i] = 0 }
              UpperCholesky.forward(schur.baseAddress!, width, deltaB.baseAddress!, columns: 1)
              UpperCholesky.backward(schur.baseAddress!, width, deltaB.baseAddress!)
              for x in 0..<first {
                let part = deltaA.baseAddress! + x * labels
                for y in 0..<labels {
                  let row = coupling.baseAddress! + (x * labels + y) * width
                  var sum = 0.0
                  for j in 0..<width { sum += row[j] * deltaB[j] }
                  part[y] -= sum
                }
                UpperCholesky.backward(blocks.baseAddress! + x * labels * labels, labels, part)
              }
            }
          }
        }
      }
    }
    // −∞ must stay −∞.
    for index in deltaA.indices where b1[index] == 0 { deltaA[index] = 0 }
    for x in 0..<first {
      for z in 0..<second {
        let cell = x * second + z
        let (s, w) = (state.multipliers[cell], state.slacks[cell])
        guard s > 0 else { continue }
        var slope = 0.0
        for y in 0..<labels {
          slope += state.shares[cell * labels + y] * (deltaA[x * labels + y] + deltaB[z * labels + y])
        }
        deltaSlacks[cell] = -(state.values[cell] + w) - slope
        deltaMultipliers[cell] = (target[cell] - s * deltaSlacks[cell]) / w - s
      }
    }
  }

  /// The longest step, at most 1, that keeps multipliers and slacks positive.
  func longestStep(_ state: BROJAState) -> Double {
    var step = 1.0
    for (s, change) in zip(state.multipliers, deltaMultipliers) where change < 0 {
      step = min(step, -0.99 * s / change)
    }
    for (w, change) in zip(state.slacks, deltaSlacks) where change < 0 { step = min(step, -0.99 * w / change) }
    return step
  }
}
