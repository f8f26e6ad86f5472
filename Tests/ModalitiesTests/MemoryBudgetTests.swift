import Tensors
import Testing

@testable import Modalities

@Suite struct MemoryBudgetTests {
  private func message(_ bytes: Int, available: Int?) -> String? {
    do {
      try MemoryBudget.check(bytes: bytes, for: "a.npy", what: "numbers", available: available)
      return nil
    } catch {
      return "\(error)"
    }
  }

  @Test func whatIsLeftDecides() {
    let reserve = MemoryBudget.reserve
    #expect(message(1000, available: 1000 + reserve) == nil)
    #expect(
      message(6_900_000_000, available: 2_000_000_000 + reserve)
        == "a.npy: numbers need 6.9 GB of memory, and 2.0 GB are available")
    #expect(
      message(350_000_001, available: reserve - 1)
        == "a.npy: numbers need 350 MB of memory, and 0 MB are available")
  }

  @Test func withoutAnAnswerHalfOfTheMachineIs() {
    #expect(message(1, available: nil) == nil)
    #expect(message(.max, available: nil)?.contains("need 2⁶⁰ bytes or more of memory") == true)
  }

  @Test func thisMachineHoldsLittleAndNotEverything() throws {
    try MemoryBudget.check(bytes: 4096, for: "a", what: "b")
    #expect(throws: InputError.self) { try MemoryBudget.check(bytes: .max, for: "a", what: "b") }
  }

  @Test(arguments: [([2, 3, 4], 24), ([], 1), ([1 << 40, 1 << 40], .max), ([1 << 40, 1 << 40, 0], 0)])
  func productsDoNotOverflow(factors: [Int], bytes: Int) {
    #expect(MemoryBudget.bytes(factors) == bytes)
  }
}
