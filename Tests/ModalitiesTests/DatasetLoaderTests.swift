import Foundation
import Tensors
import Testing

@testable import Modalities

/// A good data set of six samples, to be spoilt: vector `[6, 3]`, ragged sequence `[6, 4, 2]`, picture by column.
struct SmallFolder {
  let folder = try! TemporaryFolder()
  var url: URL { folder.url }

  static let manifest = """
    name: small
    task: classification
    target: label
    classes: [no, yes]
    group: speaker
    modalities:
      text: {kind: vector, file: text.npy}
      motion: {kind: sequence, file: motion.npy}
      image: {kind: image, column: path, size: [4, 5], channels: 1}

    """
  static let samples = """
    id,split,label,speaker,path,note
    a,train,no,ann,pictures/a.png,first
    b,train,yes,ann,pictures/b.png,
    c,train,no,bob,,third
    d,validation,yes,cid,pictures/d.png,
    e,test,no,dan,pictures/e.png,
    f,test,yes,dan,pictures/f.png,

    """

  init() throws {
    try folder.write(Self.manifest, to: "dataset.yaml")
    try folder.write(Self.samples, to: "samples.csv")
    try NPY.write(Tensor((0..<18).map(Double.init), shape: [6, 3]), to: folder.file("text.npy"))
    try NPY.write(Tensor((0..<48).map(Float.init), shape: [6, 4, 2]), to: folder.file("motion.npy"))
    try NPY.write(Tensor([4, 1, 2, 3, 4, 4]), to: folder.file("motion.lengths.npy"))
    try FileManager.default.createDirectory(at: folder.file("pictures"), withIntermediateDirectories: true)
    for (index, name) in ["a", "b", "d", "e", "f"].enumerated() {
      let pixels = [UInt8](repeating: UInt8(51 * index), count: 20)
      try MediaFile.writePNG(pixels, height: 4, width: 5, to: folder.file("pictures/\(name).png"))
    }
  }

  /// Replaces text in a file; it must be there.
  func replace(_ old: String, _ new: String, in path: String) throws {
    let text = try String(contentsOf: folder.file(path), encoding: .utf8)
    try #require(text.contains(old))
    try folder.write(text.replacingOccurrences(of: old, with: new), to: path)
  }

  func load(cache: URL? = nil) throws -> Dataset {
    try withExtendedLifetime(folder) { try Dataset.load(url, cache: cache) }
  }

  /// The one line that loading ends in.
  func message() -> String {
    do {
      _ = try load()
      return "loaded"
    } catch let error as InputError {
      return error.description
    } catch {
      return "not an InputError: \(error)"
    }
  }
}

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

