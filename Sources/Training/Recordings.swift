/// Recordings by the shapes of what goes in, each relied on only after it gave twice what the engine gives.
///
/// What a recording was made from, and the next value of the same shapes, are also computed by the engine. Where they
/// differ, or where a value cannot be recorded, the engine does all of those shapes.
struct Recordings<Shapes: Hashable, Plan> {
  private enum Knowledge {
    case unverified(Plan)
    case trusted(Plan)
    case refused
  }

  /// What a replayed value says of its recording.
  enum Comparison<Value> {
    case same(Value)
    case different
    /// Such as of numbers that are not finite.
    case nothing
  }

  private let most: Int
  private var known: [Shapes: Knowledge] = [:]

  /// - Parameter most: how many shapes to remember; others are left to the engine.
  init(most: Int) { self.most = most }

  /// The recording that is relied on.
  func trusted(_ shapes: Shapes) -> Plan? {
    if case .trusted(let plan) = known[shapes] { plan } else { nil }
  }

  /// Whether nothing is to be learned of these shapes any more, and the engine does them.
  func isRefused(_ shapes: Shapes) -> Bool {
    switch known[shapes] {
    case .refused: true
    case nil: known.count >= most
    default: false
    }
  }

  /// A value, by a recording where one is relied on, else by the engine.
  ///
  /// - Parameters:
  ///   - shapes: of what goes in.
  ///   - replay: computes it by a recording.
  ///   - engine: computes it by the engine.
  ///   - record: does so while recording; without a plan where that is not possible.
  ///   - compare: computes it by a recording and compares with what the engine gave.
  mutating func value<Value>(
    for shapes: Shapes, replay: (Plan) -> Value, engine: () -> Value, record: () -> (value: Value, plan: Plan?),
    compare: (Plan, Value) -> Comparison<Value>
  ) -> Value {
    let (value, knowledge) = learned(shapes, replay, engine, record, compare)
    if let knowledge { known[shapes] = knowledge }
    return value
  }

  /// Knowledge is nil where it stays what it was.
  private func learned<Value>(
    _ shapes: Shapes, _ replay: (Plan) -> Value, _ engine: () -> Value, _ record: () -> (value: Value, plan: Plan?),
    _ compare: (Plan, Value) -> Comparison<Value>
  ) -> (Value, Knowledge?) {
    func checked(_ plan: Plan, _ expected: Value, then next: Knowledge) -> (Value, Knowledge?) {
      switch compare(plan, expected) {
      case .same(let value): (value, next)
      case .different: (expected, .refused)
      case .nothing: (expected, nil)
      }
    }
    switch known[shapes] {
    case .trusted(let plan): return (replay(plan), nil)
    case .unverified(let plan): return checked(plan, engine(), then: .trusted(plan))
    case nil where known.count < most:
      let (expected, plan) = record()
      return plan.map { checked($0, expected, then: .unverified($0)) } ?? (expected, .refused)
    default: return (engine(), nil)
    }
  }
}
