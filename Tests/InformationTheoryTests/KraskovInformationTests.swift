import Foundation
import InformationTheory
import Testing

@Suite struct KraskovInformationTests {
  /// x = g0, y = .6 g0 + .8 g1, exactly .223143551 nats.
  @Test(arguments: [
    (KraskovInformation(neighbours: 3), 0.204827418), (KraskovInformation(neighbours: 5), 0.218792156),
    (KraskovInformation(neighbours: 3, algorithm: .second), 0.187715102),
  ]) func correlatedNormals(_ estimator: KraskovInformation, _ expected: Double) throws {
    let g = TestGenerator.normalColumns()
    #expect(abs(g[0][0] - 0.882248906) < 1e-9 && abs(g[1][0] + 0.450849876) < 1e-9)
    let (x, y) = try (Points(g[0]), Points(zip(g[0], g[1]).map { 0.6 * $0 + 0.8 * $1 }))
    let found = try estimator.mutualInformation(x, y, unit: .nats)
    #expect(abs(found - expected) < 1e-9, "\(found)")
    #expect(abs(try estimator.mutualInformation(y, x, unit: .nats) - found) < 1e-12)
    #expect(abs(try estimator.mutualInformation(x, y, unit: .bits) - found / log(2)) < 1e-12)
  }

  @Test func independentIsNotClipped() throws {
    let g = TestGenerator.normalColumns()
    let found = try KraskovInformation().mutualInformation(Points(g[0]), Points(g[1]), unit: .nats)
    #expect(abs(found + 0.017658076) < 1e-9, "\(found)")
  }

  @Test func scikitLearn() throws {
    let golden = try ContinuousGoldens.load()
    for (k, expected) in golden.ksg1 {
      let found = try KraskovInformation(neighbours: Int(k)!)
        .mutualInformation(Points(golden.x), Points(golden.y), unit: .nats)
      #expect(abs(found - expected) < 1e-12)
    }
    for (k, expected) in golden.conditional {
      let found = try KraskovInformation(neighbours: Int(k)!)
        .mutualInformation(Points(golden.x), Points(golden.y), given: Points(golden.z, width: 2), unit: .nats)
      #expect(abs(found - expected) < 1e-12)
    }
  }

  /// Against all pairs of distances, with several columns, ties and both estimators.
  @Test(arguments: 1...3, [false, true]) func naive(_ width: Int, _ isRounded: Bool) throws {
    var generator = TestGenerator(seed: UInt64(width))
    func columns(_ count: Int) -> [Double] {
      (0..<count).map { _ in isRounded ? (generator.normal() * 4).rounded() / 4 : generator.normal() }
    }
    let n = 150
    let (x, y) = try (Points(columns(n * width), width: width), Points(columns(n * 2), width: 2))
    func distance(_ points: Points, _ i: Int, _ j: Int) -> Double {
      zip(points[i], points[j]).map { abs($0 - $1) }.max()!
    }
    func digamma(_ n: Int) -> Double { (1..<max(n, 1)).reduce(-0.5772156649015329) { $0 + 1 / Double($1) } }
    for k in [1, 4] {
      var mean = 0.0
      for i in 0..<n {
        let others = (0..<n).filter { $0 != i }
        let near = others.map { max(distance(x, i, $0), distance(y, i, $0)) }.sorted()
        let radius = near[k - 1]
        // Equal samples count as a discrete value does, the sample itself among them.
        mean -= digamma(radius > 0 ? k : near.count { $0 == 0 } + 1) / Double(n)
        for points in [x, y] {
          let inside = others.count { distance(points, i, $0) < radius || distance(points, i, $0) == 0 }
          mean += digamma(inside + 1) / Double(n)
        }
      }
      let found = try KraskovInformation(neighbours: k).mutualInformation(x, y, unit: .nats)
      #expect(abs(found - (digamma(n) - mean)) < 1e-12)
    }
    // Which of several equally near neighbours the second estimator takes is not defined.
    guard !isRounded else { return }
    var mean = 0.0
    for i in 0..<n {
      let others = (0..<n).filter { $0 != i }
      let near = others.sorted {
        max(distance(x, i, $0), distance(y, i, $0)) < max(distance(x, i, $1), distance(y, i, $1))
      }.prefix(4)
      for points in [x, y] {
        let radius = near.map { distance(points, i, $0) }.max()!
        mean += digamma(others.count { distance(points, i, $0) <= radius }) / Double(n)
      }
    }
    let found = try KraskovInformation(neighbours: 4, algorithm: .second).mutualInformation(x, y, unit: .nats)
    #expect(abs(found - (digamma(4) - 0.25 + digamma(n) - mean)) < 1e-12)
  }

