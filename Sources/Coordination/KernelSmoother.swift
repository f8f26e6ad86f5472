import Tensors

/// S = K D⁻¹ K of a centred Gram matrix K, applied through the Cholesky factor of D's part that is not K.
///
/// K D⁻¹ K needs no inverse of K: for D = K (aK + bI) it is K (aK + bI)⁻¹, which holds for any rank of K.
struct KernelSmoother {
  let gram: Tensor
  private let factor: Tensor
  /// D is K (aK + bI), or (K + bI)².
  private let isSquare: Bool
  /// What singular values are divided by: n − 1 for shrinkage.
  let scale: Double

  init(_ gram: Tensor, _ regularisation: KernelCCA.Regularisation, view: Int) throws {
    let count = gram.shape[0]
    let (a, b): (Double, Double)
    switch regularisation {
    case .shrinkage(let part):
      guard part > 0, part <= 1 else {
        throw UsageError("shrinkage of a kernel CCA is \(part); expected above 0 to 1, else every correlation is 1")
      }
      (a, b, isSquare, scale) = ((1 - part) / Double(count - 1), part, false, Double(count - 1))
    case .ridge(let ridge):
      (a, b, isSquare, scale) = (1, ridge, false, 1)
    case .square(let ridge):
      (a, b, isSquare, scale) = (1, Double(count) * ridge / 2, true, 1)
    }
    guard b > 0, b.isFinite else {
      throw UsageError("regularisation of a kernel CCA is \(b); expected above 0, else every correlation is 1")
    }
    self.gram = gram
    // In float64 the factorisation carries a condition number of 10¹³, no more.
    let matrix = gram * a
    matrix.diagonal().add_(Tensor.full([count], b, dtype: .float64))
    guard b > 1e-13 * a * gram.diagonal().abs().max().item() * Double(count), let factor = matrix.choleskyIfPositive()
    else {
      throw InputError(
        at: "view \(view + 1)",
        "its kernel is not positive semi-definite, or the regularisation is too small for it; choose a larger one")
    }
    self.factor = factor
  }

  /// γ with K γ = S v: the coefficients of the smoothed function.
  func coefficients(_ values: Tensor) -> Tensor {
    let once = factor.choleskySolve(values)
    return isSquare ? factor.choleskySolve(gram.matmul(once)) : once
  }

  /// S v.
  func callAsFunction(_ values: Tensor) -> Tensor { gram.matmul(coefficients(values)) }
}

/// How the leading eigenvectors of S_x S_y are found; the answer is the same.
public enum KernelCCASolver: String, CaseIterable, Sendable, Codable {
  /// Dense up to 256 samples or where many components are asked for, else iterative.
  case automatic
  /// All singular values of a matrix `[n, n]`.
  case dense
  /// Block Lanczos iterations with full orthogonalisation (Golub & Underwood, 1977), until residuals are at rounding level.
  case iterative

  /// Singular values, and coefficients of each view with αᵀDα = 1.
  func solve(
    _ x: KernelSmoother, _ y: KernelSmoother, components: Int
  ) -> (values: [Double], coefficients: [Tensor]) {
    let count = x.gram.shape[0]
    let dense = self == .dense || self == .automatic && (count <= 256 || components > count / 16)
    // f with S_x S_y f = ρ² f, self-adjoint in the inner product of S_y.
    let pairs = dense ? Self.complete(x, y, components) : Self.krylov(x, y, components)
    // y's smoothed f is K_y β; x's smoothed g is K_x α again.
    let g = y(pairs.vectors)
    let beta = y.coefficients(pairs.vectors)
    let alpha = x.coefficients(g)
    // αᵀ D α = (K α)ᵀ D-weighted: α = D⁻¹ K g gives αᵀ D α = gᵀ K D⁻¹ K g = gᵀ S g.
    func normalised(_ coefficients: Tensor, _ before: Tensor, _ after: Tensor) -> Tensor {
      coefficients / (before * after).sum(axes: [0]).clamped(min: 1e-300).sqrt()
    }
    return (
      pairs.values.map { max(0, $0).squareRoot() / (x.scale * y.scale).squareRoot() },
      [normalised(alpha, g, x(g)), normalised(beta, pairs.vectors, g)]
    )
  }

