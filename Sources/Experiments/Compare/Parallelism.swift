public import Modalities

/// How cores are shared out among trainings.
public struct Parallelism: Sendable, Equatable {
  /// Trainings at the same time.
  public var jobs: Int
  /// Threads of one operation. They decide how sums are rounded, the number of jobs does not.
  public var threads: Int

  public init(jobs: Int, threads: Int) {
    self.jobs = jobs
    self.threads = threads
  }

  /// As many trainings at a time as there are cores and as fit into the memory; threads of cores left idle.
  ///
  /// Trainings have nothing to wait for between each other, while threads of one operation wait at its end.
  ///
  /// - Parameters:
  ///   - needs: bytes that each piece of work needs.
  ///   - machine: whose cores and memory are shared out.
  ///   - jobs: asked for; it then does not matter how many fit.
  ///   - threads: asked for.
  ///   - fastest: how many threads, up to the number given, make a step of the work fastest.
  public init(
    needs: [Int], on machine: Machine, jobs: Int? = nil, threads: Int? = nil, fastest: (Int) throws -> Int
  ) rethrows {
    let automatic = min(machine.cores / (threads ?? 1), Self.fitting(needs, into: machine.availableBytes))
    self.jobs = max(1, min(jobs ?? automatic, needs.count))
    self.threads = try threads ?? fastest(max(1, machine.idleCores / self.jobs))
  }

  /// How many pieces of work fit, whichever of them meet.
  private static func fitting(_ needs: [Int], into bytes: Int?) -> Int {
    guard let bytes else { return needs.count }
    var left = bytes
    return needs.sorted(by: >).prefix { need in
      left -= need
      return left >= 0
    }.count
  }
}

extension Parallelism: CustomStringConvertible {
  /// "2 trainings at a time, 1 thread each".
  public var description: String {
    "\(jobs) \(jobs == 1 ? "training" : "trainings") at a time, \(threads) \(threads == 1 ? "thread" : "threads") each"
  }
}
