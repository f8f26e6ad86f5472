import CKernels
import Foundation
public import Tensors

/// Compares series of different lengths by all ways to align them (Cuturi, 2011): the sum over alignments of the product of
/// κ(x_i, y_j) = g / (2 − g), g = exp(−‖x_i − y_j‖² / 2σ²), along each.
///
/// The kernel itself leaves the range of numbers for long series; `logarithms` holds for any length, and the normalised
/// kernel, K(x, y) / √(K(x, x) K(y, y)), is what is used.
public struct GlobalAlignmentKernel: Kernel, Hashable {
  /// The width of the Gaussian kernel of two steps.
  public let sigma: Double
  /// Whether every series has length 1 in feature space.
  public let isNormalised: Bool

  /// - Parameters:
  ///   - sigma: above 0.
  ///   - isNormalised: whether K(x, y) is divided by √(K(x, x) K(y, y)).
  public init(sigma: Double, isNormalised: Bool = true) {
    precondition(sigma > 0 && sigma.isFinite, "σ is \(sigma); a positive number expected")
    self.sigma = sigma
    self.isNormalised = isNormalised
  }

  /// A width for series of a data set: √(median length) times the median distance of two steps (Cuturi, 2011, section 5).
  ///
  /// - Parameters:
  ///   - series: `[T, width]` each.
  ///   - steps: most steps, spread evenly, whose distances are taken.
  public static func medianSigma(_ series: [Tensor], steps: Int = 1000) throws -> Double {
    guard !series.isEmpty else { throw InputError("no series; a median of distances needs at least 1") }
    let all = Tensor.concatenated(try series.map { try Self.steps($0) }, axis: 0)
    let stride = max(1, all.shape[0] / max(2, steps))
    let some = all.indexSelect(Tensor.arange(0, Double(all.shape[0]), step: Double(stride), dtype: .int64))
    let gamma = try VectorKernel.medianGamma(some)
    let lengths = series.map { $0.shape[0] }.sorted()
    let middle = Double(lengths[(lengths.count - 1) / 2] + lengths[lengths.count / 2]) / 2
    return (middle / (2 * gamma)).squareRoot()
  }

  /// - Parameters:
  ///   - a: series `[T, width]`, each of its own length of at least 1.
  ///   - b: other series.
  public func gram(_ a: [Tensor], _ b: [Tensor]) throws -> Tensor {
    let logarithms = try logarithms(a, b)
    guard isNormalised else { return try refusingOverflow(logarithms.exp()) }
    let left = Tensor(try selves(a)).unsqueezed(1)
    return (logarithms - (left + Tensor(try selves(b))) * 0.5).exp()
  }

  public func gram(_ a: [Tensor]) throws -> Tensor {
    let matrix = symmetric(try gram(a, a))
    if isNormalised { matrix.diagonal().fill_(1) }
    return matrix
  }

  public func diagonal(_ a: [Tensor]) throws -> Tensor {
    isNormalised ? .ones([a.count], dtype: .float64) : try refusingOverflow(Tensor(selves(a)).exp())
  }

  /// ln K of every series of `a` with every series of `b`, not normalised, `[a, b]`.
  public func logarithms(_ a: [Tensor], _ b: [Tensor]) throws -> Tensor {
    let left = try Flat(a)
    let right = try Flat(b)
    precondition(
      left.width == right.width || a.isEmpty || b.isEmpty, "series of widths \(left.width) and \(right.width)")
    let sigma = sigma
    return filling(a.count, columns: b.count, block: 1) { range, out in
      for (row, i) in range.enumerated() {
        for j in right.lengths.indices { out[row * right.lengths.count + j] = left.compare(i, right, j, sigma: sigma) }
      }
    }
  }

  private func selves(_ a: [Tensor]) throws -> [Double] {
    let flat = try Flat(a)
    let sigma = sigma
    return filling(a.count, columns: 1, block: 8) { range, out in
      for (row, i) in range.enumerated() { out[row] = flat.compare(i, flat, i, sigma: sigma) }
    }.doubles
  }

  private func refusingOverflow(_ matrix: Tensor) throws -> Tensor {
    guard matrix.count == 0 || matrix.isFinite().all().item() == 1 else {
      throw InputError("the global alignment kernel of series this long overflows; use the normalised one")
    }
    return matrix
  }

  private static func steps(_ series: Tensor) throws -> Tensor {
    let series = try rows(series, "series")
    guard series.shape[0] > 0 else { throw InputError("a series has no step; at least 1 expected") }
    return series
  }

  /// All series one after the other, for reading from several threads.
  private struct Flat: Sendable {
    var values: [Double] = []
    var starts: [Int] = []
    var lengths: [Int] = []
    var width = 0

    init(_ series: [Tensor]) throws {
      for one in series {
        let one = try steps(one)
        precondition(lengths.isEmpty || one.shape[1] == width, "series of widths \(width) and \(one.shape[1])")
        width = one.shape[1]
        starts.append(values.count)
        lengths.append(one.shape[0])
        values += one.doubles
      }
    }

    func compare(_ i: Int, _ other: Flat, _ j: Int, sigma: Double) -> Double {
      withUnsafeTemporaryAllocation(of: Double.self, capacity: 2 * (other.lengths[j] + 1)) { scratch in
        values.withUnsafeBufferPointer { a in
          other.values.withUnsafeBufferPointer { b in
            ck_global_alignment(
              a.baseAddress! + starts[i], b.baseAddress! + other.starts[j], lengths[i], other.lengths[j], width, sigma,
              scratch.baseAddress!)
          }
        }
      }
    }
  }
}