  /// By the symmetric eigenproblem of S_y^(1/2) S_x S_y^(1/2).
  private static func complete(
    _ x: KernelSmoother, _ y: KernelSmoother, _ components: Int
  ) -> (values: [Double], vectors: Tensor) {
    let identity = Tensor.eye(x.gram.shape[0], dtype: .float64)
    let (sx, sy) = (x(identity), y(identity))
    let (values, vectors) = ((sy + sy.transposed(0, 1)) * 0.5).eigh()
    let root = vectors * values.clamped(min: 0).sqrt()
    let product = root.transposed(0, 1).matmul((sx + sx.transposed(0, 1)) * 0.5).matmul(root)
    let (squares, directions) = ((product + product.transposed(0, 1)) * 0.5).eigh()
    let count = squares.count
    let top = directions.narrow(axis: 1, start: count - components, length: components).flipped([1])
    // With S_y = RRᵀ, f = S_x R d has S_x S_y f = ρ² f where Rᵀ S_x R d = ρ² d.
    return (Array(squares.doubles.reversed().prefix(components)), sx.matmul(root.matmul(top)))
  }

  private static func krylov(
    _ x: KernelSmoother, _ y: KernelSmoother, _ components: Int
  ) -> (values: [Double], vectors: Tensor) {
    let count = x.gram.shape[0]
    let block = min(count / 4, components + 4)
    // Any start leads to the same answer; this one is the same every time.
    var next = x(Tensor.randn([count, block], dtype: .float64, generator: Generator(seed: 20_021)))
    var basis: [Tensor] = []
    var images: [Tensor] = []
    var moved: [Tensor] = []
    while true {
      var image = y(next)
      let before = (next * image).sum().item()
      for _ in 0..<2 where !basis.isEmpty {
        let (v, w) = (Tensor.concatenated(basis, axis: 1), Tensor.concatenated(images, axis: 1))
        let inside = w.transposed(0, 1).matmul(next)
        next = next - v.matmul(inside)
        image = image - w.matmul(inside)
      }
      // Orthonormal in the inner product of S_y; directions that are exhausted fall away.
      let square = next.transposed(0, 1).matmul(image)
      let (values, vectors) = ((square + square.transposed(0, 1)) * 0.5).eigh()
      let spectrum = values.doubles
      // What is left of a block that lies in the basis is rounding error, whose squares are below 1e-26 of it.
      let least = max(1e-13 * max(spectrum.last ?? 0, 1e-300), 1e-26 * before)
      let first = spectrum.firstIndex { $0 > least } ?? spectrum.count
      let size = basis.reduce(0) { $0 + $1.shape[1] }
      if first < spectrum.count {
        let kept = spectrum.count - first
        let turn =
          vectors.narrow(axis: 1, start: first, length: kept)
          * values.narrow(axis: 0, start: first, length: kept).rsqrt()
        basis.append(next.matmul(turn))
        images.append(image.matmul(turn))
        moved.append(x(images.last!))
      }
      let v = Tensor.concatenated(basis, axis: 1)
      let w = Tensor.concatenated(images, axis: 1)
      let t = Tensor.concatenated(moved, axis: 1)
      let projected = w.transposed(0, 1).matmul(t)
      let (squares, directions) = ((projected + projected.transposed(0, 1)) * 0.5).eigh()
      let width = squares.count
      let wanted = min(components, width)
      let top = directions.narrow(axis: 1, start: width - wanted, length: wanted).flipped([1])
      let eigenvalues = squares.doubles.reversed().prefix(wanted).map { $0 }
      let residual = t.matmul(top) - v.matmul(top) * Tensor(eigenvalues)
      let scale = max(eigenvalues.first ?? 0, 1e-300) * v.matmul(top).norm(axes: [0]).max().item()
      let isDone = residual.norm(axes: [0]).max().item() <= 1e-11 * scale && wanted == components
      if isDone || size >= count / 2 || first == spectrum.count || width >= count {
        if isDone || first == spectrum.count { return (eigenvalues, v.matmul(top)) }
        return complete(x, y, components)
      }
      next = moved.last!
    }
  }
}
