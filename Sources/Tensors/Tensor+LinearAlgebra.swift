import CTorch

extension Tensor {
  /// Matrix product over the last two axes; the others broadcast.
  public func matmul(_ other: Tensor) -> Tensor { binary(self, other, ct_matmul) }
  /// `[B, N, K] · [B, K, M]`.
  public func bmm(_ other: Tensor) -> Tensor { binary(self, other, ct_bmm) }
  public func outer(_ other: Tensor) -> Tensor { binary(self, other, ct_outer) }
  public func kronecker(_ other: Tensor) -> Tensor { binary(self, other, ct_kron) }
  /// Sums of products in Einstein's notation: `einsum("bi,ij->bj", [x, w])`.
  public static func einsum(_ equation: String, _ tensors: [Tensor]) -> Tensor {
    joined(tensors) { ct_einsum(equation, $0, $1, $2) }
  }
  /// `a·b + c`, in one call.
  public static func fusedMultiplyAdd(_ c: Tensor, _ a: Tensor, _ b: Tensor) -> Tensor {
    make(c, a, b) { out in withHandles([c, a, b]) { ct_addmm($0[0], $0[1], $0[2], out) } }
  }
  /// Reduced QR decomposition.
  public func qr() -> (q: Tensor, r: Tensor) { unaryPair(self) { ct_qr($0, $1, $2) } }
  /// Singular values in descending order: `self = u · diag(s) · vh`.
  public func svd(full: Bool = false) -> (u: Tensor, s: Tensor, vh: Tensor) {
    let parts = many(3, given: [self]) { ct_svd(handle.raw, full, $0, $0 + 1, $0 + 2) }
    return (parts[0]!, parts[1]!, parts[2]!)
  }
  /// Eigenvalues in ascending order and eigenvectors (columns) of a symmetric matrix.
  public func eigh() -> (values: Tensor, vectors: Tensor) { unaryPair(self) { ct_eigh($0, $1, $2) } }
  /// The lower Cholesky factor of a positive definite matrix.
  public func cholesky() -> Tensor { unary(self, ct_linalg_cholesky) }
  /// The lower Cholesky factor, nil where the matrix is not positive definite.
  public func choleskyIfPositive() -> Tensor? {
    var out: OpaquePointer?
    guard withExtendedLifetime(handle, { ct_linalg_cholesky(handle.raw, &out) }) == 0 else { return nil }
    return Tensor(owning: out!)
  }
  /// x with `self · x = b`.
  public func solve(_ b: Tensor) -> Tensor { binary(self, b, ct_linalg_solve) }
  /// x with `self · x = b` (or `x · self = b`, left false) for a triangular `self`.
  public func triangularSolve(_ b: Tensor, upper: Bool, left: Bool = true) -> Tensor {
    binary(self, b) { ct_triangular_solve($0, $1, upper, left, false, $2) }
  }
  /// x with `self · selfᵀ · x = b`, where `self` is a lower Cholesky factor.
  public func choleskySolve(_ b: Tensor) -> Tensor { binary(b, self) { ct_cholesky_solve($0, $1, $2) } }
  /// The least-squares solution of `self · x = b`, of least norm where the rank is deficient.
  public func leastSquares(_ b: Tensor) -> Tensor { binary(self, b, ct_lstsq) }
  public func inverse() -> Tensor { unary(self, ct_inverse) }
  public func pseudoInverse() -> Tensor { unary(self, ct_linalg_pinv) }
  public func determinant() -> Tensor { unary(self, ct_det) }
  public func logDeterminant() -> Tensor { unary(self, ct_logdet) }
  public func trace() -> Tensor { unary(self, ct_trace) }
  public func diagonal(offset: Int = 0, _ a: Int = -2, _ b: Int = -1) -> Tensor {
    unary(self) { ct_diagonal($0, offset, a, b, $1) }
  }
  /// Matrices with the last axis on the diagonal.
  public func diagonalMatrix() -> Tensor { unary(self, ct_diag_embed) }
  public func upperTriangle(_ diagonal: Int = 0) -> Tensor { unary(self) { ct_triu($0, diagonal, $1) } }
  public func lowerTriangle(_ diagonal: Int = 0) -> Tensor { unary(self) { ct_tril($0, diagonal, $1) } }
}
