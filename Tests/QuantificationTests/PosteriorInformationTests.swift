import Foundation
import InformationTheory
import Quantification
import Tensors
import Testing

@Suite struct PosteriorInformationTests {
  /// Classifiers that know P itself: the parts are those of P.
  @Test(arguments: [
    // x1, x2, y of equally frequent samples: copy, exclusive or, and.
    ([[0, 0, 0], [1, 1, 1]], [1.0, 0, 0, 0]), ([[0, 0, 0], [0, 1, 1], [1, 0, 1], [1, 1, 0]], [0, 0, 0, 1]),
    ([[0, 0, 0], [0, 1, 0], [1, 0, 0], [1, 1, 1]], [0.311278124, 0, 0, 0.5]),
    ([[0, 0, 0], [0, 1, 0], [1, 0, 1], [1, 1, 1]], [0, 1, 0, 0]),
  ]) func knownPosteriorsGiveThePartsOfTheTable(states: [[Int]], expected: [Double]) throws {
    let samples = (0..<2000).map { states[$0 % states.count] }
    func probability(_ match: ([Int]) -> Bool) -> [Double] {
      let members = states.filter(match)
      return (0..<2).map { y in Double(members.count { $0[2] == y }) / Double(members.count) }
    }
    let labels = samples.map { $0[2] }
    let views: [([Int], [Int]) -> Bool] = [
      { $0[0] == $1[0] }, { $0[1] == $1[1] }, { $0[0] == $1[0] && $0[1] == $1[1] },
    ]
    let classifiers = try views.map { isAlike in
      let logits = Tensor(
        samples.flatMap { sample in probability { isAlike($0, sample) }.map { log(max($0, 1e-9)) } },
        shape: [samples.count, 2])
      return try CalibratedPosteriors(logits: logits, calibration: logits, labels: labels)
    }
    var information = PosteriorInformation(seed: 1)
    information.resamples = 20
    let found = try information.estimate(classifiers, labels: labels, unit: .bits)
    let parts = [found.redundancy, found.unique1, found.unique2, found.synergy].map(\.value)
    for (part, truth) in zip(parts, expected) { #expect(abs(part - truth) < 5e-3, "\(parts)") }
    #expect(abs(found.entropy - (expected[0] == 0.311278124 ? 0.811278124 : 1)) < 1e-9)
    #expect(found.regimeSupport == 1)
  }

  /// Too sure by a factor: the temperature takes it back.
  @Test func calibration() throws {
    let generator = Generator(seed: 4)
    let logits = Tensor.randn([4000, 2], dtype: .float64, generator: generator) * 2
    let chances = logits.softmax(axis: 1).narrow(axis: 1, start: 1, length: 1).doubles
    let draws = Tensor.rand([4000], dtype: .float64, generator: generator).doubles
    let labels = zip(chances, draws).map { $1 < $0 ? 1 : 0 }
    let found = try CalibratedPosteriors(logits: logits * 3, calibration: logits * 3, labels: labels)
    #expect(abs(found.temperature - 3) < 0.4)
    #expect(found.rows.count == 4000 && found.rows.allSatisfy { abs($0[0] + $0[1] - 1) < 1e-12 })
  }

  @Test func hostile() throws {
    let logits = Tensor.zeros([30, 2])
    let labels = (0..<30).map { $0 % 2 }
    let know = try CalibratedPosteriors(logits: logits, calibration: logits, labels: labels)
    let nothing = try PosteriorInformation().estimate([know, know, know], labels: labels, unit: .bits)
    #expect(nothing.regime == .nothing && abs(nothing.synergy.value) < 1e-6)
    #expect(throws: SampleError("all held-out samples have one label; there is nothing to tell apart")) {
      try PosteriorInformation().estimate([know, know, know], labels: labels.map { _ in 0 }, unit: .bits)
    }
    #expect(throws: SampleError("a classifier answers with a number that is not finite")) {
      try CalibratedPosteriors(logits: logits + Double.nan, calibration: logits, labels: labels)
    }
    let two = try CalibratedPosteriors(logits: logits[0..<2], calibration: logits, labels: labels)
    #expect(throws: SampleError("there are 2 held-out samples; expected at least 20")) {
      try PosteriorInformation().estimate([two, two, two], labels: [0, 1], unit: .bits)
    }
  }

  @Test func resamplesOfLargeTablesAreFewer() {
    let information = PosteriorInformation()
    #expect(information.affordableResamples(classes: 2) == 100)
    #expect((10..<100).contains(information.affordableResamples(classes: 40)))
  }
}