  /// Normal variables have closed forms: h = ½ ln 2πe, I(X; Y | Z) and the co-information from correlations.
  @Test func closedForms() throws {
    let g = TestGenerator.normalColumns()
    let ksg = KraskovInformation(neighbours: 5)
    let h = 0.5 * log(2 * .pi * M_E)
    #expect(abs(try ksg.entropy(Points(g[0]), unit: .nats) - h) < 0.08)
    let plane = Points.joined([try Points(g[0]), try Points(g[1])])
    #expect(abs(try ksg.entropy(plane, unit: .nats) - 2 * h) < 0.12)
    // A sum: independent terms become dependent once it is known, I(X; Y | X + Y + W) = ½ ln 4/3.
    let sum = try Points(g[0].indices.map { g[0][$0] + g[1][$0] + g[2][$0] })
    let (x, y) = try (Points(g[0]), Points(g[1]))
    #expect(abs(try ksg.mutualInformation(x, y, given: sum, unit: .nats) - 0.5 * log(4.0 / 3)) < 0.05)
    #expect(try ksg.coInformation(x, y, sum, unit: .nats) < -0.08)
  }

  @Test func hostile() throws {
    let ramp = try Points((0..<50).map(Double.init))
    let constant = try Points([Double](repeating: 3, count: 50))
    for algorithm in KraskovInformation.Algorithm.allCases {
      let found = try KraskovInformation(algorithm: algorithm).mutualInformation(ramp, constant, unit: .bits)
      #expect(found == 0)
    }
    // Three values, each many times: the estimate is near the discrete one, ln 3.
    let steps = try Points((0..<300).map { Double($0 % 3) })
    #expect(abs(try KraskovInformation().mutualInformation(steps, steps, unit: .nats) - log(3)) < 0.02)
    #expect(abs(try KraskovInformation().mutualInformation(steps, steps, given: steps, unit: .nats)) < 0.02)
    let third = steps.values.map { Int($0) }
    #expect(abs(try RossInformation().mutualInformation(steps, labels: third, unit: .nats) - log(3)) < 0.02)
    #expect(
      abs(try RossInformation().mutualInformation(constant, labels: (0..<50).map { $0 % 2 }, unit: .nats)) < 1e-12)
    #expect(throws: SampleError("there are 2 samples; 3 neighbours need at least 4")) {
      try KraskovInformation().mutualInformation(Points([1, 2]), Points([1, 2]), unit: .nats)
    }
    #expect(throws: SampleError("variables have [2, 3] samples; expected equally many")) {
      try KraskovInformation().mutualInformation(Points([1, 2]), Points([1, 2, 3]), unit: .nats)
    }
    #expect(throws: SampleError("sample 1, number 0, is nan; expected a finite one")) { try Points([1, .nan]) }
    #expect(throws: SampleError("there are no samples")) { try Points([]) }
    #expect(throws: SampleError.self) { try KraskovInformation().entropy(constant, unit: .nats) }
  }
}

@Suite struct RossInformationTests {
  @Test func scikitLearn() throws {
    let golden = try ContinuousGoldens.load()
    for (k, expected) in golden.ross {
      let found = try RossInformation(neighbours: Int(k)!)
        .mutualInformation(Points(golden.x), labels: golden.classes, unit: .nats)
      #expect(abs(found - expected) < 1e-12)
    }
  }

  /// Two uniform intervals that overlap by half: I = ln 2 / 2.
  @Test func overlappingIntervals() throws {
    var generator = TestGenerator(seed: 3)
    let labels = (0..<4000).map { $0 % 2 }
    let x = try Points(labels.map { Double($0) * 0.5 + generator.uniform() })
    let found = try RossInformation().mutualInformation(x, labels: labels, unit: .nats)
    #expect(abs(found - log(2) / 2) < 0.02, "\(found)")
  }

  /// Labels that occur once are left out; one class alone carries nothing.
  @Test func rareLabels() throws {
    let golden = try ContinuousGoldens.load()
    let x = try Points(golden.x)
    let expected = try RossInformation().mutualInformation(x, labels: golden.classes, unit: .nats)
    let extended = try Points(golden.x + [0.5, -0.25])
    let found = try RossInformation().mutualInformation(extended, labels: golden.classes + [90, 91], unit: .nats)
    #expect(abs(found - expected) < 1e-12)
    #expect(
      abs(try RossInformation().mutualInformation(x, labels: golden.x.map { _ in 0 }, unit: .nats)) < 1e-12)
    #expect(throws: SampleError("no label occurs twice; expected one that does")) {
      try RossInformation().mutualInformation(Points([1, 2]), labels: ["a", "b"], unit: .nats)
    }
  }
}
