import Foundation
import Modalities

extension Kind {
  /// Targets of which no modality says anything.
  static let noise: [Kind] = [
    coin("noise-accuracy", nil, yes: 0.5, "two classes, 50 %, accuracy"),
    coin("noise-skewed-accuracy", nil, yes: 0.25, "two classes, 75/25, accuracy"),
    coin("noise-skewed-f1", "macroF1", yes: 0.25, "two classes, 75/25, macro F1"),
    coin("noise-skewed-balanced", "balancedAccuracy", yes: 0.25, "two classes, 75/25, balanced accuracy"),
    coin("noise-rare-auroc", "auroc", yes: 0.05, "two classes, 5 % positives, AUROC"),
    Kind(
      name: "noise-three-f1", truth: .noise, about: "three classes, macro F1",
      population: Population(task: .classification, metric: "macroF1", classes: ["x", "y", "z"]) { _ in
        { random, _ in Population.Sample(values: values(&random), target: Double(random.next(below: 3))) }
      }),
    labels("noise-labels-f1", "microF1", "four labels of 40 %, micro F1"),
    labels("noise-labels-ap", "macroAveragePrecision", "four labels of 40 %, macro average precision"),
    Kind(
      name: "noise-mae", truth: .noise, about: "a number, MAE",
      population: .regression(metric: "mae") { random in (values(&random), random.normal()) }),
    Kind(
      name: "noise-r2", truth: .noise, about: "a number, R²",
      population: .regression(metric: "r2") { random in (values(&random), random.normal()) }),
    Kind(
      name: "noise-categories", truth: .noise, about: "categories, a table of 5 × 6 × 2 cells",
      population: .twoClasses { random in
        let (first, second) = (random.next(below: 5), random.next(below: 6))
        return ([oneHot(first, 5), oneHot(second, 6)], random.uniform() < 0.5)
      }, table: KnownTable(shape: [5, 6, 2]) { _ in [Double](repeating: 1 / 60, count: 60) }),
  ]

  private static func values(_ random: inout SplitMix64) -> [[Double]] {
    [Population.normals(8, &random), Population.normals(8, &random)]
  }

  private static func coin(_ name: String, _ metric: String?, yes: Double, _ about: String) -> Kind {
    Kind(
      name: name, truth: .noise, about: about,
      population: .twoClasses(metric: metric) { random in (values(&random), random.uniform() < yes) })
  }

  private static func labels(_ name: String, _ metric: String, _ about: String) -> Kind {
    Kind(
      name: name, truth: .noise, about: about,
      population: Population(task: .multilabel, metric: metric, classes: ["p", "q", "r", "s"]) { _ in
        { random, _ in
          Population.Sample(values: values(&random), labels: (0..<4).map { _ in random.uniform() < 0.4 })
        }
      })
  }

  static func oneHot(_ value: Int, _ count: Int) -> [Double] { (0..<count).map { $0 == value ? 1 : 0 } }
}
