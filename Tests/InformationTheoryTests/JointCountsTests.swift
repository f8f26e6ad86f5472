import Foundation
import InformationTheory
import Testing

@Suite struct JointCountsTests {
  @Test func infomeasure() throws {
    for golden in try InformationGoldens.load().samples {
      for estimator in JointCounts.Estimator.allCases {
        let counts = JointCounts(observing: [golden.x, golden.y, golden.z], estimator: estimator)
        let expected = estimator == .plugIn ? golden.plugIn : golden.millerMadow
        #expect(counts.total == golden.x.count)
        #expect(abs(counts.entropy([0], unit: .nats) - expected.entropyX) < 1e-12)
        #expect(abs(counts.mutualInformation([0], [1], unit: .nats) - expected.mutualXY) < 1e-12)
        #expect(abs(counts.mutualInformation([0], [1], given: [2], unit: .nats) - expected.mutualXYgivenZ) < 1e-12)
      }
    }
  }

  /// Plug-in estimates are the measures of the observed frequencies, whichever way the counts come.
  @Test func tablesAndObservationsAgree() throws {
    let shape = [2, 3, 2]
    let table = [3, 0, 1, 4, 0, 2, 5, 1, 0, 0, 7, 2]
    let cells = table.indices.flatMap { [Int](repeating: $0, count: table[$0]) }
    let labels = [cells.map { "\($0 / 6)" }, cells.map { "\($0 / 2 % 3)" }, cells.map { "\($0 % 2)" }]
    let joint = try JointDistribution(proportionalTo: table.map(Double.init), shape: shape)
    for variables in [[], [0], [1], [2], [0, 1], [0, 2], [1, 2], [0, 1, 2]] {
      for unit in InformationUnit.allCases {
        let expected = joint.entropy(variables, unit: unit)
        let fromTable = JointCounts(table: table, shape: shape, estimator: .plugIn)
        let fromLabels = JointCounts(observing: labels, estimator: .plugIn)
        #expect(abs(fromTable.entropy(variables, unit: unit) - expected) < 1e-12)
        #expect(abs(fromLabels.entropy(variables, unit: unit) - expected) < 1e-12)
      }
      let corrected = JointCounts(table: table, shape: shape, estimator: .millerMadow)
      let occupied = joint.marginal(variables).probabilities.count { $0 > 0 }
      #expect(
        abs(
          corrected.entropy(variables, unit: .nats) - joint.entropy(variables, unit: .nats)
            - Double(occupied - 1) / 50) < 1e-12)
    }
  }

  /// From 60 draws of 8 equal values the plug-in estimate is too low by close to 7/120 nats; the correction removes
  /// most of it.
  @Test func bias() {
    var state: UInt64 = 42
    func draw() -> Int {
      state &+= 0x9e37_79b9_7f4a_7c15
      var z = state
      z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
      z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
      return Int((z ^ (z >> 31)) >> 61)
    }
    let (repetitions, draws) = (2000, 60)
    var errors = [JointCounts.Estimator: Double]()
    for _ in 0..<repetitions {
      let column = (0..<draws).map { _ in draw() }
      for estimator in JointCounts.Estimator.allCases {
        let estimate = JointCounts(observing: [column], estimator: estimator).entropy([0], unit: .nats)
        errors[estimator, default: 0] += (estimate - log(8)) / Double(repetitions)
      }
    }
    #expect(abs(errors[.plugIn]! + 7.0 / 120) < 0.006, "\(errors)")
    #expect(abs(errors[.millerMadow]!) < 0.006, "\(errors)")
  }

  /// Many variables with many values: a table of 1000²⁰ cells would not fit any memory.
  @Test func manyVariables() {
    let columns = (0..<20).map { variable in (0..<1000).map { $0 * (variable + 1) % 1009 } }
    let counts = JointCounts(observing: columns, estimator: .plugIn)
    #expect(abs(counts.entropy(Array(0..<20), unit: .bits) - log2(1000)) < 1e-9)
    #expect(abs(counts.totalCorrelation(Array(0..<20), unit: .bits) - 19 * log2(1000)) < 1e-9)
  }
}