@Suite struct DatasetLoaderTests {
  @Test func loadsEverything() throws {
    let dataset = try SmallFolder().load()
    #expect(dataset.ids == ["a", "b", "c", "d", "e", "f"])
    #expect(dataset.splits == [.train, .train, .train, .validation, .test, .test])
    #expect(dataset.targets == .classes([0, 1, 0, 1, 0, 1]))
    #expect(dataset.classes == ["no", "yes"])
    #expect(dataset.attributes["speaker"] == ["ann", "ann", "bob", "cid", "dan", "dan"])
    #expect(dataset.attributes["note"]?[2] == "third")
    #expect(dataset.attributes.keys.sorted() == ["note", "speaker"])
    #expect(dataset.featureShapes == ["text": [3], "motion": [2], "image": [1, 4, 5]])
    let motion = try #require(dataset.modalities["motion"])
    #expect(motion.lengths == [4, 1, 2, 3, 4, 4])
    #expect(Array(motion.values.floats[8..<16]) == [8, 9, 0, 0, 0, 0, 0, 0])
    let image = try #require(dataset.modalities["image"])
    #expect(image.present == [true, true, false, true, true, true])
    #expect(image.values.floats[20] == 0.2)
    #expect(image.values.floats[40] == 0)
    #expect(abs(image.values.floats[60] - 0.4) < 1e-6)
  }

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
      "dataset.yaml: line 2: unknown key \"owner\"; known keys: name, licence, citation, task, target, classes, "
        + "group, modalities, metric, information"
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
      "samples.csv: row 2: the target \"no\" in column \"label\" is not a number"
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
        == "samples.csv: row 2: pictures/a.png: leaves the folder of the data set through a symbolic link")
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

  @Test func classesComeFromTheTrainSplit() throws {
    let folder = try SmallFolder()
    try folder.replace("classes: [no, yes]\n", "", in: "dataset.yaml")
    #expect(try folder.load().classes == ["no", "yes"])
    try folder.replace("f,test,yes", "f,test,yess", in: "samples.csv")
    #expect(
      folder.message() == "samples.csv: row 7: the target \"yess\" in column \"label\" never appears in the train "
        + "split, which has \"no\", \"yes\"; declare `classes` in dataset.yaml if that is meant")
    try folder.folder.write(
      SmallFolder.samples.replacingOccurrences(of: ",no,", with: ",10,").replacingOccurrences(
        of: ",yes,", with: ",9,"), to: "samples.csv")
    #expect(try folder.load().classes == ["9", "10"])
  }

  @Test func readsRegressionAndLabels() throws {
    let folder = try SmallFolder()
    try folder.replace("task: classification", "task: multilabel", in: "dataset.yaml")
    try folder.replace("a,train,no", "a,train,no|yes", in: "samples.csv")
    try folder.replace("c,train,no", "c,train,", in: "samples.csv")
    let labels = try folder.load()
    #expect(
      labels.targets
        == .labels([[true, true], [false, true], [false, false], [false, true], [true, false], [false, true]]))
    try folder.replace("task: multilabel", "task: regression", in: "dataset.yaml")
    try folder.replace("classes: [no, yes]\n", "", in: "dataset.yaml")
    var samples = SmallFolder.samples
    samples = samples.replacingOccurrences(of: ",no,", with: ",-1.5e2,").replacingOccurrences(of: ",yes,", with: ",3,")
    try folder.folder.write(samples, to: "samples.csv")
    let regression = try folder.load()
    #expect(regression.targets == .values([-150, 3, -150, 3, -150, 3]))
    #expect(regression.outputs == 1)
    try folder.replace("a,train,-1.5e2", "a,train,inf", in: "samples.csv")
    #expect(folder.message() == "samples.csv: row 2: the target \"inf\" in column \"label\" is not finite")
  }

  @Test func readsEveryContainer() throws {
    let folder = try SmallFolder()
    let values = Tensor((0..<18).map { Float($0) / 4 }, shape: [6, 3])
    let other = Tensor.zeros([2])
    try NPZ.write(["features": values, "other": other], to: folder.folder.file("text.npz"))
    try Safetensors.write(["features": values], to: folder.folder.file("text.safetensors"))
    var csv = "x,y,z\n"
    for row in 0..<6 { csv += (0..<3).map { "\(Float(row * 3 + $0) / 4)" }.joined(separator: ",") + "\n" }
    try folder.folder.write(csv, to: "text.csv")
    for file in ["text.npz, array: features", "text.safetensors", "text.csv"] {
      try folder.folder.write(
        SmallFolder.manifest.replacingOccurrences(of: "text.npy", with: file), to: "dataset.yaml")
      #expect(try folder.load().modalities["text"]?.values.floats == values.floats)
    }
    for (file, message) in [
      ("text.npz", "text.npz: holds 2 arrays (\"features\", \"other\"); name one with `array` in dataset.yaml"),
      ("text.npz, array: text", "text.npz: no array \"text\"; there are \"features\", \"other\""),
    ] {
      try folder.folder.write(
        SmallFolder.manifest.replacingOccurrences(of: "text.npy", with: file), to: "dataset.yaml")
      #expect(folder.message() == message)
    }
    try folder.folder.write(
      SmallFolder.manifest.replacingOccurrences(of: "text.npy", with: "text.csv"), to: "dataset.yaml")
    let lines = csv.split(separator: "\n")
    func identified(_ ids: String) -> String {
      zip(lines, ["id"] + ids.map { String($0) }).map { "\($0),\($1)\n" }.joined()
    }
    try folder.folder.write(identified("abcdef"), to: "text.csv")
    #expect(try folder.load().modalities["text"]?.values.floats == values.floats)
    try folder.folder.write(identified("abdcef"), to: "text.csv")
    #expect(
      folder.message()
        == "text.csv: row 4: id \"d\", but \"c\" in samples.csv; both must list the samples in the same order")
    try folder.folder.write(csv, to: "text.csv")
    try folder.replace("1.0", "one", in: "text.csv")
    #expect(folder.message() == "text.csv: row 3, column \"y\": \"one\" is not a number")
  }

  @Test func absentAndEndedValuesMayBeAnything() throws {
    let folder = try SmallFolder()
    var values = (0..<48).map(Float.init)
    values[10] = .nan  // frame 2 of sample b, which has one frame
    values[47] = .infinity
    try NPY.write(Tensor(values, shape: [6, 4, 2]), to: folder.folder.file("motion.npy"))
    #expect(
      folder.message() == "motion.npy: row 6 (id \"f\"): Inf (or beyond single precision) at frame 4, column 2")
    try NPY.write(Tensor([true, true, true, true, true, false]), to: folder.folder.file("motion.present.npy"))
    let motion = try #require(try folder.load().modalities["motion"])
    #expect(motion.lengths == [4, 1, 2, 3, 4, 1])
    #expect(motion.values.floats[40...].allSatisfy { $0 == 0 })
    #expect(motion.values.floats.allSatisfy { $0.isFinite })
  }

  @Test func readsSamplesByColumn() throws {
    let folder = try SmallFolder()
    try folder.replace(
      "kind: image, column: path, size: [4, 5], channels: 1", "kind: sequence, column: path, maximum_length: 3",
      in: "dataset.yaml")
    try folder.replace(".png", ".npy", in: "samples.csv")
    for (name, frames) in [("a", 2), ("b", 5), ("d", 1), ("e", 3), ("f", 1)] {
      try NPY.write(
        Tensor((0..<frames * 2).map(Float.init), shape: [frames, 2]), to: folder.folder.file("pictures/\(name).npy"))
    }
    let data = try #require(try folder.load().modalities["image"])
    #expect(data.lengths == [2, 3, 1, 1, 3, 1])
    #expect(data.values.shape == [6, 3, 2])
    #expect(Array(data.values.floats[0..<6]) == [0, 1, 2, 3, 0, 0])
    try NPY.write(Tensor.zeros([4, 3]), to: folder.folder.file("pictures/e.npy"))
    #expect(
      folder.message() == "samples.csv: row 6: pictures/e.npy: has shape [3], but row 2 has [2]")
    try NPY.write(Tensor.zeros([4, 3, 1]), to: folder.folder.file("pictures/e.npy"))
    #expect(
      folder.message()
        == "samples.csv: row 6: pictures/e.npy: has shape [4, 3, 1]; one sample of kind sequence is [T, D]")
    try NPY.write(Tensor([Float(1), .nan], shape: [1, 2]), to: folder.folder.file("pictures/e.npy"))
    #expect(folder.message() == "samples.csv: row 6: pictures/e.npy: number 2: nan is not finite")
  }

  @Test func readsSound() throws {
    let folder = try SmallFolder()
    try folder.replace(".png", ".wav", in: "samples.csv")
    func specify(_ settings: String) throws {
      try folder.folder.write(
        SmallFolder.manifest.replacingOccurrences(
          of: "kind: image, column: path, size: [4, 5], channels: 1", with: "kind: audio, column: path, \(settings)"),
        to: "dataset.yaml")
    }
    let sounds = ["a": 800, "b": 1600, "d": 400, "e": 1000, "f": 2400]
    for (name, count) in sounds {
      let samples = (0..<count).map { Float(sin(Double($0) * 0.3)) / 2 }
      try MediaFile.writeWAV(samples, rate: 8000, to: folder.folder.file("pictures/\(name).wav"))
    }
    try specify("rate: 8000, features: waveform")
    let waveform = try #require(try folder.load().modalities["image"])
    #expect(waveform.values.shape == [6, 2400, 1])
    #expect(waveform.lengths == [800, 1600, 1, 400, 1000, 2400])
    try specify("rate: 8000, bands: 20")
    let energies = try #require(try folder.load().modalities["image"])
    let features = try AudioFeatures(rate: 8000, bands: 20)
    #expect(energies.lengths == [800, 1600, nil, 400, 1000, 2400].map { $0.map(features.frameCount) ?? 1 })
    let expected = try features.logMel(Tensor(MediaFile.audio(folder.folder.file("pictures/b.wav"), rate: 8000)))
    let input = energies.gather([1])
    #expect(input.values[0].floats == expected.floats)
    try specify("rate: 8000, bands: 20, features: mfcc, coefficients: 5, maximum_length: 7")
    #expect(try folder.load().modalities["image"]?.values.shape == [6, 7, 5])
    try specify("rate: 1000, bands: 500")
    #expect(folder.message().hasPrefix("dataset.yaml: modalities.image: 500 mel bands"))
    try specify("rate: 8000, bands: 20")
    try MediaFile.writeWAV([], rate: 8000, to: folder.folder.file("pictures/b.wav"))
    #expect(folder.message().hasPrefix("samples.csv: row 3: pictures/b.wav: "))
    try MediaFile.writeWAV([0.1, 0.2], rate: 8000, to: folder.folder.file("pictures/b.wav"))
    #expect(
      folder.message() == "samples.csv: row 3: pictures/b.wav: 2 samples (0.000 s) of sound; "
        + "expected at least one frame, 200 samples (0.025 s)")
  }

  @Test func everyModalityAbsentIsRefused() throws {
    let folder = try SmallFolder()
    for name in ["text", "motion"] {
      try NPY.write(Tensor([true, true, false, true, true, true]), to: folder.folder.file("\(name).present.npy"))
    }
    #expect(folder.message() == "samples.csv: row 4: every modality is absent")
  }

  @Test func theCacheChangesNothingButTime() throws {
    let folder = try SmallFolder()
    let cache = folder.folder.file("cache")
    let first = try folder.load(cache: cache)
    let files = try FileManager.default.contentsOfDirectory(atPath: cache.path)
    #expect(files.count == 1)
    let second = try folder.load(cache: cache)
    #expect(second.modalities["image"]?.values.floats == first.modalities["image"]?.values.floats)
    #expect(second.modalities["image"]?.present == first.modalities["image"]?.present)
    // What the cache says is used …
    let file = cache.appendingPathComponent(files[0])
    try Safetensors.write(["values": Tensor.ones([6, 1, 4, 5])], to: file)
    #expect(try folder.load(cache: cache).modalities["image"]?.values.floats.allSatisfy { $0 == 1 } == true)
    // … unless it is damaged …
    try Data("junk".utf8).write(to: file)
    #expect(
      try folder.load(cache: cache).modalities["image"]?.values.floats == first.modalities["image"]?.values.floats)
    // … or a file has changed since.
    try MediaFile.writePNG(
      [UInt8](repeating: 255, count: 20), height: 4, width: 5, to: folder.folder.file("pictures/a.png"))
    #expect(try folder.load(cache: cache).modalities["image"]?.values.floats[0] == 1)
    #expect(try FileManager.default.contentsOfDirectory(atPath: cache.path).count == 2)
  }

  @Test func namesInErrorsStayOnOneLine() throws {
    let folder = try SmallFolder()
    try folder.replace("\na,train", "\n\"x\ny\",train", in: "samples.csv")
    try folder.replace("\nb,train", "\n\"x\ny\",train", in: "samples.csv")
    #expect(
      folder.message() == "samples.csv: row 3: duplicate id \"x\\ny\", first in row 2; every id must appear once")
  }
}
