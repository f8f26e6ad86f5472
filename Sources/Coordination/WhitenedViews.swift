import Tensors

/// Several views, each with weights under which its regularised covariance is the identity.
///
/// Covariances alone suffice where they are well conditioned; else, or where there are more columns than samples, the
/// samples themselves are decomposed, for forming a covariance squares the condition number.
struct WhitenedViews {
  /// Mean of each column, per view.
  let means: [Tensor]
  /// What columns are divided by, per view; 1 unless standardised.
  let scales: [Tensor]
  /// `[width, rank]`: Wᵀ Σ W = I with the regularised covariance Σ of the scaled view.
  let weights: [Tensor]
  let count: Int
  private let source: Source

  private enum Source {
    /// Scaled covariances of views a ≤ b.
    case covariances([[Tensor]])
    /// Centred and scaled samples.
    case samples([Tensor])
  }

  /// Dimensions that each view spans.
  var ranks: [Int] { weights.map { $0.shape[1] } }

  /// Whitens samples `[n, width]`.
  init(
    _ views: [Tensor], scaling: ViewScaling, regularisation: [ViewRegularisation], tolerance: Double?
  ) throws {
    try checkCounts(views)
    try Self.check(views.map { $0.shape[1] }, count: views.first?.shape[0] ?? 0, regularisation)
    let isExact = views.allSatisfy { $0.dtype == .float64 }
    let tolerance = tolerance ?? (isExact ? 1e-10 : 1e-6)
    // A covariance of more columns than samples costs more than it tells.
    if views.allSatisfy({ 2 * $0.shape[1] <= $0.shape[0] }) {
      var moments = ViewMoments(widths: views.map { $0.shape[1] })
      moments.gather(views)
      // Means tell whether every value was finite, in one pass over the samples less.
      if !moments.isFinite { try checkViews(views) }
      if let whitened = try Self(
        moments, scaling: scaling, regularisation: regularisation, tolerance: tolerance, isFinal: false)
      {
        self = whitened
        return
      }
    }
    try checkViews(views)
    let samples = views.map { $0.to(.float64) }
    let means = samples.map { $0.mean(axes: [0]) }
    var scales: [Tensor] = []
    var moved: [Tensor] = []
    for (view, mean) in zip(samples, means) {
      let centred = view - mean
      let deviation = centred.square().sum(axes: [0]).sqrt() * (1 / Double(view.shape[0] - 1).squareRoot())
      let varies = deviation .> mean.abs() * 1e-13
      let scale = Tensor.where(varies, deviation, deviation.onesLike())
      let used = scaling == .standardised ? scale : scale.onesLike()
      scales.append(used)
      moved.append(centred * varies.to(.float64) / used)
    }
    weights = try zip(moved, regularisation).enumerated().map { number, view in
      try Self.whitening(view.0, view.1, tolerance: tolerance, number: number)
    }
    self.means = means
    self.scales = scales
    count = samples[0].shape[0]
    source = .samples(moved)
  }

  /// Whitens what `moments` gathered.
  init(
    _ moments: ViewMoments, scaling: ViewScaling, regularisation: [ViewRegularisation], tolerance: Double?
  ) throws {
    let tolerance = tolerance ?? (moments.precision == .float64 ? 1e-6 : 1e-5)
    self = try Self(moments, scaling: scaling, regularisation: regularisation, tolerance: tolerance, isFinal: true)!
  }

  /// - Parameter isFinal: whether ill-conditioned covariances must do; else the result is nil for them.
  private init?(
    _ moments: ViewMoments, scaling: ViewScaling, regularisation: [ViewRegularisation], tolerance: Double,
    isFinal: Bool
  ) throws {
    try Self.check(moments.widths, count: moments.count, regularisation)
    let views = moments.widths.indices
    means = moments.means
    count = moments.count
    var covariances = moments.covariances
    var scales: [Tensor] = []
    var masks: [Tensor] = []
    for view in views {
      let deviation = covariances[view][view].diagonal().clamped(min: 0).sqrt()
      let varies = deviation .> means[view].abs() * 1e-13
      scales.append(
        scaling == .standardised ? Tensor.where(varies, deviation, deviation.onesLike()) : deviation.onesLike())
      masks.append(varies.to(.float64) / scales[view])
    }
    for a in views {
      for b in views where b >= a { covariances[a][b] = covariances[a][b] * masks[a].unsqueezed(1) * masks[b] }
    }
    var weights: [Tensor] = []
    for view in views {
      let covariance = covariances[view][view]
      if let whitening = Self.choleskyWhitening(covariance, regularisation[view]) {
        weights.append(whitening)
      } else if isFinal {
        weights.append(
          try Self.eigenWhitening(covariance, regularisation[view], tolerance: tolerance, number: view))
      } else {
        return nil
      }
    }
    self.scales = scales
    self.weights = weights
    source = .covariances(covariances)
  }

