/// The two sides whose information is split: the best single modality, and all others that the fusion sees, as one.
///
/// With two modalities these are the two; with more, the question of the verdict is what the others add to the best.
public struct Sides: Sendable, Equatable {
  public let first, second: [String]

  /// - Parameters:
  ///   - modalities: at least two.
  ///   - best: the modality that does best alone; the first where it is none of them.
  public init(_ modalities: [String], best: String?) {
    precondition(modalities.count > 1, "two sides of \(modalities)")
    let leading = best.flatMap { modalities.contains($0) ? $0 : nil } ?? modalities.sorted()[0]
    first = [leading]
    second = modalities.filter { $0 != leading }.sorted()
  }

  /// Both sides, of which each may be several modalities: `both` of two, `all` of more.
  public static func together(_ first: String, _ second: String) -> String {
    (first + second).contains("+") ? "all" : "both"
  }

  /// What results call a side: `text`, `audio+video`.
  public var names: [String] { [first, second].map { $0.joined(separator: "+") } }
}
