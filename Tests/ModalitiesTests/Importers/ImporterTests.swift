import Foundation
import Tensors
import Testing

@testable import Modalities

@Suite struct ImporterTests {
  static let names = "emoji, grocery, mfeat, mosi, spoken-digits, utd-mhad, wikipedia"

  @Test func namesAreFoundAndUnknownOnesRefused() throws {
    #expect(try Importers.named("mosi").name == "mosi")
    #expect(throws: UsageError("unknown data set \"mnist\"; expected one of \(Self.names)")) {
      try Importers.named("mnist")
    }
  }

  @Test func refusesOptionsBeforeTouchingAnything() throws {
    let folder = try TemporaryFolder()
    #expect(throws: UsageError("import mfeat: unknown option \"speed\"; expected one of seed")) {
      try MfeatImporter.run(source: folder.url, destination: folder.file("made"), options: ["speed": "1"])
    }
    #expect(
      throws: UsageError("import mfeat: option seed is \"-1\"; expected a whole number of at least 0")
    ) {
      try MfeatImporter.run(source: folder.url, destination: folder.file("made"), options: ["seed": "-1"])
    }
    #expect(throws: UsageError("import mosi: option validation is \"1\"; expected a share between 0 and 1")) {
      try MosiImporter.run(source: folder.url, destination: folder.file("made"), options: ["validation": "1"])
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).isEmpty)
  }

  @Test func refusesAMissingSourceAndAFullDestination() throws {
    let folder = try TemporaryFolder()
    #expect(throws: InputError(file: folder.file("none").path, "no such folder")) {
      try MfeatImporter.run(source: folder.file("none"), destination: folder.file("made"))
    }
    try folder.write("x", to: "made/kept")
    #expect(
      throws: InputError(file: folder.file("made").path, "is a folder with other files in it; name a new one")
    ) {
      try MfeatImporter.run(source: folder.url, destination: folder.file("made"))
    }
  }
}
