import Modalities
import Testing

@testable import Experiments

@Suite struct ParallelismTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var pieces = 10
    var bytes = 100
    var cores = 8
    var available: Int?
    var jobs: Int?
    var threads: Int?
    let expected: Parallelism
    var testDescription: String {
      "\(pieces) of \(bytes) bytes on \(cores) cores, \(available.map(String.init) ?? "any") bytes; "
        + "asked for \(jobs ?? 0) and \(threads ?? 0)"
    }
  }

  /// Work that every thread makes faster.
  @Test(arguments: [
    Case(expected: Parallelism(jobs: 8, threads: 1)),
    Case(pieces: 3, expected: Parallelism(jobs: 3, threads: 2)),
    Case(pieces: 1, expected: Parallelism(jobs: 1, threads: 8)),
    Case(pieces: 0, expected: Parallelism(jobs: 1, threads: 8)),
    Case(available: 399, expected: Parallelism(jobs: 3, threads: 2)),
    Case(available: 400, expected: Parallelism(jobs: 4, threads: 2)),
    Case(available: 0, expected: Parallelism(jobs: 1, threads: 8)),
    Case(available: 0, jobs: 4, expected: Parallelism(jobs: 4, threads: 2)),
    Case(jobs: 20, expected: Parallelism(jobs: 10, threads: 1)),
    Case(threads: 4, expected: Parallelism(jobs: 2, threads: 4)),
    Case(threads: 100, expected: Parallelism(jobs: 1, threads: 100)),
    Case(jobs: 3, threads: 5, expected: Parallelism(jobs: 3, threads: 5)),
  ])
  func isChosen(_ example: Case) {
    let chosen = Parallelism(
      needs: Array(repeating: example.bytes, count: example.pieces),
      on: Machine(cores: example.cores, availableBytes: example.available), jobs: example.jobs,
      threads: example.threads, fastest: { $0 })
    #expect(chosen == example.expected)
  }

  /// The largest may be at work together, in whichever order they come.
  @Test func theLargestHaveToFitTogether() {
    let machine = Machine(cores: 8, availableBytes: 100)
    #expect(Parallelism(needs: [10, 50, 10, 40, 10], on: machine, fastest: { _ in 1 }).jobs == 3)
    #expect(Parallelism(needs: [60, 50, 10, 40, 10], on: machine, fastest: { _ in 1 }).jobs == 1)
  }

  /// Trainings do not wait for each other, threads do: busy cores get no second thread.
  @Test func threadsAreForIdleCores() {
    let busy = Machine(cores: 8, idleCores: 3)
    #expect(Parallelism(needs: [1, 1], on: busy, fastest: { $0 }) == Parallelism(jobs: 2, threads: 1))
    #expect(Parallelism(needs: [1], on: busy, fastest: { $0 }) == Parallelism(jobs: 1, threads: 3))
    #expect(Parallelism(needs: Array(repeating: 1, count: 9), on: busy, fastest: { $0 }).jobs == 8)
  }

  @Test func isSaidInWords() {
    #expect("\(Parallelism(jobs: 2, threads: 1))" == "2 trainings at a time, 1 thread each")
    #expect("\(Parallelism(jobs: 1, threads: 8))" == "1 training at a time, 8 threads each")
  }
}
