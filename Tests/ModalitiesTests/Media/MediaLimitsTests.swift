import Foundation
import Synchronization
import Tensors
import Testing

@testable import Modalities

/// What is asked before decoding, and told while it goes on.
@Suite struct MediaLimitsTests {
  /// Eight thousand rows of 201 MB each; the picture's pixels are damaged, so it was not decoded when it is refused.
  @Test func picturesThatDoNotFitAreNotDecoded() throws {
    let folder = try TemporaryFolder()
    var png = try MediaFile.png([UInt8](repeating: 9, count: 20), height: 4, width: 5)
    png[png.count - 20] ^= 1
    try folder.write(png, to: "x.png")
    try folder.write(
      """
      name: large
      task: classification
      target: label
      modalities:
        a: {kind: image, column: path, size: [4096, 4096], channels: 3}

      """, to: "dataset.yaml")
    let rows = (0..<8000).map { "\($0),\(["train", "train", "validation", "test"][$0 % 4]),c\($0 / 4 % 2),x.png\n" }
    try folder.write("id,split,label,path\n" + rows.joined(), to: "samples.csv")
    let error = #expect(throws: InputError.self) { try Dataset.load(folder.url) }
    #expect(error?.file == "dataset.yaml" && error?.place == "modalities.a")
    #expect(error?.problem.hasPrefix("8000 pictures of [3, 4096, 4096] need 1610.6 GB of memory") == true)
    #expect(error?.problem.hasSuffix("; a smaller size helps") == true)
  }

  /// A head that declares 400 days of sound in front of nothing that could be decoded.
  @Test func soundsThatDoNotFitAreNotDecoded() throws {
    let folder = try SmallFolder()
    try folder.replace(
      "kind: image, column: path, size: [4, 5], channels: 1",
      "kind: audio, column: path, rate: 48000, features: waveform", in: "dataset.yaml")
    try folder.replace(".png", ".flac", in: "samples.csv")
    var flac = try #require(MediaGoldens.load().sounds.first { $0.name == "mono-a.flac" }).file
    flac[21] |= 0x0f  // the upper bits of the number of samples
    for name in ["a", "b", "d", "e", "f"] { try folder.folder.write(flac, to: "pictures/\(name).flac") }
    #expect(folder.message().hasPrefix("dataset.yaml: modalities.image: 6 sounds need "))
    #expect(folder.message().hasSuffix("; a maximum_length helps"))
    // With a length that fits, what the file says is looked at.
    try folder.replace("features: waveform", "features: waveform, maximum_length: 10", in: "dataset.yaml")
    #expect(folder.message().hasPrefix("samples.csv: row 2: pictures/a.flac: ") || folder.message().contains("GB"))
  }

  @Test func progressIsTold() throws {
    let told = Mutex<[String]>([])
    let folder = try SmallFolder()
    _ = try Dataset.load(folder.url) { modality, done, total in
      told.withLock { $0.append("\(modality) \(done)/\(total)") }
    }
    #expect(told.withLock { $0 } == ["image 0/5", "image 5/5"])
  }
}
