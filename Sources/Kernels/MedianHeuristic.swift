public import Tensors

/// Which width follows from the median of the distances.
public enum MedianHeuristic: String, CaseIterable, Sendable, Codable {
  /// σ is the median distance: γ = 1 / (2 median²) (Garreau, Jitkrittum & Kanagawa, 2018).
  case distance
  /// γ is the inverse of the median squared distance, γ = 1 / median².
  case squaredDistance
}

extension VectorKernel {
  /// The width γ of a Gaussian kernel from the median Euclidean distance between different samples.
  ///
  /// Of an even number of distances the median is the mean of the middle two. Above `limit` samples as many are drawn.
  ///
  /// - Parameters:
  ///   - x: samples `[n, width]`.
  ///   - heuristic: what the width is made of the median.
  ///   - limit: most samples whose distances are taken.
  ///   - seed: of the drawing.
  /// - Throws: `InputError` where there are less than two samples, or more than half of the distances are 0.
  public static func medianGamma(
    _ x: Tensor, heuristic: MedianHeuristic = .distance, limit: Int = 2000, seed: UInt64 = 0
  ) throws -> Double {
    var x = try rows(x)
    if x.shape[0] > max(2, limit) {
      let order = Tensor.permutation(x.shape[0], generator: Generator(seed: seed))
      x = x.indexSelect(order.narrow(axis: 0, start: 0, length: max(2, limit)))
    }
    let count = x.shape[0]
    guard count > 1 else { throw InputError("\(count) samples; a median of distances needs at least 2") }
    let above = Tensor.ones([count, count], dtype: .bool).upperTriangle(1)
    // Square roots are taken before the median: the mean of two squares is not the square of their mean.
    let distances = squaredDistances(x, x).sqrt().maskedSelect(above)
    let median = distances.count % 2 == 1 ? distances.median().item() : middle(distances)
    guard median > 0 else {
      throw InputError("at least half of the samples are equal: the median distance is 0 and gives no kernel width")
    }
    return 1 / ((heuristic == .distance ? 2 : 1) * median * median)
  }

  /// The mean of the middle two.
  private static func middle(_ values: Tensor) -> Double {
    let half = values.topK(values.count / 2 + 1, largest: false).values
    return (half[values.count / 2].item() + half[values.count / 2 - 1].item()) / 2
  }
}
