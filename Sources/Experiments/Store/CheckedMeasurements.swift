public import Analyses
import Evaluation
import Models
public import Quantification
import Tensors

extension RobustnessResult: CheckedResult {
  public func check() throws {
    for (number, condition) in conditions.enumerated() {
      try within("conditions.\(number)") { try condition.check(metric) }
    }
  }
}

extension RobustnessResult.Condition {
  func check(_ metric: Metric) throws {
    try checkNames(modalities, at: "modalities")
    try expect(
      levels.count > 1 && levels[0] == 0 && zip(levels, levels.dropFirst()).allSatisfy(<), at: "levels",
      "\(levels); rising ones from 0 expected")
    try checkNumbers(levels, at: "levels")
    for method in methods {
      let lines = method.reference?.count
      try expect(
        lines == nil || lines == levels.count - 1, at: "methods.\(method.method)",
        "\(lines ?? 0) reference lines for \(levels.count - 1) levels of perturbation")
      let curve = method.curve
      try expect(
        curve.levels == levels && curve.scores.count == levels.count && method.intervals.count == levels.count,
        at: "methods.\(method.method)", "scores or intervals are not those of the levels \(levels)")
      try expect(
        curve.higherIsBetter == metric.higherIsBetter, at: "methods.\(method.method)",
        "its curve has another direction than \(metric.rawValue)")
      let estimates = [
        method.area, method.loss, method.effective, method.relativeToLate, method.effectiveAgainstLate,
      ].compactMap { $0 }
      try checkNumbers(
        curve.scores + method.intervals.flatMap { [$0.low, $0.high] }
          + estimates.flatMap { [$0.mean, $0.ci95.low, $0.ci95.high] }, at: "methods.\(method.method)")
    }
    try checkNames(methods.map(\.method), at: "methods", least: 0)
  }
}

extension HeterogeneityResult: CheckedResult {
  public func check() throws {
    try within("modalities") { try modalities.check() }
    if let pairs { try within("pairs") { try pairs.check() } }
  }
}

extension HeterogeneityMatrix: CheckedResult {
  public func check() throws {
    try checkNames(names, at: "names", least: 2)
    for (key, matrix) in [
      ("losses", losses), ("transfers", transfers), ("distances", distances), ("deviations", deviations),
    ] {
      try expect(
        matrix.count == names.count && matrix.allSatisfy { $0.count == names.count }, at: key,
        "has not a row and a column for each of \(names.count) names")
      try checkNumbers(matrix.joined(), at: key)
    }
  }
}
