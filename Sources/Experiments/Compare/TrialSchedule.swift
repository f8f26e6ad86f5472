import Modalities
import Synchronization

/// In which order work is done, how much of it at a time, and on how many threads.
struct TrialSchedule: Sendable {
  /// The most expensive first, so that none is left over for one core at the end.
  let groups: [TrialGroup]
  let parallelism: Parallelism

  /// Measures every method once.
  ///
  /// - Parameters:
  ///   - jobs: asked for.
  ///   - threads: asked for, or chosen when the comparison began.
  ///   - keepsOrder: whether groups stay as they are, since not all of them may be started.
  init(
    _ groups: [TrialGroup], with runner: TrialRunner, on machine: Machine = .current, jobs: Int?, threads: Int?,
    keepsOrder: Bool
  ) {
    let costs = Self.costs(of: groups, with: runner, jobs: jobs ?? machine.cores)
    func cost(_ group: TrialGroup) -> TrialCost { costs[group.method]!.times(group.trials.count) }
    let ordered = keepsOrder ? groups : mostExpensiveFirst(groups) { cost($0).secondsPerStep }
    self.groups = ordered
    parallelism = Parallelism(needs: groups.map { cost($0).bytes }, on: machine, jobs: jobs, threads: threads) {
      limit in
      // Of what learns in steps, where there is any.
      let stepwise = groups.filter { cost($0).secondsPerStep.isFinite }
      guard
        let first = mostExpensiveFirst(stepwise.isEmpty ? groups : stepwise, by: { cost($0).secondsPerStep }).first
      else { return 1 }
      // What cannot be trained says so when its turn comes.
      return (try? runner.fastestThreads(for: first.trials[0].configuration, limit: limit)) ?? 1
    }
  }

  /// The cost of one seed of each method.
  private static func costs(of groups: [TrialGroup], with runner: TrialRunner, jobs: Int) -> [String: TrialCost] {
    let found = Mutex<[String: TrialCost]>([:])
    let methods = Dictionary(
      groups.map { ($0.method, $0.trials[0].configuration) }, uniquingKeysWith: { one, _ in one })
    let left = Mutex(Array(methods))
    TrialQueue.run(jobs: min(jobs, methods.count), next: { left.withLock { $0.popLast() } }) { name, configuration in
      let cost = (try? runner.cost(of: configuration)) ?? TrialCost(secondsPerStep: 0, bytes: 0)
      found.withLock { $0[name] = cost }
    }
    return found.withLock { $0 }
  }
}

/// Elements by cost, those of equal cost in the order in which they came.
func mostExpensiveFirst<Element>(_ elements: [Element], by cost: (Element) -> Double) -> [Element] {
  elements.enumerated().map { (place: $0, element: $1, cost: cost($1)) }
    .sorted { ($1.cost, $0.place) < ($0.cost, $1.place) }.map(\.element)
}

extension TrialCost {
  /// Of several seeds that train as one, with what a worker needs besides its tensors: buffers of matrix products, and
  /// memory that was freed and is kept for the next step.
  func times(_ seeds: Int) -> TrialCost {
    TrialCost(secondsPerStep: secondsPerStep * Double(seeds), bytes: bytes * seeds * 3 / 2 + 64 << 20)
  }
}

extension TrialGroup {
  /// The method that its trials have in common.
  var method: String { trials[0].configuration.selection.name }
}
