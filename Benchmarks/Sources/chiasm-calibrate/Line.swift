import Analyses
import Experiments
import Foundation

/// One thing that is counted of a kind, and what it has to be.
struct Line: Codable, Sendable, Equatable {
  /// What a rate must not be excluded to be.
  enum Demand: Codable, Sendable, Equatable {
    case atMost(Double)
    case atLeast(Double)
  }

  let kind: String
  let what: String
  let count: Count
  /// nil: told, not judged.
  var demand: Demand?

  /// nil where nothing is demanded or nothing was counted.
  var holds: Bool? {
    guard count.trials > 0 else { return nil }
    return switch demand {
    case .atMost(let limit): count.isAtMost(limit)
    case .atLeast(let limit): count.isAtLeast(limit)
    case nil: nil
    }
  }
}

extension Line {
  /// What is counted of a kind's results.
  static func lines(_ kind: Kind, _ results: [SetResult]) -> [Line] {
    let done = results.filter { $0.claims != nil }
    func count(_ what: String, _ demand: Demand? = nil, of some: [SetResult]? = nil, _ holds: (Claims) -> Bool) -> Line
    {
      Line(kind: kind.name, what: what, count: Count((some ?? done).map { holds($0.claims!) }), demand: demand)
    }
    func isGain(_ claims: Claims) -> Bool { claims.outcome == .fusionHelps }
    func isEnough(_ claims: Claims) -> Bool { claims.outcome == .oneModalityIsEnough }
    var lines: [Line] = []
    if kind.judgesGains {
      switch kind.truth {
      case .noise:
        lines.append(count("false gains", .atMost(0.05), isGain))
        lines.append(count("nothing learned", .atLeast(0.9)) { $0.outcome == .nothingLearned })
      case .redundant:
        lines.append(count("false gains", .atMost(0.05), isGain))
        lines.append(count("one modality is enough", nil, isEnough))
      case .enough:
        lines.append(count("false gains", .atMost(0.05), isGain))
        lines.append(
          count(
            "one modality is enough, half-width ≤ δ/2", .atLeast(0.8),
            of: done.filter { $0.claims!.halfWidth <= $0.claims!.margin / 2 }, isEnough))
      case .additive, .interacting, .dependent:
        lines.append(count("gain found", kind.isPower ? .atLeast(0.8) : nil, isGain))
        let (gains, margin) = (done.map { $0.claims!.difference.mean }, done.first?.claims?.margin ?? 0)
        if !gains.isEmpty, gains.reduce(0, +) / Double(gains.count) >= margin {
          lines.append(count("false \"one modality is enough\"", .atMost(0.05), isEnough))
        }
      }
      lines.append(
        kind.truth == .interacting
          ? count("interactions found") { $0.claimsInteractions }
          : count("false interactions", .atMost(0.05)) { $0.claimsInteractions })
    }
    return lines + coverage(kind, done) + information(kind, done)
  }

  private static func coverage(_ kind: Kind, _ results: [SetResult]) -> [Line] {
    let measured = results.filter { $0.target != nil }
    guard !measured.isEmpty else { return [] }
    return [
      Line(
        kind: kind.name, what: "interval holds the truth",
        count: Count(measured.map { $0.target!.isHeld(by: $0.claims!) }),
        demand: .atLeast(0.92)),
      Line(
        kind: kind.name, what: "gains claimed where the truth of this training set is below 0",
        count: Count(
          measured.filter { $0.target!.mean < 0 }.map { $0.claims!.outcome == .fusionHelps })),
    ]
  }

  private static func information(_ kind: Kind, _ results: [SetResult]) -> [Line] {
    let told = results.filter { $0.trueParts != nil && $0.claims!.information != nil }
    guard !told.isEmpty else { return [] }
    if kind.truth == .noise {
      return [
        Line(
          kind: kind.name, what: "a regime named",
          count: Count(told.map { $0.claims!.information!.regime != "nothing" }), demand: .atMost(0.05))
      ]
    }
    var held: [String: [Bool]] = [:]
    func add(_ name: String, _ part: InformationPart?, _ truth: Double) {
      guard let interval = part?.ci95 else { return }
      held[name, default: []].append(interval.contains(truth))
    }
    for result in told {
      guard let truth = result.trueParts, let found = result.claims?.information else { continue }
      add("redundant", found.redundancy, truth.redundancy)
      add("synergistic", found.synergy, truth.synergy)
      for (modality, value) in truth.unique { add("only \(modality)", found.unique?[modality], value) }
    }
    return held.sorted { $0.key < $1.key }.map {
      Line(
        kind: kind.name, what: "interval of the \($0.key) bits holds the truth", count: Count($0.value),
        demand: .atLeast(0.9))
    }
  }
}

extension Kind {
  /// Whether claims about gains are counted; where the information alone is known, they are not.
  var judgesGains: Bool { table == nil || truth == .noise }

  /// Whether the gain was made as large as power is demanded for.
  var isPower: Bool { (truth == .additive || truth == .interacting) && !name.hasSuffix("small") }
}

/// The sizes of differences and intervals of a kind.
struct Widths: Sendable {
  let gain: Double
  let halfWidth: Double
  /// Median over data sets of the half-width, over what 1.96 deviations of the estimate are; nil where that is not known.
  let ratio: Double?

  init?(_ results: [SetResult]) {
    let claims = results.compactMap(\.claims)
    guard !claims.isEmpty else { return nil }
    func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
    gain = claims.reduce(0) { $0 + $1.difference.mean } / Double(claims.count)
    halfWidth = median(claims.map(\.halfWidth))
    let ratios = results.compactMap { result in
      result.target.flatMap { target in
        target.deviation > 0 ? result.claims.map { $0.halfWidth / (1.96 * target.deviation) } : nil
      }
    }
    ratio = ratios.isEmpty ? nil : median(ratios)
  }
}
