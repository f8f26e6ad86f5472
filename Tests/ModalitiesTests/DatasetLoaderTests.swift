import Foundation
import Tensors
import Testing

@testable import Modalities

/// A good data set of six samples, to be spoilt: vector `[6, 3]`, ragged sequence `[6, 4, 2]`, picture by column.
/// An array file to put in place of a good one, and the line that must come of it.
struct ArrayCase: Sendable {
  let file: String
  let array: @Sendable () -> Tensor
  let message: String

  init(_ file: String, _ array: @autoclosure @escaping @Sendable () -> Tensor, _ message: String) {
    self.file = file
    self.array = array
    self.message = message
  }
}

/// What the loader refuses, one breach at a time.
@Suite struct DatasetLoaderTests {
  /// Files replaced one at a time, with the one line that must come of it.
  @Test(arguments: [
    (
      "samples.csv", "b,train", "a,train",
      "samples.csv: row 3: duplicate id \"a\", first in row 2; every id must appear once"
    ),
    (
      "samples.csv", "d,validation", "a,validation",
      "samples.csv: row 5: id \"a\" is in validation and, in row 2, in train; a sample must be in one split only"
    ),
    (
      "samples.csv", "cid", "bob",
      "samples.csv: row 5: group \"bob\" of column \"speaker\" is in validation and, in row 4, in train; "
        + "a group must be in one split only"
    ),
    ("samples.csv", "cid", "", "samples.csv: row 5: the group in column \"speaker\" is empty"),
    ("samples.csv", "\nb,", "\n,", "samples.csv: row 3: the id is empty"),
    (
      "samples.csv", "c,train", "c,trian",
      "samples.csv: row 4: unknown split \"trian\"; expected one of train, validation, test"
    ),
    (
      "samples.csv", "d,validation", "d,test",
      "samples.csv: no sample in split validation; train, validation and test need at least one each"
    ),
    ("samples.csv", "c,train,no", "c,train,", "samples.csv: row 4: the target in column \"label\" is missing"),
    (
      "samples.csv", "c,train,no", "c,train,maybe",
      "samples.csv: row 4: the target \"maybe\" in column \"label\" is outside the declared classes \"no\", \"yes\""
    ),
    (
      "samples.csv", "b,train,yes", "b,train,no",
      "samples.csv: the train split has one class only, \"no\"; at least two are needed"
    ),
    (
      "samples.csv", "id,split", "name,split",
      "samples.csv: row 1: no column \"id\"; its columns are \"name\", \"split\", \"label\", \"speaker\", \"path\", \"note\""
    ),
    ("samples.csv", ",note", ",id", "samples.csv: row 1: column \"id\" appears twice, as column 1 and 6"),
    ("samples.csv", ",first", "", "samples.csv: row 2: 5 columns, expected 6 as in the header"),
    ("samples.csv", "pictures/a.png", "../a.png", "samples.csv: row 2: ../a.png: leaves the folder of the data set"),
    (
      "samples.csv", "pictures/a.png", "pictures/../../a.png",
      "samples.csv: row 2: pictures/../../a.png: leaves the folder of the data set"
    ),
    (
      "samples.csv", "pictures/a.png", "/etc/hostname",
      "samples.csv: row 2: /etc/hostname: is an absolute path; expected one inside the folder of the data set"
    ),
    ("samples.csv", "pictures/a.png", "pictures/z.png", "samples.csv: row 2: pictures/z.png: no such file"),
    ("samples.csv", "pictures/a.png", "pictures", "samples.csv: row 2: pictures: is a folder, not a file"),
    (
      "dataset.yaml", "column: path", "column: image",
      "dataset.yaml: modalities.image.column: no column \"image\" in samples.csv; "
        + "its columns are \"id\", \"split\", \"label\", \"speaker\", \"path\", \"note\""
    ),
    (
      "dataset.yaml", "group: speaker", "group: person",
      "dataset.yaml: group: no column \"person\" in samples.csv; "
        + "its columns are \"id\", \"split\", \"label\", \"speaker\", \"path\", \"note\""
    ),
    (
      "dataset.yaml", "name: small", "name: small\nowner: me",
      "dataset.yaml: line 2: unknown key \"owner\"; known keys: name, licence, citation, task, target, "
        + "separator, classes, group, modalities, metric, information"
    ),
    ("dataset.yaml", "text.npy", "words.npy", "words.npy: no such file"),
    ("dataset.yaml", "text.npy", "../text.npy", "../text.npy: leaves the folder of the data set"),
    ("dataset.yaml", "text.npy", "samples.txt", "samples.txt: no such file"),
    (
      "dataset.yaml", "kind: vector, file: text.npy", "kind: sequence, file: text.npy",
      "text.npy: has shape [6, 3]; kind sequence expects [N, T, D]"
    ),
    (
      "dataset.yaml", "kind: sequence, file: motion.npy", "kind: vector, file: motion.npy",
      "motion.npy: has shape [6, 4, 2]; kind vector expects [N, D]"
    ),
    (
      "dataset.yaml", "task: classification\ntarget: label\nclasses: [no, yes]", "task: regression\ntarget: label",
      "samples.csv: rows 2, 3, 4 and 3 more: the target \"no\" in column \"label\" is not a number"
    ),
    (
      "dataset.yaml", "kind: image, column: path, size: [4, 5], channels: 1", "kind: vector, column: note",
      "samples.csv: row 2: first: no such file"
    ),
  ])
  func refuses(file: String, old: String, new: String, message: String) throws {
    let folder = try SmallFolder()
    try folder.replace(old, new, in: file)
    #expect(folder.message() == message)
  }

