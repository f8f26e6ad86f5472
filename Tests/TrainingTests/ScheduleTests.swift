import Foundation
import Testing
import Training

@Suite struct ScheduleTests {
  private func record(_ loss: Double) -> EpochRecord {
    EpochRecord(epoch: 1, trainLoss: 0, validationLoss: loss, validationScore: 0, learningRate: 0, seconds: 0)
  }

  @Test func plateauMatchesPyTorch() throws {
    let golden = try TrainingGolden()
    let losses = golden.input("validation").doubles
    let schedule = Schedule.plateau(factor: 0.5, patience: 2)
    let rates = losses.indices.map { schedule.factor(step: 0, of: 1, history: losses[..<$0].map(record)) }
    #expect(rates == golden.schedules["plateau"])
  }

  @Test func cosineMatchesPyTorch() throws {
    let expected = try TrainingGolden().schedules["cosine"]!
    let rates = (0..<10).map { Schedule.cosine(warmUp: 0).factor(step: $0, of: 10, history: []) }
    #expect(zip(rates, expected).allSatisfy { abs($0 - $1) < 1e-12 })
  }

  @Test func warmUpRisesLinearlyAndThenFalls() {
    let rates = (0..<100).map { Schedule.cosine(warmUp: 0.1).factor(step: $0, of: 100, history: []) }
    #expect(zip(rates.prefix(10), (1...10).map { Double($0) / 10 }).allSatisfy { abs($0 - $1) < 1e-12 })
    #expect(rates.max() == 1)
    #expect(zip(rates[10...], rates[11...]).allSatisfy { $0 > $1 })
    #expect(abs(rates[55] - 0.5) < 1e-12)
  }

  @Test func constantStays() {
    #expect(Schedule.constant.factor(step: 7, of: 10, history: []) == 1)
  }

  @Test(arguments: [Schedule.constant, .cosine(warmUp: 0.1), .plateau(factor: 0.5, patience: 3)])
  func isKeptInConfigurations(_ schedule: Schedule) throws {
    #expect(try JSONDecoder().decode(Schedule.self, from: JSONEncoder().encode(schedule)) == schedule)
  }
}
