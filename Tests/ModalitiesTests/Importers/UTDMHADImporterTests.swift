import Foundation
import Tensors
import Testing

@testable import Modalities

@Suite struct UTDMHADImporterTests {
  static let isThere = SharedData.has("utd-mhad")

  /// A level-5 file with one array of doubles, its first index running fastest.
  static func file(_ name: String, shape: [Int], values: [Double]) -> Data {
    func word(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(value >> (8 * $0) & 255) } }
    func element(_ type: Int, _ bytes: [UInt8]) -> [UInt8] {
      word(type) + word(bytes.count) + bytes + Array(repeating: 0, count: (8 - bytes.count % 8) % 8)
    }
    let numbers = values.flatMap { value in (0..<8).map { UInt8(value.bitPattern >> (8 * $0) & 255) } }
    let body =
      element(6, [6, 0, 0, 0, 0, 0, 0, 0]) + element(5, shape.flatMap(word)) + element(1, Array(name.utf8))
      + element(9, numbers)
    return Data(Array(repeating: 32, count: 124) + [0, 1, 0x49, 0x4D] + word(14) + word(body.count) + body)
  }

  /// A number that says where it comes from.
  static func joint(_ frame: Int, _ joint: Int, _ axis: Int, subject: Int) -> Double {
    Double(1000 * subject + 100 * frame + 3 * joint + axis)
  }

  /// One recording of each of eight people, that of person s with s + 1 frames of skeleton and s + 2 of signals.
  private func source() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for subject in 1...8 {
      let stem = "a\(subject == 5 ? 3 : subject % 2 == 0 ? 12 : 2)_s\(subject)_t1"
      let skeleton = (0...subject).flatMap { frame in
        (0..<3).flatMap { axis in (0..<20).map { Self.joint(frame, $0, axis, subject: subject) } }
      }
      try folder.write(
        Self.file("d_skel", shape: [20, 3, subject + 1], values: skeleton), to: "skeleton/\(stem)_skeleton.mat")
      let frames = subject + 2
      let signals = (0..<6).flatMap { signal in (0..<frames).map { Double(10 * $0 + signal) } }
      try folder.write(
        Self.file("d_iner", shape: [frames, 6], values: signals), to: "inertial/\(stem)_inertial.mat")
    }
    return folder
  }

  @Test func keepsFramesLengthsAndSubjects() throws {
    let source = try source()
    let made = source.file("made")
    try UTDMHADImporter.run(source: source.url, destination: made)
    let dataset = try Dataset.load(made)
    #expect(dataset.featureShapes == ["inertial": [6], "skeleton": [60]])
    #expect(dataset.ids.prefix(3) == ["a2_s1_t1", "a2_s3_t1", "a2_s7_t1"])
    #expect(dataset[.train].count == 3 && dataset[.validation].count == 1 && dataset[.test].count == 4)
    #expect(dataset[.validation].map { dataset.ids[$0] } == ["a2_s7_t1"])
    #expect(dataset.attributes["subject"] == ["1", "3", "7", "5", "2", "4", "6", "8"])
    #expect(dataset.classes.count == 27 && dataset.targets.numbers([0, 4]) == [1, 11])
    let (skeleton, inertial) = (dataset.modalities["skeleton"], dataset.modalities["inertial"])
    #expect(skeleton?.lengths == [2, 4, 8, 6, 3, 5, 7, 9])
    #expect(inertial?.lengths == [3, 5, 9, 7, 4, 6, 8, 10])
    // Row 1 is subject 3: joint 7, z, of frame 2; then signal 4 of frame 3; zero after the end.
    #expect(
      skeleton?.values[1, 2, 3 * 7 + 2].item()
        == Self.joint(2, 7, 2, subject: 3) - Self.joint(0, 3, 2, subject: 3))
    #expect(inertial?.values[1, 3, 4].item() == 34)
    #expect(skeleton?.values[1].narrow(axis: 0, start: 4, length: 5).abs().max().item() == 0)
  }

  @Test func theSkeletonIsMeasuredFromWhereAsked() throws {
    let source = try source()
    try UTDMHADImporter.run(source: source.url, destination: source.file("made"), options: ["origin": "camera"])
    let skeleton = try Dataset.load(source.file("made")).modalities["skeleton"]
    #expect(skeleton?.values[1, 2, 3 * 7 + 2].item() == Self.joint(2, 7, 2, subject: 3))
    #expect(throws: UsageError("import utd-mhad: option origin is \"feet\"; expected hips or camera")) {
      try UTDMHADImporter.run(source: source.url, destination: source.file("other"), options: ["origin": "feet"])
    }
  }

  @Test func validationIsTheSubjectAskedFor() throws {
    let source = try source()
    try UTDMHADImporter.run(
      source: source.url, destination: source.file("made"), options: ["validation-subject": "3"])
    let table = try SampleTable.read(source.file("made/samples.csv"))
    #expect(table.cells("split") == ["train", "validation", "train", "train", "test", "test", "test", "test"])
    for wrong in ["2", "x", ""] {
      let expected = "import utd-mhad: option validation-subject is \"\(wrong)\"; expected 1, 3, 5 or 7"
      #expect(throws: UsageError(expected)) {
        try UTDMHADImporter.run(
          source: source.url, destination: source.file("other"), options: ["validation-subject": wrong])
      }
    }
  }

  @Test(arguments: [
    (
      "skeleton/a2_s1_t1_skeleton.mat", file("d_skel", shape: [3, 20, 1], values: Array(repeating: 0, count: 60)),
      "skeleton/a2_s1_t1_skeleton.mat: d_skel: an array of shape [3, 20, 1]; numbers of [20, 3, any] expected"
    ),
    (
      "skeleton/a2_s1_t1_skeleton.mat",
      file("d_skel", shape: [20, 3, 2], values: (0..<120).map { $0 == 83 ? .nan : 1 }),
      "skeleton/a2_s1_t1_skeleton.mat: d_skel(4, 2, 2): nan"
    ),
    (
      "inertial/a2_s1_t1_inertial.mat", file("d_iner", shape: [0, 6], values: []),
      "inertial/a2_s1_t1_inertial.mat: d_iner: an array of shape [0, 6]; numbers of [any, 6] expected"
    ),
    (
      "inertial/a2_s1_t1_inertial.mat", file("d_skel", shape: [1, 6], values: [1, 2, 3, 4, 5, 6]),
      "inertial/a2_s1_t1_inertial.mat: holds no array d_iner; it has d_skel"
    ),
    (
      "inertial/a2_s1_t1_inertial.mat", Data("not a matrix".utf8),
      "inertial/a2_s1_t1_inertial.mat: is not a MATLAB level-5 file of little-endian numbers"
    ),
    (
      "skeleton/a28_s1_t1_skeleton.mat", Data(),
      "skeleton/a28_s1_t1_skeleton.mat: is not named aX_sY_tZ_skeleton.mat with action X of 1 to 27, "
        + "subject Y of 1 to 8"
    ),
    (
      "skeleton/a02_s1_t1_skeleton.mat", Data(),
      "skeleton/a02_s1_t1_skeleton.mat: is not named aX_sY_tZ_skeleton.mat with action X of 1 to 27, "
        + "subject Y of 1 to 8"
    ),
    (
      "inertial/a9_s1_t1_inertial.mat", Data(),
      "inertial/a9_s1_t1_inertial.mat: has no skeleton/a9_s1_t1_skeleton.mat beside it"
    ),
  ]) func refuses(path: String, data: Data, message: String) throws {
    let source = try source()
    try source.write(data, to: path)
    let error = #expect(throws: InputError.self) {
      try UTDMHADImporter.run(source: source.url, destination: source.file("made"))
    }
    #expect(error?.description == message)
    #expect(!FileManager.default.fileExists(atPath: source.file("made").path))
  }

  @Test func refusesWhatIsMissing() throws {
    let source = try source()
    func message() -> String? {
      let error = #expect(throws: InputError.self) {
        try UTDMHADImporter.run(source: source.url, destination: source.file("made"))
      }
      return error?.description
    }
    let single = "inertial/a3_s5_t1_inertial.mat"
    try FileManager.default.removeItem(at: source.file(single))
    #expect(message() == "\(single): no such file in \(source.url.path)")
    for file in ["skeleton/a2_s7_t1_skeleton.mat", "inertial/a2_s7_t1_inertial.mat"] {
      try FileManager.default.removeItem(at: source.file(file))
    }
    #expect(message() == "skeleton: holds no recording for validation, of subject 7")
    try FileManager.default.removeItem(at: source.file("skeleton"))
    #expect(message() == "skeleton: no such file in \(source.url.path)")
  }

  @Test(.enabled(if: isThere, "needs ../shared/data/utd-mhad")) func importsTheResearchCopy() throws {
    let folder = try TemporaryFolder()
    try UTDMHADImporter.run(source: SharedData.folder("utd-mhad"), destination: folder.file("made"))
    let dataset = try Dataset.load(folder.file("made"))
    #expect(dataset.count == 861 && dataset[.test].count == 430)
    #expect(dataset[.train].count + dataset[.validation].count == 431)
    #expect(dataset.modalities["inertial"]?.values.shape == [861, 326, 6])
    #expect(dataset.modalities["skeleton"]?.values.shape == [861, 125, 60])
    let skeleton = try #require(dataset.modalities["skeleton"]?.lengths)
    let inertial = try #require(dataset.modalities["inertial"]?.lengths)
    #expect(skeleton.min() == 41 && skeleton.max() == 125 && inertial.min() == 107 && inertial.max() == 326)
    #expect(Set(dataset.targets.numbers(dataset[.train])).count == 27)
    // People stand on the floor of one room: joints lie within a few metres, the head (1) above the hips (4).
    let values = try #require(dataset.modalities["skeleton"]?.values)
    #expect(values.abs().max().item() < 6)
    let head = values.narrow(axis: 1, start: 0, length: 41)
    #expect((head[0, 0, 1] - head[0, 0, 10]).item() > 0.3)
  }
}
