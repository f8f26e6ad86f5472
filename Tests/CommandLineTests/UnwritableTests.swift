import Foundation
import Testing

/// Results that cannot be written: one line that names the file, exit status 65, and never a part of a file.
@Suite struct UnwritableTests {
  @Test(arguments: [
    (["methods", "--json", "nowhere/methods.json"], "nowhere/methods.json: cannot be written"),
    (["methods", "--json", "data"], "data: cannot be written"),
    (["compare", "data", "--json", "nowhere/a.json"], "nowhere/a.json: cannot be written: there is no folder"),
    (["compare", "data", "--report", "nowhere/a.html"], "nowhere/a.html: cannot be written: there is no folder"),
    (["compare", "data", "--runs", "file"], "file: cannot be made"),
    (["train", "data", "--runs", "/dev/null/runs"], "/dev/null/runs: cannot be made"),
    (["data", "synthetic", "file"], "file: is there already and is not a folder that can be read"),
    (["data", "synthetic", "file/new"], "file/new: cannot be made"),
    (["data", "synthetic", "data"], "data: is a folder with other files in it; name a new one"),
    (["import", "mfeat", "data", "file/new"], "chiasm: "),
  ])
  func outputIsRefusedBeforeTheWork(_ arguments: [String], _ expected: String) throws {
    let place = try Workplace(copying: Workplace.synthetic.get().folder)
    try Data().write(to: place.url("file"))
    let before = try place.contents()
    try place.chiasm(arguments).expectRefusal(65, expected)
    #expect(try place.contents() == before)
  }

  /// A limit on the size of files stands for the full disk: a file system of its own needs rights that tests lack.
  @Test func aFullDiskLeavesNoPartOfADataSet() throws {
    let place = try Workplace()
    let outcome = try place.chiasm(["data", "synthetic", "data", "--samples", "2000"], fileBlocks: 16)
    outcome.expectRefusal(65, "data/", ".npy: cannot be written: ")
    #expect(try place.contents().isEmpty)
  }

  @Test func aFullDiskStopsATrainingWithItsReason() throws {
    let place = try Workplace(copying: Workplace.trained.get().folder)
    // Enough for the run store, too little for the model.
    let arguments = ["train", "data", "--method", "tensor", "--epochs", "1", "--quiet"]
    let outcome = try place.chiasm(arguments, fileBlocks: 100)
    outcome.expectRefusal(65, "cannot be written: ")
    #expect(
      try !place.contents().contains { $0.contains("partial") || $0.hasSuffix("trial.json") && !$0.hasPrefix("run") })
    let list = try place.chiasm(["runs", "list"])
    #expect(list.output.contains("tensor") && list.output.contains("failed"))
  }

  @Test func aFullDiskStopsAComparisonWithItsReason() throws {
    let place = try Workplace(copying: Workplace.trained.get().folder)
    let outcome = try place.chiasm(Workplace.compare + ["--quiet"], fileBlocks: 100)
    outcome.expectRefusal(65, "cannot be written: ")
    #expect(try !place.contents().contains { $0.contains("partial") })
  }

  @Test(
    .enabled(if: FileManager.default.fileExists(atPath: "/dev/full")),
    arguments: [["methods"], ["methods", "--json", "-"], ["methods", "--json", "/dev/full"], ["--help"]])
  func standardOutputOnAFullDisk(_ arguments: [String]) throws {
    try Workplace().chiasm(arguments, output: "/dev/full").expectRefusal(65, "no space left")
    // The device is written to, not replaced by a file.
    #expect(try FileManager.default.attributesOfItem(atPath: "/dev/full")[.type] as? FileAttributeType != .typeRegular)
  }
}
