import Foundation
import Testing

@testable import Evaluation

@Suite("Run environment")
struct RunEnvironmentTests {
  @Test func describesThisMachine() throws {
    let environment = RunEnvironment.current(libtorch: "2.13.0", chiasm: "0.1.0")
    #expect(environment.cores == ProcessInfo.processInfo.activeProcessorCount)
    #expect(environment.memoryBytes > 100_000_000)
    #expect(environment.swift.hasPrefix("6."))
    #expect(environment.libtorch == "2.13.0")
    for text in [environment.operatingSystem, environment.kernel, environment.architecture, environment.processor] {
      #expect(!text.isEmpty)
      #expect(!text.contains("\""))
    }
    #expect(try ResultJSON.decode(RunEnvironment.self, from: ResultJSON.encode(environment)) == environment)
  }

  @Test func readsKeysOfSystemFiles() async throws {
    try await withTemporaryFolder { folder in
      let file = folder.appending(path: "os-release")
      try "NAME=x\nPRETTY_NAME=\"Debian 12\"\nmodel name\t: A: B\n".write(
        to: file, atomically: true, encoding: .utf8)
      #expect(RunEnvironment.value(of: "PRETTY_NAME", separator: "=", in: file.path) == "Debian 12")
      #expect(RunEnvironment.value(of: "model name", separator: ":", in: file.path) == "A: B")
      #expect(RunEnvironment.value(of: "absent", separator: "=", in: file.path) == nil)
      #expect(RunEnvironment.value(of: "x", separator: "=", in: folder.path + "/none") == nil)
    }
  }
}
