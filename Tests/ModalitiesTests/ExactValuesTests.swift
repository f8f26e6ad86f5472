import Foundation
import Tensors
import Testing

@testable import Modalities

/// Numbers with more digits than single precision has: what lies behind them is not lost before it is standardised.
@Suite struct ExactValuesTests {
  private static let start = 1.7e9

  /// Unix seconds of the small folder's six samples, and beside them numbers about zero.
  private static let seconds: [Double] = [0, 1, 2, 30, 40, 50].map { start + $0 / 4 }

  private func folder(_ write: (SmallFolder) throws -> Void) throws -> SmallFolder {
    let folder = try SmallFolder()
    try folder.replace("motion: {kind: sequence, file: motion.npy}", "", in: "dataset.yaml")
    try write(folder)
    return folder
  }

  private func checkStandardised(_ dataset: Dataset) throws {
    let normalisation = Normalisation(fitting: dataset)
    #expect(normalisation.mean["text"]?.dtype == .float64)
    #expect(normalisation.mean["image"]?.dtype == .float32)
    let normalised = dataset.normalised(with: normalisation)
    let found = try #require(normalised.modalities["text"])
    #expect(found.exact == nil && found.values.dtype == .float32)
    // The train split holds 0, 1/4 and 1/2 seconds: mean 1/4, deviation √(1/24).
    let deviation = (1.0 / 24).squareRoot()
    let expected = Self.seconds.map { Float(($0 - Self.start - 0.25) / deviation) }
    let values = found.values.floats
    for (row, value) in expected.enumerated() {
      let own = values[row * values.count / 6]
      #expect(abs(own - value) < 1e-3 * max(1, abs(value)), "row \(row)")
    }
    // A saved run carries what new data are standardised by, also one sample of them.
    let restored = try Normalisation(tensors: normalisation.tensors)
    let again = restored.apply(to: dataset.batch([4])).inputs["text"]!
    #expect(again.values.dtype == .float32)
    #expect(abs(again.values.floats[0] - expected[4]) < 1e-3 * expected[4])
  }

  @Test func float64FilesKeepThem() throws {
    let folder = try folder { folder in
      let values = Self.seconds.enumerated().flatMap { [$1, Double($0), Double($0) / 7] }
      try NPY.write(Tensor(values, shape: [6, 3]), to: folder.folder.file("text.npy"))
    }
    try checkStandardised(folder.load())
  }

  @Test func wholeNumbersKeepThem() throws {
    let folder = try folder { folder in
      let quarters = Self.seconds.enumerated().flatMap { [Int($1 * 4), $0, 7] }
      try NPY.write(Tensor(quarters, shape: [6, 3]), to: folder.folder.file("text.npy"))
    }
    let dataset = try folder.load()
    let normalised = dataset.normalised(with: Normalisation(fitting: dataset))
    let values = try #require(normalised.modalities["text"]?.values.floats)
    // 0, 1, 2 of the train split: mean 1, deviation √(2/3).
    #expect(abs(values[0] + Float(1.5).squareRoot()) < 1e-3 && abs(values[3]) < 1e-3)
  }

  @Test func tablesKeepThem() throws {
    let folder = try folder { folder in
      try folder.replace("file: text.npy", "file: text.csv", in: "dataset.yaml")
      let rows = zip(["a", "b", "c", "d", "e", "f"], Self.seconds).map { "\($0),\($1),1.5,2" }
      try folder.folder.write((["id,time,x,y"] + rows).joined(separator: "\n") + "\n", to: "text.csv")
    }
    try checkStandardised(folder.load())
  }

  /// One file a sample, decoded, and read again from the cache.
  @Test func filesOfSamplesAndTheirCacheKeepThem() throws {
    let folder = try folder { folder in
      try folder.replace(
        "text: {kind: vector, file: text.npy}", "text: {kind: vector, column: file}", in: "dataset.yaml")
      try folder.replace("path,note", "path,file", in: "samples.csv")
      for (name, old) in [("a", "first"), ("c", "third")] {
        try folder.replace("\(old)\n", "\(name).npy\n", in: "samples.csv")
      }
      for name in ["b", "d", "e", "f"] {
        try folder.replace("pictures/\(name).png,\n", "pictures/\(name).png,\(name).npy\n", in: "samples.csv")
      }
      for (name, second) in zip(["a", "b", "c", "d", "e", "f"], Self.seconds) {
        try NPY.write(Tensor([second, 1.5]), to: folder.folder.file("\(name).npy"))
      }
    }
    let cache = folder.url.appendingPathComponent("cache")
    try checkStandardised(folder.load(cache: cache))
    try checkStandardised(folder.load(cache: cache))
    let dataset = try folder.load()
    let decoder = SampleDecoder(manifest: dataset.manifest, featureShapes: dataset.featureShapes)
    let batch = try decoder.batch([NewSample(id: "new", files: ["text": folder.folder.file("e.npy")])])
    let values = Normalisation(fitting: dataset).apply(to: batch).inputs["text"]!.values.floats
    #expect(abs(values[0] - Float(9.75 / (1.0 / 24).squareRoot())) < 0.05)
  }

  /// Ordinary numbers are standardised in single precision as ever, from whatever they are read.
  @Test func numbersAboutZeroStayInSinglePrecision() throws {
    let dataset = try SmallFolder().load()
    #expect(dataset.modalities.values.allSatisfy { $0.exact == nil })
    #expect(Normalisation(fitting: dataset).mean.values.allSatisfy { $0.dtype == .float32 })
  }

  /// What is constant but for rounding is still constant.
  @Test func roundingIsNoSpread() throws {
    let folder = try folder { folder in
      // Every other one is the next number that there is.
      let constant = 0.3
      var values: [Double] = []
      for row in 0..<6 { values += [row % 2 == 0 ? constant : constant.nextUp, Self.seconds[row], 0] }
      try NPY.write(Tensor(values, shape: [6, 3]), to: folder.folder.file("text.npy"))
    }
    let scale = try #require(try Normalisation(fitting: folder.load()).scale["text"]?.floats)
    #expect(scale[0] == 0 && scale[1] > 0 && scale[2] == 0)
  }
}
