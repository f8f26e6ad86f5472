import Modalities
public import Tensors

/// Multinomial logistic regression: P(class | x) ∝ exp(w_class·x + b_class), with C Σ loss + ½ ‖W‖² minimised by Newton's
/// method; the biases are not penalised, and the classes' share a constant that cancels.
public struct SoftmaxRegression {
  /// `[width, classes]`.
  public let weights: Tensor
  /// `[classes]`.
  public let bias: Tensor

  /// - Parameters:
  ///   - x: samples `[n, width]`.
  ///   - targets: class of each, `0 ..< classes`.
  ///   - classes: how many there are.
  ///   - cost: C, above 0.
  ///   - sampleWeights: how much each sample's loss counts, at least 0; nil for 1 each.
  /// - Throws: `InputError` for values that are not finite or less than two classes; `UsageError` for a wrong cost.
  public init(
    fitting x: Tensor, targets: [Int], classes: Int, cost: Double = 1, sampleWeights: [Double]? = nil
  ) throws {
    guard x.isFinite().all().item() == 1 else {
      let row = (.!x.isFinite()).any(axis: 1).nonzero().integers[0]
      throw InputError(at: "row \(row + 1)", "holds a value that is not finite; numbers expected")
    }
    precondition(x.shape[0] == targets.count, "\(targets.count) targets for samples of shape \(x.shape)")
    precondition(targets.allSatisfy { (0..<classes).contains($0) }, "targets outside 0 ..< \(classes)")
    guard classes >= 2, Set(targets).count >= 2 else { throw InputError("samples of one class; two expected") }
    guard cost > 0, cost.isFinite else { throw UsageError("cost is \(cost); expected above 0") }
    precondition(
      sampleWeights.map { $0.count == targets.count && $0.allSatisfy { $0 >= 0 && $0.isFinite } } ?? true,
      "weights of \(targets.count) samples; one of at least 0 for each expected")
    let costs = Tensor((sampleWeights ?? targets.map { _ in 1 }).map { $0 * cost }).unsqueezed(1)
    let design = Tensor.concatenated([x.to(.float64), .ones([x.shape[0], 1], dtype: .float64)], axis: 1)
    let width = design.shape[1]
    let wanted = Tensor(targets).oneHot(classes).to(.float64)
    // The bias has next to no penalty: enough to pin the constant that all classes share.
    let penalty = Tensor([Double](repeating: 1, count: width - 1) + [1e-8]).unsqueezed(1)
    func loss(_ parameters: Tensor) -> Double {
      let fit = (design.matmul(parameters).logSoftmax(axis: 1) * wanted * costs).sum().item()
      return -fit + (parameters.square() * penalty).sum().item() / 2
    }
    var parameters = Tensor.zeros([width, classes], dtype: .float64)
    var value = loss(parameters)
    for _ in 0..<100 {
      let probabilities = design.matmul(parameters).softmax(axis: 1)
      let gradient =
        design.transposed(0, 1).matmul((probabilities - wanted) * costs) + parameters * penalty
      if gradient.abs().max().item() <= 1e-9 * cost * Double(targets.count) { break }
      let step: Tensor
      if width * classes <= Self.mostDense {
        let hessian = Self.hessian(design, probabilities, costs: costs, penalty: penalty.doubles)
        let flat = gradient.transposed(0, 1).reshaped([-1, 1])
        step = hessian.solve(flat).reshaped([classes, width]).transposed(0, 1)
      } else {
        step = Self.step(design, probabilities, costs: costs, penalty: penalty, gradient: gradient)
      }
      let slope = (step * gradient).sum().item()
      var length = 1.0
      while length > 1e-8 {
        let next = parameters - step * length
        let moved = loss(next)
        if moved <= value - 1e-4 * length * slope {
          (parameters, value) = (next, moved)
          break
        }
        length /= 2
      }
      if length <= 1e-8 { break }
    }
    weights = parameters.narrow(axis: 0, start: 0, length: width - 1)
    bias = parameters[width - 1]
  }

  /// Probabilities of the classes of samples `[m, width]`, `[m, classes]` float64.
  public func probabilities(_ x: Tensor) -> Tensor { (x.to(.float64).matmul(weights) + bias).softmax(axis: 1) }

  /// Parameters of which all second derivatives are formed.
  private static let mostDense = 1500

  /// Newton's step by conjugate gradients, scaled by the diagonal: of many classes and features a matrix of second
  /// derivatives would fill the memory.
  private static func step(
    _ design: Tensor, _ probabilities: Tensor, costs: Tensor, penalty: Tensor, gradient: Tensor
  ) -> Tensor {
    let transposed = design.transposed(0, 1)
    func curved(_ direction: Tensor) -> Tensor {
      let moved = probabilities * design.matmul(direction)
      let change = moved - probabilities * moved.sum(axes: [1], keepingDimensions: true)
      return transposed.matmul(change * costs) + direction * penalty
    }
    func dot(_ a: Tensor, _ b: Tensor) -> Double { (a * b).sum().item() }
    let diagonal = design.square().transposed(0, 1).matmul(probabilities * (1 - probabilities) * costs) + penalty
    var (step, left) = (gradient.zerosLike(), gradient)
    var direction = left / diagonal
    var length = dot(left, direction)
    let goal = 1e-6 * length
    for _ in 0..<200 {
      let image = curved(direction)
      let advance = length / dot(direction, image)
      step = step + direction * advance
      left = left - image * advance
      let scaled = left / diagonal
      let next = dot(left, scaled)
      guard next > goal else { break }
      direction = scaled + direction * (next / length)
      length = next
    }
    return step
  }

  /// Second derivatives, class by class: `[classes · width, classes · width]`.
  private static func hessian(_ design: Tensor, _ probabilities: Tensor, costs: Tensor, penalty: [Double]) -> Tensor {
    let classes = probabilities.shape[1]
    let transposed = design.transposed(0, 1)
    let columns = (0..<classes).map { probabilities.narrow(axis: 1, start: $0, length: 1) }
    // Symmetric in the classes: what lies below the diagonal is that above it.
    var blocks = columns.map { _ in [Tensor?](repeating: nil, count: classes) }
    for a in 0..<classes {
      let first = columns[a]
      for b in a..<classes {
        let curvature = a == b ? first * (1 - first) : -(first * columns[b])
        let block = transposed.matmul(design * (curvature * costs))
        blocks[a][b] = a == b ? block + Tensor(penalty).diagonalMatrix() : block
        blocks[b][a] = blocks[a][b]!.transposed(0, 1)
      }
    }
    let rows = blocks.map { Tensor.concatenated($0.map { $0! }, axis: 1) }
    return Tensor.concatenated(rows, axis: 0)
  }
}
