import Tensors
import Testing

@testable import Coordination

@Suite struct JointMomentsTests {
  /// Mean and scatter of all rows written out.
  private static func direct(_ views: [Tensor]) -> (mean: Tensor, scatter: Tensor) {
    let all = Tensor.concatenated(views.map { $0.to(.float64) }, axis: 1)
    let mean = all.mean(axes: [0])
    let centred = all - mean
    return (mean, centred.transposed(0, 1).matmul(centred))
  }

  /// Widths at and beside the borders of tiles, rows at and beside those of pieces.
  @Test(
    arguments: [[1], [2, 3], [7, 1], [8, 16], [24], [5, 20], [23, 26], [40, 1, 55]], [1, 2, 127, 128, 129, 700])
  func equalsTheDefinition(widths: [Int], rows: Int) {
    let views = widths.enumerated().map { view, width in
      samples(rows, width, seed: UInt64(view)) * 3 + 2
    }
    var moments = JointMoments(width: widths.reduce(0, +))
    moments.add(views)
    let (mean, scatter) = Self.direct(views)
    #expect(moments.count == rows)
    expectClose(Tensor(moments.mean), mean, tolerance: 1e-13)
    expectClose(moments.scatter, scatter, tolerance: 1e-13 * Double(rows) * 10)
  }

  /// Parts for several threads, batches one after the other, and rows of both number types side by side.
  @Test(arguments: [1, 2, 5]) func partsAndBatchesGiveTheSame(threads: Int) {
    let views = [samples(9001, 13, seed: 1), samples(9001, 30, seed: 2).to(.float32)]
    let (mean, scatter) = Self.direct(views)
    let before = Engine.threads
    Engine.threads = threads
    defer { Engine.threads = before }
    for pieces in [[0..<9001], [0..<1, 1..<8500, 8500..<8500, 8500..<9001]] {
      var moments = JointMoments(width: 43)
      for rows in pieces {
        moments.add(views.map { $0.narrow(axis: 0, start: rows.lowerBound, length: rows.count) })
      }
      #expect(moments.count == 9001)
      expectClose(Tensor(moments.mean), mean, tolerance: 1e-13)
      expectClose(moments.scatter, scatter, tolerance: 1e-9)
    }
  }

  /// Rounding of values far from 0 is all that is lost, also where the mean drifts or leaps.
  @Test(arguments: [1e3, 1e6, 1e9]) func largeMeansLoseNoDigits(offset: Double) {
    let rows = 6000
    let drift = Tensor((0..<rows).map { Double($0) / 1000 + ($0 < 70 ? 40 : 0) }).unsqueezed(1)
    let x = samples(rows, 9, seed: 3) + drift
    // What remains of x once it was moved there: moving back is exact.
    let moved = x + offset
    let seen = moved - offset
    var moments = JointMoments(width: 9)
    moments.add([moved])
    let (mean, scatter) = Self.direct([seen])
    expectClose(Tensor(moments.mean) - offset, mean, tolerance: 1e-15 * offset + 1e-13)
    let scale = scatter.diagonal().sqrt()
    expectClose(
      moments.scatter / scale.unsqueezed(1) / scale, scatter / scale.unsqueezed(1) / scale,
      tolerance: 1e-16 * offset + 1e-13)
  }

  @Test func copiesAreTheirOwn() throws {
    var moments = ViewMoments(widths: [2, 1])
    try moments.add([samples(10, 2, seed: 1), samples(10, 1, seed: 2)])
    let before = moments
    let expected = before.covariances[0][0].doubles
    try moments.add([samples(10, 2, seed: 3), samples(10, 1, seed: 4)])
    #expect(before.count == 10 && before.covariances[0][0].doubles == expected)
    #expect(moments.count == 20 && moments.covariances[0][0].doubles != expected)
  }
}
