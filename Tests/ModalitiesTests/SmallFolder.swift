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
