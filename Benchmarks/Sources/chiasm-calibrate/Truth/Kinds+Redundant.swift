import Foundation
import Modalities

extension Kind {
  /// Targets about which one modality says everything: y and b are independent given a.
  static let redundant: [Kind] = [
    Kind(
      name: "copy", truth: .redundant, about: "b is a; y = sign(a₀a₁), 5 % flipped", population: copies(),
      measuresCoverage: true),
    Kind(
      name: "copy-one-seed", truth: .redundant, about: "as copy, one seed", population: copies(), seeds: 1),
    Kind(
      name: "copy-five-seeds", truth: .redundant, about: "as copy, five seeds", population: copies(), seeds: 5),
    Kind(
      name: "copy-three", truth: .redundant, about: "as copy, and c is noise", population: copies(noise: 1)),
    Kind(
      name: "redundancy-linear", truth: .redundant, about: "b is a rotation of a",
      population: .twoClasses { structure in
        let rotation = (0..<8).map { _ in Population.normals(8, &structure).map { $0 / 8.0.squareRoot() } }
        return { random, _ in
          let a = Population.normals(8, &random)
          return ([a, rotation.map { dot($0, a) }], a[0] + 0.7 * random.normal() > 0)
        }
      }),
    Kind(
      name: "redundancy-nonlinear", truth: .redundant, about: "b is a bent combination of a",
      population: .twoClasses { structure in
        let weights = (0..<8).map { _ in Population.normals(8, &structure) }
        return { random, _ in
          let a = Population.normals(8, &random)
          return ([a, weights.map { tanh(dot($0, a)) }], a[0] + 0.7 * random.normal() > 0)
        }
      }),
    Kind(
      name: "noisy-function", truth: .redundant, about: "b is a under noise as strong as a",
      population: .twoClasses { random in
        let a = Population.normals(8, &random)
        let b = a.map { $0 + random.normal() }
        return ([a, b], a[0] + 0.7 * random.normal() > 0)
      }, measuresCoverage: true),
    Kind(
      name: "imbalance-null", truth: .redundant, about: "10 % positives, balanced accuracy; b is noise",
      population: .twoClasses(metric: "balancedAccuracy") { random in
        let (a, b) = (Population.normals(8, &random), Population.normals(8, &random))
        return ([a, b], a[0] + 0.5 * random.normal() > 1.28 * 1.25.squareRoot())
      }),
    Kind(
      name: "groups-null", truth: .redundant,
      about: "groups of ten with effects on the target; b tells groups apart",
      population: .twoClasses(groupSize: 10) { _ in
        { random, shared in
          let a = Population.normals(8, &random)
          let b = (0..<8).map { ($0 < 5 ? 1.5 * shared[$0 + 1] : 0) + 0.5 * random.normal() }
          return ([a, b], a[0] + shared[0] + 0.5 * random.normal() > 0)
        }
      }, measuresCoverage: true),
    Kind(
      name: "offsets", truth: .redundant, about: "a number about 1.7e9, features about 1e4, MAE; b is noise",
      population: .regression(metric: "mae") { random in
        let (a, b) = (Population.normals(8, &random), Population.normals(8, &random))
        return ([a.map { 1e4 + $0 }, b.map { 1e4 + $0 }], 1.7e9 + a[0] + 0.7 * random.normal())
      }),
    Kind(
      name: "enough", truth: .enough, about: "b is a under noise, 5000 test samples",
      population: .twoClasses { random in
        let a = Population.normals(4, &random)
        let b = a.map { $0 + 2 * random.normal() }
        return ([a, b], a[0] + 0.3 * random.normal() > 0)
      }, sizes: [2000, 500, 5000]),
    Kind(
      name: "bits", truth: .dependent, about: "categories, a random table of 4 × 4 × 2 cells",
      population: .twoClasses { structure in
        let cells = randomTable(&structure)
        return { random, _ in
          var left = random.uniform()
          let cell = cells.firstIndex { probability in
            left -= probability
            return left < 0
          }
          let index = cell ?? cells.count - 1
          return ([oneHot(index / 8, 4), oneHot(index / 2 % 4, 4)], index % 2 == 1)
        }
      }, table: KnownTable(shape: [4, 4, 2]) { randomTable(&$0) }),
  ]

  private static func copies(noise: Int = 0) -> Population {
    .twoClasses(modalities: 2 + noise) { random in
      let a = Population.normals(4, &random)
      let isFlipped = random.uniform() < 0.05
      return ([a, a] + (0..<noise).map { _ in Population.normals(4, &random) }, (a[0] * a[1] > 0) != isFlipped)
    }
  }

  /// Probabilities of the cells of a 4 × 4 × 2 table, the target last: squares of normal numbers.
  private static func randomTable(_ random: inout SplitMix64) -> [Double] {
    let weights = Population.normals(32, &random).map { $0 * $0 }
    let sum = weights.reduce(0, +)
    return weights.map { $0 / sum }
  }

  static func dot(_ first: [Double], _ second: [Double]) -> Double { zip(first, second).reduce(0) { $0 + $1.0 * $1.1 } }
}
