import Foundation
import Modalities

extension Kind {
  /// Targets of which the modalities say more together than the best of them alone.
  ///
  /// How strong the second modality is was chosen with pilots so that the gain is about twice the median half-width of its
  /// interval; the table says what it came to.
  static let gains: [Kind] = [
    Kind(
      name: "additive", truth: .additive, about: "y = sign(a₀ + βb₀ + noise)", population: additive(strength: 0.85),
      measuresCoverage: true),
    Kind(
      name: "additive-one-seed", truth: .additive, about: "as additive, one seed", population: additive(strength: 0.85),
      seeds: 1),
    Kind(
      name: "additive-five-seeds", truth: .additive, about: "as additive, five seeds",
      population: additive(strength: 0.85), seeds: 5),
    Kind(
      name: "additive-three", truth: .additive, about: "y = sign(a₀ + βb₀ + βc₀ + noise)",
      population: additive(strength: 0.65, modalities: 3)),
    Kind(
      name: "additive-small", truth: .additive, about: "as additive, a gain of about 3 points",
      population: additive(strength: 0.45), measuresCoverage: true),
    Kind(
      name: "interacting", truth: .interacting, about: "y = sign(a₀ + βa₁b₁ + noise)",
      population: .twoClasses { random in
        let (a, b) = (Population.normals(4, &random), Population.normals(4, &random))
        return ([a, b], a[0] + 1.2 * a[1] * b[1] + 0.4 * random.normal() > 0)
      }, measuresCoverage: true),
    Kind(
      name: "imbalance-gain", truth: .additive, about: "10 % positives, balanced accuracy",
      population: .twoClasses(metric: "balancedAccuracy") { random in
        let (a, b) = (Population.normals(8, &random), Population.normals(8, &random))
        return ([a, b], a[0] + b[0] + 0.3 * random.normal() > 1.28 * 2.09.squareRoot())
      }, sizes: [600, 200, 300]),
    Kind(
      name: "groups-gain", truth: .additive, about: "groups of ten with effects on the target",
      population: .twoClasses(groupSize: 10) { _ in
        { random, shared in
          let (a, b) = (Population.normals(8, &random), Population.normals(8, &random))
          return ([a, b], a[0] + b[0] + 0.5 * shared[0] + 0.2 * random.normal() > 0)
        }
      }, measuresCoverage: true),
    Kind(
      name: "dependent", truth: .dependent, about: "a₀ and b₀ correlate by .8, y = sign(a₀ + b₀ + noise)",
      population: .twoClasses { random in
        let common = Population.normals(4, &random)
        func view(_ random: inout SplitMix64) -> [Double] {
          common.map { 0.8.squareRoot() * $0 + 0.2.squareRoot() * random.normal() }
        }
        let (a, b) = (view(&random), view(&random))
        return ([a, b], a[0] + b[0] + 0.7 * random.normal() > 0)
      }),
    Kind(
      name: "small-scales", truth: .additive, about: "a number of 1e-4, features of 1e-4, MAE",
      population: .regression(metric: "mae") { random in
        let (a, b) = (Population.normals(8, &random), Population.normals(8, &random))
        return ([a.map { 1e-4 * $0 }, b.map { 1e-4 * $0 }], 1e-4 * (a[0] + 0.6 * b[0] + 0.7 * random.normal()))
      }),
    Kind(
      name: "unit-scales", truth: .additive, about: "as small-scales in units of 1",
      population: .regression(metric: "mae") { random in
        let (a, b) = (Population.normals(8, &random), Population.normals(8, &random))
        return ([a, b], a[0] + 0.6 * b[0] + 0.7 * random.normal())
      }),
  ]

  private static func additive(strength: Double, modalities: Int = 2) -> Population {
    .twoClasses(modalities: modalities) { random in
      let values = (0..<modalities).map { _ in Population.normals(8, &random) }
      let others = values.dropFirst().reduce(0) { $0 + strength * $1[0] }
      return (values, values[0][0] + others + 0.5 * random.normal() > 0)
    }
  }
}
