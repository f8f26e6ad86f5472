import Foundation
import Modalities
import Tensors
import Testing
import Training

@testable import Experiments

@Suite struct TrialCostTests {
  private func configuration(_ method: String, on data: PreparedDataset) throws -> TrialConfiguration {
    let selection = try MethodSelection.parse(method, modalities: data.dataset.names)[0]
    return try TrialConfiguration(selection, training: TrainingOptions(), seed: 3, on: data)
  }

  /// Values, gradients and both of Adam's moments at least; a small multiple of them where parameters outweigh the rest.
  @Test func holdsParametersGradientsAndMoments() throws {
    let data = try ExampleData.signs(xor: false)
    let wide = try configuration("nonlinear:hidden=1024", on: data)
    let parameters = try TrialRunner(data).untrained(wide).model.parameterCount
    let cost = try TrialRunner(data).cost(of: wide)
    #expect(cost.bytes > 16 * parameters && cost.bytes < 40 * parameters, "\(cost.bytes) for \(parameters)")
    #expect(cost.secondsPerStep > 0)
    let narrow = try TrialRunner(data).cost(of: configuration("nonlinear:hidden=8", on: data))
    #expect(narrow.bytes < cost.bytes / 10 && narrow.secondsPerStep < cost.secondsPerStep)
  }

  @Test func leavesNoTrace() throws {
    let data = try ExampleData.signs(xor: false)
    var configuration = try configuration("gated", on: data)
    configuration.training.epochs = 2
    let runner = TrialRunner(data)
    let threads = Engine.threads
    let records = try (0..<2).map { number in
      if number == 1 { _ = try runner.cost(of: configuration) }
      return try ExampleData.inTemporaryFolder { try runner.run(configuration, in: RunFolder($0)) }
    }
    #expect(records[0].predictions == records[1].predictions)
    #expect(Engine.threads == threads)
  }

  /// Short steps get one thread without a second measurement, however many cores there are.
  @Test func shortStepsGetOneThread() throws {
    let data = try ExampleData.signs(xor: false)
    let threads = Engine.threads
    #expect(try TrialRunner(data).fastestThreads(for: configuration("low-rank", on: data), limit: 64) == 1)
    #expect(Engine.threads == threads)
  }

  @Test func ofAMethodThatCannotBeMadeIsRefused() throws {
    let data = try ExampleData.signs(xor: false)
    #expect(throws: UsageError.self) {
      try TrialRunner(data).cost(of: configuration("tensor:projection=8192", on: data))
    }
  }
}

@Suite struct TrialScheduleTests {
  @Test func theMostExpensiveFirst() {
    let work = [("a", 1.0), ("b", 3), ("c", 2), ("d", 3), ("e", 0)]
    #expect(mostExpensiveFirst(work) { $0.1 }.map(\.0) == ["b", "d", "c", "a", "e"])
  }

  private func schedule(_ methods: String, keepsOrder: Bool, machine: Machine) throws -> TrialSchedule {
    let data = try ExampleData.signs(xor: false)
    let groups = try MethodSelection.parse(methods, modalities: data.dataset.names).map { selection in
      let configuration = try TrialConfiguration(selection, training: TrainingOptions(), seed: 0, on: data)
      let folder = RunFolder(FileManager.default.temporaryDirectory.appending(path: selection.name))
      return TrialGroup(
        trials: [TrialWork(configuration: configuration, folder: folder)], checkpoint: folder.url)
    }
    return TrialSchedule(
      groups, with: TrialRunner(data), on: machine, jobs: nil, threads: nil, keepsOrder: keepsOrder)
  }

  @Test func putsTheWideModelFirst() throws {
    let methods = "additive,nonlinear:hidden=2048,late"
    let machine = Machine(cores: 2, availableBytes: 1 << 40)
    let schedule = try schedule(methods, keepsOrder: false, machine: machine)
    #expect(schedule.groups[0].method == "nonlinear:hidden=2048")
    #expect(schedule.groups.count == 3 && schedule.parallelism.jobs == 2)
    #expect(
      try self.schedule(methods, keepsOrder: true, machine: machine).groups.map(\.method)
        == ["additive", "nonlinear:hidden=2048", "late"], "a budget cuts seeds and not methods")
  }

  /// 2 048² weights with their gradients and moments are 67 MB: two of them do not fit into 200 MB with what a worker
  /// needs besides, though there are cores.
  @Test func theMemoryDecidesHowManyAreAtWork() throws {
    let methods = "nonlinear:hidden=2048,nonlinear:hidden=2047,additive"
    func jobs(_ megabytes: Int) throws -> Int {
      try schedule(methods, keepsOrder: false, machine: Machine(cores: 8, availableBytes: megabytes << 20))
        .parallelism.jobs
    }
    #expect(try jobs(200) == 1)
    #expect(try jobs(10_000) == 3)
  }
}
