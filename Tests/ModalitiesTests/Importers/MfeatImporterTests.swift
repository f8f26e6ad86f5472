import Foundation
import Tensors
import Testing

@testable import Modalities

@Suite struct MfeatImporterTests {
  @Test(.enabled(if: SharedData.has("mfeat"), "needs ../shared/data/mfeat"))
  func importsTheResearchCopy() throws {
    let folder = try TemporaryFolder()
    try MfeatImporter.run(source: SharedData.folder("mfeat"), destination: folder.file("mfeat"))
    let dataset = try Dataset.load(folder.file("mfeat"))
    #expect(
      dataset.featureShapes == ["fac": [216], "fou": [76], "kar": [64], "mor": [6], "pix": [240], "zer": [47]])
    for (split, count) in [(Split.train, 120), (.validation, 40), (.test, 40)] {
      let labels = dataset.targets.numbers(dataset[split])
      for digit in 0..<10 { #expect(labels.filter { $0 == Double(digit) }.count == count) }
    }
    // The source goes through the digits in order, 200 each.
    let whole = dataset.targets.numbers(Array(0..<2000))
    #expect(whole == (0..<2000).map { Double($0 / 200) })
    let row = try String(
      contentsOf: SharedData.folder("mfeat").appendingPathComponent("mfeat-mor.csv"), encoding: .utf8
    )
    .split(whereSeparator: \.isNewline)[1234].split(separator: ",").dropLast().map { Float(String($0)) }
    #expect(dataset.modalities["mor"]?.values[1233].floats == row)
  }

  @Test func refusesAMissingView() throws {
    let folder = try TemporaryFolder()
    #expect(throws: InputError(file: "mfeat-fac.csv", "no such file in \(folder.url.path)")) {
      try MfeatImporter.run(source: folder.url, destination: folder.file("made"))
    }
    try folder.write("0,1,0\n1,2,3\n", to: "mfeat-fac.csv")
    #expect(throws: InputError(file: "mfeat-fac.csv", "3 columns; 216 features and a label expected")) {
      try MfeatImporter.run(source: folder.url, destination: folder.file("made"))
    }
  }
}
