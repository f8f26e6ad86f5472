import Foundation
import Tensors
import Testing

@testable import Modalities

@Suite struct GroceryImporterTests {
  static let isThere = SharedData.has("grocery")

  /// Three classes of two coarse ones, of which train has the first two; one photo each for the other splits.
  private func source() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    var classes = "Class Name (str),Class ID (int),Coarse Class Name (str),Coarse Class ID (int),Icon,Description\r\n"
    for (number, name) in ["Red-Apple", "Green-Apple", "Oat-Milk"].enumerated() {
      let path = "iconic/\(name)/\(name)_Description.txt"
      classes += "\(name),\(number),\(number < 2 ? "Apple,0" : "Milk,1"),/iconic/x.jpg,/\(path)\r\n"
      try folder.write(["A red apple.", "A green apple.", "Milk of oats"][number], to: path)
    }
    try folder.write(classes, to: "classes.csv")
    for (part, numbers) in [("train", [0, 1, 1, 1]), ("val", [2]), ("test", [2])] {
      var lines = ""
      for (index, number) in numbers.enumerated() {
        let path = "\(part)/Food/\(number)_\(index).jpg"
        lines += "\(path), \(number), \(number / 2)\n"
        let file = folder.file(path)
        try FileManager.default.createDirectory(
          at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        // The name says JPEG; the reader goes by the contents.
        try MediaFile.writePNG(
          [UInt8](repeating: UInt8(51 * number), count: 300), height: 10, width: 10, channels: 3, to: file)
      }
      try folder.write(lines, to: "\(part).txt")
    }
    return folder
  }

  @Test func fitsTheTextOnTrainOnly() throws {
    let source = try source()
    try GroceryImporter.run(source: source.url, destination: source.file("made"))
    let dataset = try Dataset.load(source.file("made"))
    // "milk", "of", "oats" are the class that train does not have.
    #expect(dataset.featureShapes == ["image": [3, 96, 96], "text": [3]])
    #expect(
      dataset.ids == ["train/Food/0_0", "train/Food/1_1", "train/Food/1_2", "train/Food/1_3", "val/Food/2_0"]
        + ["test/Food/2_0"])
    #expect(dataset[.train] == [0, 1, 2, 3] && dataset[.validation] == [4] && dataset[.test] == [5])
    #expect(dataset.classes == ["Red-Apple", "Green-Apple", "Oat-Milk"])
    #expect(dataset.targets.numbers([0, 1, 4, 5]) == [0, 1, 2, 2])
    // Columns apple, green, red; each description is one text, though one class has three photos.
    let single = log(1.5) + 1
    let length = (1 + single * single).squareRoot()
    let text = try #require(dataset.modalities["text"]?.values)
    for (row, expected) in [[1, 0, single], [1, single, 0]].enumerated() {
      #expect(zip(text[row].doubles, expected).allSatisfy { abs($0 - $1 / length) < 1e-6 })
    }
    #expect(text[5].doubles == [0, 0, 0])
  }

  @Test func optionsNameTargetAndText() throws {
    let source = try source()
    try GroceryImporter.run(
      source: source.url, destination: source.file("made"), options: ["target": "coarse", "text": "train"])
    let manifest = try Manifest.read(source.file("made/dataset.yaml"))
    #expect(manifest.target == "coarse" && manifest.classes == ["Apple", "Milk"])
    let table = try SampleTable.read(source.file("made/samples.csv"))
    #expect(table.cells("coarse") == ["Apple", "Apple", "Apple", "Apple", "Milk", "Milk"])
    #expect(try NPY.read(source.file("made/text.present.npy")).integers == [1, 1, 1, 1, 0, 0])
    #expect(throws: UsageError("import grocery: option text is \"test\"; expected every or train")) {
      try GroceryImporter.run(source: source.url, destination: source.file("other"), options: ["text": "test"])
    }
    #expect(throws: UsageError("import grocery: option target is \"x\"; expected class or coarse")) {
      try GroceryImporter.run(source: source.url, destination: source.file("other"), options: ["target": "x"])
    }
  }

  @Test(arguments: [
    (
      "train.txt", "1_2.jpg, 1, 0", "1_2.jpg, 3, 0",
      "train.txt: row 3: the class \" 3\" is not a number from 0 to 2"
    ),
    (
      "train.txt", "1_2.jpg, 1, 0", "1_2.jpg, 1, 1",
      "train.txt: row 3: the coarse class is \" 1\", but 0 in classes.csv for Green-Apple"
    ),
    (
      "train.txt", "train/Food/1_2", "../Food/1_2",
      "train.txt: row 3: \"../Food/1_2.jpg\" is not the path of a .jpg inside the folder"
    ),
    (
      "test.txt", "test/Food/2_0", "val/Food/2_0",
      "val/Food/2_0.jpg: is named twice in train.txt, val.txt, test.txt"
    ),
    ("classes.csv", "Oat-Milk,2", "Oat-Milk,3", "classes.csv: row 4: the class number is \"3\"; 2 expected"),
    (
      "classes.csv", "Apple,0,/iconic/x.jpg,/iconic/Green", "Pear,0,/iconic/x.jpg,/iconic/Green",
      "classes.csv: row 3: coarse class 0 is \"Pear\", but \"Apple\" above"
    ),
    (
      "classes.csv", "Green-Apple,1", "Red-Apple,1",
      "classes.csv: row 3: the class name \"Red-Apple\" is empty or there already"
    ),
    (
      "iconic/Oat-Milk/Oat-Milk_Description.txt", "Milk of oats", " . ",
      "iconic/Oat-Milk/Oat-Milk_Description.txt: has no words"
    ),
  ]) func refuses(file: String, old: String, new: String, message: String) throws {
    let source = try source()
    let text = try String(contentsOf: source.file(file), encoding: .utf8)
    try #require(text.contains(old))
    try source.write(text.replacingOccurrences(of: old, with: new), to: file)
    let error = #expect(throws: InputError.self) {
      try GroceryImporter.run(source: source.url, destination: source.file("made"))
    }
    #expect(error?.description == message)
  }

  @Test(arguments: ["train/Food/1_3.jpg", "classes.csv", "val.txt", "iconic/Red-Apple/Red-Apple_Description.txt"])
  func refusesAMissingFile(path: String) throws {
    let source = try source()
    try FileManager.default.removeItem(at: source.file(path))
    #expect(throws: InputError(file: path, "no such file in \(source.url.path)")) {
      try GroceryImporter.run(source: source.url, destination: source.file("made"))
    }
  }

  @Test(.enabled(if: isThere, "needs ../shared/data/grocery")) func importsTheResearchCopy() throws {
    let folder = try TemporaryFolder()
    try GroceryImporter.run(source: SharedData.folder("grocery"), destination: folder.file("made"))
    let table = try SampleTable.read(folder.file("made/samples.csv"))
    let splits = try #require(table.cells("split"))
    #expect(Split.allCases.map { split in splits.count { $0 == split.rawValue } } == [2640, 296, 2485])
    #expect(Set(table.cells("class") ?? []).count == 81 && Set(table.cells("coarse") ?? []).count == 43)
    let text = try NPY.read(folder.file("made/text.npy"))
    #expect(text.shape[0] == 5421 && text.shape[1] > 500)
    // Every description has length 1, and 81 classes have as many vectors.
    #expect(((text * text).sum(axes: [1]) - 1).abs().max().item() < 1e-5)
    let picture = try MediaFile.picture(folder.file("made/" + table.rows[0][4]), channels: 3)
    #expect(picture.height == 96 && picture.width == 96)
  }
}
