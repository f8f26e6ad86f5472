import Foundation
import Tensors
import Testing

@testable import Modalities

@Suite struct DatasetInspectionTests {
  @Test func countsAndMeasures() throws {
    let folder = try SmallFolder()
    let inspection = try DatasetInspection.inspect(folder.url)
    #expect(inspection.isValid)
    #expect(inspection.name == "small")
    #expect(inspection.splits["train"] == .init(samples: 3, classes: ["no": 2, "yes": 1]))
    #expect(inspection.splits["test"] == .init(samples: 2, classes: ["no": 1, "yes": 1]))
    #expect(inspection.featureShapes == ["text": [3], "motion": [2], "image": [1, 4, 5]])
    // 0 … 8 in the train split.
    let text = try #require(inspection.modalities["text"]?["train"])
    #expect(text.present == 3)
    #expect(text.lengths == nil)
    let values = try #require(text.values)
    #expect(values.minimum == 0 && values.maximum == 8)
    #expect(abs(values.mean - 4) < 1e-12)
    #expect(abs(values.standardDeviation - (60.0 / 9).squareRoot()) < 1e-12)
    // Frames 4, 1 and 2 of the train split hold 0 … 7, 8 and 9, and 16 … 19.
    let motion = try #require(inspection.modalities["motion"]?["train"])
    let frames = (0...9).map(Double.init) + (16...19).map(Double.init)
    let mean = frames.reduce(0, +) / 14
    let variance = frames.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 14
    #expect(abs((motion.values?.mean ?? 0) - mean) < 1e-12)
    #expect(abs((motion.values?.standardDeviation ?? 0) - variance.squareRoot()) < 1e-12)
    #expect(motion.values?.maximum == 19)
    #expect(motion.lengths?.minimum == 1 && motion.lengths?.maximum == 4)
    #expect(abs((motion.lengths?.mean ?? 0) - 7.0 / 3) < 1e-12)
    #expect(inspection.modalities["image"]?["train"]?.present == 2)
  }

  @Test func showsEveryBreach() throws {
    let folder = try SmallFolder()
    try folder.replace("b,train", "a,train", in: "samples.csv")
    try folder.replace("d,validation", "d,valid", in: "samples.csv")
    try folder.replace("e,test,no", "e,test,", in: "samples.csv")
    try folder.replace("pictures/f.png", "/f.png", in: "samples.csv")
    try NPY.write(Tensor([Float](repeating: .nan, count: 18), shape: [6, 3]), to: folder.folder.file("text.npy"))
    try NPY.write(Tensor([4, 1, 2, 3, 9, 0]), to: folder.folder.file("motion.lengths.npy"))
    let inspection = try DatasetInspection.inspect(folder.url)
    #expect(!inspection.isValid)
    #expect(
      inspection.violations == [
        "samples.csv: row 3: duplicate id \"a\", first in row 2; every id must appear once",
        "samples.csv: row 5: unknown split \"valid\"; expected one of train, validation, test",
        "samples.csv: no sample in split validation; train, validation and test need at least one each",
        "samples.csv: row 6: the target in column \"label\" is missing",
        "samples.csv: row 7: /f.png: is an absolute path; expected one inside the folder of the data set",
        "motion.lengths.npy: row 5 (id \"e\"): length 9; expected 1 to 4 as in motion.npy",
        "motion.lengths.npy: row 6 (id \"f\"): length 0; expected 1 to 4 as in motion.npy",
      ]
        + [
          "text.npy: 6 rows are NaN throughout: row 1 (id \"a\"), row 2 (id \"a\"), row 3 (id \"c\"), …; where samples lack "
            + "the modality, say so in text.present.npy: one 0 or 1 per sample"
        ])
    #expect(inspection.splits["train"]?.samples == 3)
    #expect(inspection.modalities.isEmpty)
  }

  @Test func survivesWhatCannotBeRead() throws {
    let folder = try TemporaryFolder()
    #expect(
      try DatasetInspection.inspect(folder.url).violations == [
        "dataset.yaml: no such file", "samples.csv: no such file",
      ])
    try folder.write("name: [", to: "dataset.yaml")
    try folder.write("id,split\n\"", to: "samples.csv")
    #expect(try DatasetInspection.inspect(folder.url).violations.count == 2)
    try folder.write(SmallFolder.manifest, to: "dataset.yaml")
    try folder.write("a\n1\n", to: "samples.csv")
    // id, split, target, group and the column of the picture.
    #expect(try DatasetInspection.inspect(folder.url).violations.count == 5)
  }

  @Test func goesThroughJSON() throws {
    let folder = try SmallFolder()
    let inspection = try DatasetInspection.inspect(folder.url)
    let copy = try JSONDecoder().decode(DatasetInspection.self, from: JSONEncoder().encode(inspection))
    #expect(copy == inspection)
  }
}