  /// Arrays replaced one at a time.
  @Test(arguments: [
    ArrayCase("text.npy", Tensor.zeros([5, 3]), "text.npy: has 5 rows, but samples.csv has 6 samples"),
    ArrayCase("text.npy", Tensor.zeros([6]), "text.npy: has shape [6]; kind vector expects [N, D]"),
    ArrayCase("text.npy", Tensor.zeros([6, 0]), "text.npy: has shape [6, 0], which holds no number"),
    ArrayCase(
      "text.npy", Tensor([Float](repeating: 0, count: 10) + [.nan] + [Float](repeating: 0, count: 7), shape: [6, 3]),
      "text.npy: row 4 (id \"d\"): NaN at column 2"
    ),
    ArrayCase(
      "text.npy", Tensor([-Double.infinity] + [Double](repeating: 0, count: 17), shape: [6, 3]),
      "text.npy: row 1 (id \"a\"): -Inf (or beyond single precision) at column 1"
    ),
    ArrayCase(
      "text.npy", Tensor([0, 1e300] + [Double](repeating: 0, count: 16), shape: [6, 3]),
      "text.npy: row 1 (id \"a\"): Inf (or beyond single precision) at column 2"
    ),
    ArrayCase(
      "text.npy", Tensor.zeros([6, 3], dtype: .complex64), "text.npy: holds complex numbers; real ones expected"),
    ArrayCase(
      "motion.lengths.npy", Tensor([4, 1, 0, 3, 4, 4]),
      "motion.lengths.npy: row 3 (id \"c\"): length 0; expected 1 to 4 as in motion.npy"
    ),
    ArrayCase(
      "motion.lengths.npy", Tensor([4, 1, 5, 3, 4, 4]),
      "motion.lengths.npy: row 3 (id \"c\"): length 5; expected 1 to 4 as in motion.npy"
    ),
    ArrayCase(
      "motion.lengths.npy", Tensor([4, 1]),
      "motion.lengths.npy: has shape [2]; expected [6], one number per sample"
    ),
    ArrayCase(
      "motion.lengths.npy", Tensor.ones([6]),
      "motion.lengths.npy: holds float32; whole numbers or truth values expected"
    ),
    ArrayCase(
      "text.present.npy", Tensor([true, false]),
      "text.present.npy: has shape [2]; expected [6], one number per sample"
    ),
    ArrayCase(
      "text.present.npy", Tensor([1, 0, 1, 1, 2, 1]),
      "text.present.npy: row 5 (id \"e\"): 2; expected 0 or 1"
    ),
    ArrayCase(
      "text.present.npy", Tensor([false, false, false, true, true, true]),
      "samples.csv: no sample of the train split has modality \"text\""
    ),
    ArrayCase("text.lengths.npy", Tensor([1, 1, 1, 1, 1, 1]), "text.lengths.npy: has no meaning for kind vector"),
    ArrayCase(
      "image.present.npy", Tensor([1, 1, 1, 1, 1, 1]),
      "image.present.npy: has no meaning for a modality that is read by column"
    ),
  ])
  func refusesArrays(spoilt: ArrayCase) throws {
    let folder = try SmallFolder()
    try NPY.write(spoilt.array(), to: folder.folder.file(spoilt.file))
    #expect(folder.message() == spoilt.message)
  }

