import Synchronization
import Testing

@testable import Experiments

@Suite struct ProgressBoardTests {
  /// What is measured after the last training is work, too: all is done only when the line ends.
  @Test func measuringIsNotDone() throws {
    let told = Mutex<[ComparisonProgress]>([])
    let board = ProgressBoard(trials: 5, measurements: 5) { progress in told.withLock { $0.append(progress) } }
    for trial in 0..<4 {
      board.update("\(trial)", 0.5)
      board.finish("\(trial)", note: "")
    }
    // One was refused.
    for name in ["missing", "robustness", "information", "interactions", "information", "dependence", "more"] {
      board.measure(name)
    }
    let all = told.withLock { $0 }
    #expect(all.map(\.thousandths) == [50, 100, 150, 200, 250, 300, 350, 400, 500, 600, 700, 800, 900, 900, 900])
    #expect(try #require(all.last).note == "measuring more" && all.last?.finished == 5)
  }
}
