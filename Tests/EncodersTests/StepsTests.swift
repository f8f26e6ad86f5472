import Encoders
import Modalities
import Tensors
import Testing

@Suite struct StepsTests {
  /// Four samples with 5, 3, 1 and 0 real steps of two features; garbage behind.
  let steps = Steps(
    normal([4, 5, 2], seed: 1), mask: Tensor([5, 3, 1, 0].flatMap { n in (0..<5).map { $0 < n } }, shape: [4, 5]))

  @Test func packingLosesNothing() {
    let packed = steps.packed
    #expect(packed.shape == [4, 5, 3])
    let again = Steps(packed: packed)
    #expect(again.values.floats == steps.values.floats && again.mask.floats == steps.mask.floats)
    #expect(steps.lengths.floats == [5, 3, 1, 0])
    #expect(steps.values[1][3...].abs().sum().item() == 0)
  }

  @Test func meanIsOverRealSteps() {
    let values = steps.values
    expectClose(steps.mean[0], values[0].mean(axes: [0]), tolerance: 1e-6)
    expectClose(steps.mean[1], values[1][0..<3].mean(axes: [0]), tolerance: 1e-6)
    #expect(steps.mean[3].floats == [0, 0])
  }

  /// The sequence as a function of time, constant within a step, averaged over each new step by fine sampling.
  @Test(arguments: [1, 2, 3, 4, 5, 7]) func resamplingAveragesOverTime(count: Int) {
    let resampled = steps.resampled(to: count)
    #expect(resampled.shape == [4, count, 2])
    for (sample, length) in [5, 3, 1].enumerated() {
      let values = steps.values[sample]
      let fine = 2 * 3 * 4 * 5 * 7
      for step in 0..<count {
        var sum = [0.0, 0.0]
        for tick in 0..<fine {
          let time = (Double(step) + (Double(tick) + 0.5) / Double(fine)) / Double(count)
          let here = values[Int(time * Double(length))].doubles
          for feature in 0..<2 { sum[feature] += here[feature] / Double(fine) }
        }
        expectClose(resampled[sample][step], Tensor(sum, shape: [2]), tolerance: 1e-5)
      }
    }
    #expect(resampled[3].abs().sum().item() == 0)
  }

  /// Onto steps of the same lengths nothing changes; onto others, sample by sample what resampling to that length gives.
  @Test func aligning() {
    expectClose(steps.aligned(to: steps), steps.values, tolerance: 1e-6)
    let lengths = [2, 4, 3, 1]
    let other = Steps(
      normal([4, 4, 1]), mask: Tensor(lengths.flatMap { n in (0..<4).map { $0 < n } }, shape: [4, 4]))
    let aligned = steps.aligned(to: other)
    for (sample, length) in lengths.enumerated() {
      let expected = steps.resampled(to: length)[sample]
      expectClose(aligned[sample][0..<length], expected, tolerance: 1e-6)
      if length < 4 { #expect(aligned[sample][length...].abs().sum().item() == 0) }
    }
  }
}