  /// Σ_ab · matrix, `[width a, columns]`.
  func covariance(_ a: Int, _ b: Int, times matrix: Tensor) -> Tensor {
    switch source {
    case .covariances(let all):
      return (a <= b ? all[a][b] : all[b][a].transposed(0, 1)).matmul(matrix)
    case .samples(let samples):
      return samples[a].transposed(0, 1).matmul(samples[b].matmul(matrix)) * (1 / Double(count - 1))
    }
  }

  /// The diagonal of Σ_aa.
  func variances(_ view: Int) -> Tensor {
    switch source {
    case .covariances(let all): return all[view][view].diagonal().clamped(min: 0)
    case .samples(let samples): return samples[view].square().sum(axes: [0]) * (1 / Double(count - 1))
    }
  }

  /// The covariance of whitened views, Wᵀ_a Σ_ab W_b.
  func crossCovariance(_ a: Int, _ b: Int) -> Tensor {
    weights[a].transposed(0, 1).matmul(covariance(a, b, times: weights[b]))
  }

  // MARK: Parts

  private static func check(_ widths: [Int], count: Int, _ regularisation: [ViewRegularisation]) throws {
    precondition(regularisation.count == widths.count, "\(regularisation.count) settings for \(widths.count) views")
    try regularisation.forEach { try $0.check() }
    guard widths.count >= 2 else { throw InputError("\(widths.count) view; at least 2 expected") }
    guard count >= 2 else { throw InputError("\(count) samples; at least 2 expected") }
    if let empty = widths.firstIndex(of: 0) {
      throw InputError(at: "view \(empty + 1)", "has no columns; at least 1 expected")
    }
  }

  private static func regularised(_ covariance: Tensor, _ regularisation: ViewRegularisation) -> Tensor {
    let (factor, added) = regularisation.parts
    guard added > 0 || factor != 1 else { return covariance }
    return covariance * factor + Tensor.eye(covariance.shape[0], dtype: .float64) * added
  }

  /// D L⁻ᵀ of the correlation D Σ D = LLᵀ; nil where columns depend nearly linearly on others.
  private static func choleskyWhitening(_ covariance: Tensor, _ regularisation: ViewRegularisation) -> Tensor? {
    let matrix = regularised(covariance, regularisation)
    let diagonal = matrix.diagonal()
    guard diagonal.min().item() > 0 else { return nil }
    let scale = diagonal.rsqrt()
    guard let lower = (matrix * scale.unsqueezed(1) * scale).choleskyIfPositive(),
      lower.diagonal().square().min().item() > 1e-8
    else { return nil }
    let identity = Tensor.eye(covariance.shape[0], dtype: .float64)
    return lower.triangularSolve(identity, upper: false).transposed(0, 1) * scale.unsqueezed(1)
  }

  /// Eigenvectors of the covariance over the roots of the regularised eigenvalues.
  private static func eigenWhitening(
    _ covariance: Tensor, _ regularisation: ViewRegularisation, tolerance: Double, number: Int
  ) throws -> Tensor {
    // Without regularisation scale means nothing, so directions are judged on columns of one scale.
    let free = regularisation.parts.added == 0
    let diagonal = covariance.diagonal()
    let scale =
      free ? Tensor.where(diagonal .> 0, diagonal.rsqrt(), diagonal.zerosLike()) : diagonal.onesLike()
    let (values, vectors) = (covariance * scale.unsqueezed(1) * scale).eigh()
    return try whitening(
      squares: values, directions: vectors, regularisation, tolerance: tolerance, number: number
    ) * scale.unsqueezed(1)
  }

  /// The same from centred samples by singular values.
  private static func whitening(
    _ samples: Tensor, _ regularisation: ViewRegularisation, tolerance: Double, number: Int
  ) throws -> Tensor {
    let free = regularisation.parts.added == 0
    let norms = samples.norm(axes: [0])
    let root = Double(samples.shape[0] - 1).squareRoot()
    let scale = free ? Tensor.where(norms .> 0, norms.reciprocal() * root, norms.zerosLike()) : norms.onesLike()
    let (_, values, directions) = (samples * scale * (1 / root)).svd()
    return try whitening(
      squares: values.square(), directions: directions.transposed(0, 1), regularisation, tolerance: tolerance,
      number: number) * scale.unsqueezed(1)
  }

  /// - Parameter tolerance: singular values up to this part of the largest are taken as 0.
  private static func whitening(
    squares: Tensor, directions: Tensor, _ regularisation: ViewRegularisation, tolerance: Double, number: Int
  ) throws -> Tensor {
    let spectrum = squares.doubles
    let largest = spectrum.max() ?? 0
    let kept = spectrum.indices.filter { spectrum[$0] > 0 && spectrum[$0] > tolerance * tolerance * largest }
    guard !kept.isEmpty else {
      throw InputError(at: "view \(number + 1)", "is constant: nothing in it can correlate with another view")
    }
    let (factor, added) = regularisation.parts
    let inverse = Tensor(kept.map { 1 / (factor * spectrum[$0] + added).squareRoot() })
    return directions.indexSelect(axis: 1, Tensor(kept)) * inverse
  }
}
