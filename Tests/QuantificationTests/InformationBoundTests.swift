import Foundation
import Quantification
import Tensors
import Testing

@Suite struct InformationBoundTests {
  private let values: [[Double]] = [[2, 0.5, -1], [0, 1.5, 0.3], [-0.7, 0.2, 1]]
  private var scores: Tensor { Tensor(values.flatMap { $0 }, shape: [3, 3]) }

  @Test func goldens() {
    #expect(abs(InformationBound.infoNCE(scores).item() - 0.714386795) < 1e-9)
    #expect(abs(InformationBound.nwj(scores).item() - 0.654961525) < 1e-9)
  }

  /// Every bound with either choice of negatives, written out.
  @Test(arguments: [InformationBound.Negatives.all, .offDiagonal]) func naive(_ negatives: InformationBound.Negatives) {
    let positive: Double = (values[0][0] + values[1][1] + values[2][2]) / 3
    let others: [Double] = (0..<9).filter { negatives == .all || $0 / 3 != $0 % 3 }.map { values[$0 / 3][$0 % 3] }
    func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
    let expected: [InformationBound: Double] = [
      .nwj: positive - mean(others.map { exp($0 - 1) }),
      .donskerVaradhan: positive - log(mean(others.map { exp($0) })), .club: positive - mean(others),
      .infoNCE: mean(values.enumerated().map { row, scores in scores[row] - log(mean(scores.map { exp($0) })) }),
    ]
    for (bound, value) in expected {
      #expect(abs(bound(scores, negatives: negatives).item() - value) < 1e-12, "\(bound)")
    }
  }

  /// A constant critic knows nothing; a perfect one of B pairs reaches ln B.
  @Test func extremes() {
    for bound in InformationBound.allCases where bound != .nwj {
      #expect(abs(bound(Tensor.ones([4, 4], dtype: .float64) * 3).item()) < 1e-12)
    }
    #expect(abs(InformationBound.infoNCE(Tensor.eye(4, dtype: .float64) * 200).item() - log(4)) < 1e-12)
    #expect(InformationBound.allCases.filter { $0.side == .conditionalUpper } == [.club])
    #expect(InformationBound.allCases.filter { $0.side == .lower } == [.infoNCE, .nwj])
  }

  /// Independent scores, of which the truth is 0: the mean over small batches of Donsker and Varadhan's value is above it,
  /// so that it is no lower bound.
  @Test func donskerVaradhanOfBatchesIsTooHigh() {
    let generator = Generator(seed: 1)
    let values = (0..<400).map { _ in
      // Log-normal weights with draws off the diagonal, as the bound has them.
      InformationBound.donskerVaradhan(
        Tensor.randn([4, 4], dtype: .float64, generator: generator) * 1.5, negatives: .offDiagonal
      ).item()
    }
    // ln E e^s of s ~ N(0, 1.5²) is 1.125: for exact means, 0 − 1.125.
    #expect(values.reduce(0, +) / 400 > -1.125 + 0.15)
  }
}
