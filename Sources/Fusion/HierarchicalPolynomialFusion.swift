public import Encoders
import Layers
public import Tensors

/// Fuses polynomially, first neighbouring modalities within short windows of time, then their results, up to the whole
/// (hierarchical polynomial fusion network, Hou et al., 2019, section 3.2).
///
/// A grid has W windows of time (each sequence's real steps cut into W equal parts, averaged) and a column for each
/// modality. A level replaces every two windows and two columns that lie side by side by the `PolynomialTensorPooling` of
/// their four cells, until one cell is left: windows halve, columns become one fewer, or half as many where there are
/// more than three. A column's pooling is shared by all windows. A degree P at each of L levels makes a polynomial of
/// degree P^L.
///
/// A vector is the same in every window. An absent modality's cells are zero.
public struct HierarchicalPolynomialFusion: SequenceFusion {
  public let outputSize: Int
  public let widths: [Int]
  /// W.
  let windows: Int
  /// For each level, the pooling of each column.
  let levels: [[PolynomialTensorPooling]]
  /// For each level, the columns below that each column reads.
  private let columns: [[Range<Int>]]

  /// - Parameters:
  ///   - widths: width of a step of each modality.
  ///   - windows: W, a power of two.
  ///   - order: P of every pooling.
  ///   - rank: R of the weights' factors.
  ///   - weights: how the weights are factorised.
  ///   - output: width of every cell above the inputs, and of the representation.
  public init(
    widths: [Int], windows: Int = 4, order: Int = 2, rank: Int = 8, weights: PolynomialTensorPooling.Weights = .cp,
    output: Int = 32, generator: Generator
  ) {
    precondition(windows > 0 && windows.nonzeroBitCount == 1, "windows halve up to one, so \(windows) will not do")
    self.widths = widths
    self.windows = windows
    outputSize = output
    var (levels, columns): ([[PolynomialTensorPooling]], [[Range<Int>]]) = ([], [])
    var (cells, left) = (widths, windows)
    repeat {
      let groups = Self.groups(of: cells.count)
      let joined = min(left, 2)
      levels.append(
        groups.map { group in
          PolynomialTensorPooling(
            width: joined * cells[group].reduce(0, +), order: order, rank: rank, weights: weights, output: output,
            generator: generator)
        })
      columns.append(groups)
      cells = groups.map { _ in output }
      left /= joined
    } while cells.count > 1 || left > 1
    self.levels = levels
    self.columns = columns
  }

  /// The columns that are pooled together: overlapping pairs of two or three, else pairs, the last taking an odd one along.
  static func groups(of count: Int) -> [Range<Int>] {
    guard count > 1 else { return [0..<1] }
    guard count > 3 else { return (1..<count).map { $0 - 1..<$0 + 1 } }
    let pairs = count / 2
    return (0..<pairs).map { 2 * $0..<($0 == pairs - 1 ? count : 2 * $0 + 2) }
  }

  public func callAsFunction(_ inputs: [Steps]) -> Tensor {
    var cells = inputs.map { $0.resampled(to: windows) }  // each [B, W, D_m]
    for (poolings, groups) in zip(levels, columns) {
      cells = zip(poolings, groups).map { pooling, group in
        let row = Tensor.concatenated(Array(cells[group]), axis: 2)
        let (left, width) = (row.shape[1], row.shape[2])
        let joined = Swift.min(left, 2)
        return pooling(row.reshaped([-1, left / joined, joined * width]))
      }
    }
    return cells[0].squeezed(1)
  }
}

extension FusionRegistry {
  static let hpfn = FusionDescription(
    "hpfn", summary: "polynomials of neighbouring modalities in windows of time, then of their results",
    paper: "Hou et al., 2019, Deep Multimodal Multilinear Fusion with High-order Polynomial Pooling",
    options: [
      MethodOption("order", default: 2, in: 1...16, help: "degree of the polynomial of each level"),
      MethodOption("windows", default: 4, in: 1...256, help: "windows that sequences are cut into: 1, 2, 4, … 256"),
    ] + polynomialOptions,
    readsSteps: true, adds: { try $0.integer("order") == 1 ? .logits : nil }
  ) { request, values, generator in
    let windows = try values.integer("windows")
    guard windows.nonzeroBitCount == 1 else {
      throw UsageError("method hpfn: option windows is \"\(windows)\"; expected a power of two up to 256")
    }
    return HierarchicalPolynomialFusion(
      widths: request.widths, windows: windows, order: try values.integer("order"),
      rank: try values.integer("rank"),
      weights: try values.choice("weights", as: PolynomialTensorPooling.Weights.self),
      output: try values.integer("output"), generator: generator)
  }
}
