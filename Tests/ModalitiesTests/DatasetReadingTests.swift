import Foundation
import Tensors
import Testing

@testable import Modalities

/// A good data set of six samples, to be spoilt: vector `[6, 3]`, ragged sequence `[6, 4, 2]`, picture by column.
/// What a good data set looks like once it is loaded.
@Suite struct DatasetReadingTests {
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
    for file in ["text.npz, array: features", "text.npz, array: features.npy", "text.safetensors", "text.csv"] {
      try folder.folder.write(
        SmallFolder.manifest.replacingOccurrences(of: "text.npy", with: file), to: "dataset.yaml")
      #expect(try folder.load().modalities["text"]?.values.floats == values.floats)
    }
    for (file, message) in [
      ("text.npz", "text.npz: holds 2 arrays (\"features\", \"other\"); name one with `array` in dataset.yaml"),
      ("text.npz, array: text", "text.npz: no array \"text\"; there are \"features\", \"other\""),
      ("text.npz, array: text.npy", "text.npz: no array \"text.npy\"; there are \"features\", \"other\""),
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

  @Test func theCacheChangesNothingButTime() throws {
    let folder = try SmallFolder()
    let cache = folder.folder.file("cache")
    let first = try folder.load(cache: cache)
    let files = try FileManager.default.contentsOfDirectory(atPath: cache.path)
    #expect(files.count == 1)
    let second = try folder.load(cache: cache)
    #expect(second.modalities["image"]?.values.floats == first.modalities["image"]?.values.floats)
    #expect(second.modalities["image"]?.present == first.modalities["image"]?.present)
    // What it says when damaged, DecodeCacheTests see; here a file changes.
    try MediaFile.writePNG(
      [UInt8](repeating: 255, count: 20), height: 4, width: 5, to: folder.folder.file("pictures/a.png"))
    #expect(try folder.load(cache: cache).modalities["image"]?.values.floats[0] == 1)
    #expect(try FileManager.default.contentsOfDirectory(atPath: cache.path).count == 2)
  }
}
