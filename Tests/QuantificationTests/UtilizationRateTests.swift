import Quantification
import Tensors
import Testing

@Suite struct UtilizationRateTests {
  @Test func sharesOfAScoreAndOfAnError() throws {
    let score = try #require(UtilizationRate(["a", "b"], all: 0.8, without: [0.6, 0.8], higherIsBetter: true))
    #expect(abs(score.rates["a"]! - 0.25) < 1e-12 && score.rates["b"] == 0)
    #expect(abs(score.imbalance - 0.25) < 1e-12)
    let error = try #require(UtilizationRate(["a", "b"], all: 1, without: [4, 0.8], higherIsBetter: false))
    #expect(error.rates["a"] == 0.75 && abs(error.rates["b"]! + 0.25) < 1e-12)
  }

  @Test func nothingToDivideGivesNoRate() {
    #expect(UtilizationRate(["a"], all: 0, without: [0], higherIsBetter: true) == nil)
    #expect(UtilizationRate(["a"], all: 0.5, without: [.nan], higherIsBetter: true) == nil)
    #expect(UtilizationRate(["a"], all: 1, without: [0], higherIsBetter: false) == nil)
  }

  @Test func withheldModalitiesAreTheMeanOrAbsent() {
    let encoded = [Tensor([1.0, 3, 8], shape: [3, 1]), Tensor([10.0, 20, 30], shape: [3, 1])]
    let present = Tensor([true, true, false])
    let mean = UtilizationRate.mean(encoded[0], present: present)
    #expect(mean.doubles == [2] && UtilizationRate.mean(encoded[0], present: nil).doubles == [4])
    let replaced = UtilizationRate.withholding(0, of: encoded, present: nil, mean: mean)
    #expect(replaced.encoded[0].doubles == [2, 2, 2] && replaced.encoded[1].doubles == [10, 20, 30])
    #expect(replaced.present == nil)
    let both = Tensor.stacked([present, .ones([3], dtype: .bool)], axis: 1)
    let absent = UtilizationRate.withholding(1, of: encoded, present: both, mean: nil)
    #expect(absent.encoded[1].doubles == [10, 20, 30])
    #expect(absent.present!.to(.int64).integers == [1, 0, 1, 0, 0, 0])
    // Nobody has it: zeros, not NaN.
    #expect(UtilizationRate.mean(encoded[0], present: .zeros([3], dtype: .bool)).doubles == [0])
  }
}
