import Foundation
import Testing

@testable import Experiments

@Suite struct RunLogTests {
  @Test func everySessionAddsItsLines() throws {
    try ExampleData.inTemporaryFolder { folder in
      let file = folder.appending(path: "log.txt")
      RunLog(file: file).add("start")
      RunLog(file: file).add("failed: one\nand two")
      let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
      #expect(lines.map { $0.split(separator: "  ").last } == ["start", "failed: one and two"])
      #expect(lines.allSatisfy { (try? Date(String($0.split(separator: "  ")[0]), strategy: .iso8601)) != nil })
    }
  }

  @Test func aPlaceThatCannotBeWrittenIsNoError() throws {
    RunLog(file: URL(filePath: "/dev/null/log.txt")).add("start")
    #expect(!FileManager.default.fileExists(atPath: "/dev/null/log.txt"))
  }
}