  @Test func refusesDamagedFiles() throws {
    let folder = try SmallFolder()
    let good = try Data(contentsOf: folder.folder.file("pictures/b.png"))
    try folder.folder.write(Data(good.prefix(40)), to: "pictures/b.png")
    #expect(folder.message().hasPrefix("samples.csv: row 3: pictures/b.png: "))
    try folder.folder.write(Data(), to: "pictures/b.png")
    #expect(folder.message().hasPrefix("samples.csv: row 3: pictures/b.png: "))
    try folder.folder.write(good, to: "pictures/b.png")
    #expect(folder.message() == "loaded")
    let text = try Data(contentsOf: folder.folder.file("text.npy"))
    try folder.folder.write(Data(text.dropLast(3)), to: "text.npy")
    #expect(folder.message().hasPrefix("text.npy: "))
    let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1152921504606846976, 3), }"
    let length = [UInt8(header.utf8.count), 0]
    try folder.folder.write(
      Data([0x93] + Array("NUMPY".utf8) + [1, 0] + length + Array(header.utf8) + [0, 0, 0, 0]), to: "text.npy")
    #expect(folder.message().hasPrefix("text.npy: "))
    try folder.folder.write("not numpy at all", to: "text.npy")
    #expect(folder.message().hasPrefix("text.npy: "))
  }

  @Test func refusesALinkThatLeavesTheFolder() throws {
    let outside = try TemporaryFolder()
    try outside.write("secret", to: "x.png")
    let folder = try SmallFolder()
    let inside = folder.folder.file("pictures/a.png")
    try FileManager.default.removeItem(at: inside)
    try FileManager.default.createSymbolicLink(at: inside, withDestinationURL: outside.file("x.png"))
    #expect(
      folder.message()
        == "samples.csv: row 2: pictures/a.png: leaves the folder of the data set through a symbolic link; "
        + "--follow-links allows that")
    try MediaFile.writePNG([UInt8](repeating: 255, count: 20), height: 4, width: 5, to: outside.file("x.png"))
    #expect(try Dataset.load(folder.url, followsLinks: true).modalities["image"]?.values.floats[0] == 1)
    // A link within the folder is fine, also when the folder itself is reached through one.
    try FileManager.default.removeItem(at: inside)
    try FileManager.default.createSymbolicLink(atPath: inside.path, withDestinationPath: "b.png")
    let alias = outside.file("alias")
    try FileManager.default.createSymbolicLink(at: alias, withDestinationURL: folder.url)
    #expect(try Dataset.load(alias).count == 6)
  }

  @Test func refusesWhatIsNoDataSet() throws {
    let folder = try TemporaryFolder()
    #expect(throws: InputError(file: "dataset.yaml", "no such file")) { try Dataset.load(folder.url) }
    #expect(throws: InputError(file: folder.file("none").path, "no such folder")) {
      try Dataset.load(folder.file("none"))
    }
    try folder.write("x", to: "file")
    #expect(throws: InputError(file: folder.file("file").path, "is not a folder")) {
      try Dataset.load(folder.file("file"))
    }
  }

  @Test func refusesOneSample() throws {
    let folder = try SmallFolder()
    try folder.folder.write("id,split,label,speaker,path\na,train,no,ann,pictures/a.png\n", to: "samples.csv")
    #expect(
      folder.message() == "samples.csv: one sample only; train, validation and test need at least one each")
    try folder.folder.write("id,split,label,speaker,path\n", to: "samples.csv")
    #expect(folder.message() == "samples.csv: no samples below the header")
  }

  @Test func everyModalityAbsentIsRefused() throws {
    let folder = try SmallFolder()
    for name in ["text", "motion"] {
      try NPY.write(Tensor([true, true, false, true, true, true]), to: folder.folder.file("\(name).present.npy"))
    }
    #expect(folder.message() == "samples.csv: row 4: every modality is absent")
  }

  @Test func namesInErrorsStayOnOneLine() throws {
    let folder = try SmallFolder()
    try folder.replace("\na,train", "\n\"x\ny\",train", in: "samples.csv")
    try folder.replace("\nb,train", "\n\"x\ny\",train", in: "samples.csv")
    #expect(
      folder.message() == "samples.csv: row 3: duplicate id \"x\\ny\", first in row 2; every id must appear once")
  }
}
