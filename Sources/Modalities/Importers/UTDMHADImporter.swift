public import Foundation
import Tensors

/// UTD-MHAD (Chen et al., 2015): 27 actions by eight people, seen by a Kinect and felt by a sensor on wrist or thigh.
///
/// A frame of `skeleton` is x, y, z of joint 1, then of joint 2 and so on, in metres from where the centre of the hips is in
/// the first frame: where somebody stands before the camera says nothing about what they do, and of the subject taken for
/// validation .85 instead of .66 are understood (one modality alone, three seeds). A frame of `inertial` is three
/// accelerations and three rates of turning, as recorded. The published protocol holds: subjects 1, 3, 5 and 7 train, 2, 4,
/// 6 and 8 test; validation is one of the first four.
public enum UTDMHADImporter: Importer {
  public static let name = "utd-mhad"
  public static let summary =
    "861 recordings of 27 actions: skeleton of 20 joints and six inertial signals (aX_sY_tZ_skeleton.mat)"
  public static let options = [
    ImportOption(
      name: "validation-subject", defaultValue: "7", help: "the subject of train taken for validation: 1, 3, 5 or 7"),
    ImportOption(
      name: "origin", defaultValue: "hips",
      help: "where the skeleton is measured from: hips (their centre in the first frame) or camera (as recorded)"),
  ]

  private static let joints = 20
  /// The centre of the hips, counted from 0.
  private static let hips = 3
  private static let signals = 6
  private static let actions = [
    "swipe left", "swipe right", "wave", "clap", "throw", "cross arms", "basketball shoot", "draw x",
    "draw circle clockwise", "draw circle counter-clockwise", "draw triangle", "bowling", "boxing", "baseball swing",
    "tennis swing", "arm curl", "tennis serve", "push", "knock", "catch", "pick up and throw", "jog", "walk",
    "sit to stand", "stand to sit", "lunge", "squat",
  ]

  private struct Recording {
    let action: Int
    let subject: Int
    let trial: Int
    var stem: String { "a\(action)_s\(subject)_t\(trial)" }
  }

  public static func convert(_ source: ImportSource, into folder: URL, options: ImportOptions) throws {
    guard let validation = Int(options.string("validation-subject")), [1, 3, 5, 7].contains(validation) else {
      throw options.wrong("validation-subject", "1, 3, 5 or 7")
    }
    guard ["hips", "camera"].contains(options.string("origin")) else { throw options.wrong("origin", "hips or camera") }
    let fromHips = options.string("origin") == "hips"
    let recordings = try recordings(source, kind: "skeleton")
    let others = Set(try Self.recordings(source, kind: "inertial").map(\.stem))
    if let single = others.subtracting(recordings.map(\.stem)).sorted().first {
      throw InputError(file: "inertial/\(single)_inertial.mat", "has no skeleton/\(single)_skeleton.mat beside it")
    }
    let splits = recordings.map { recording -> Split in
      recording.subject % 2 == 0 ? .test : recording.subject == validation ? .validation : .train
    }
    for (split, subjects) in [(Split.train, "1, 3, 5 and 7 beside \(validation)"), (.validation, "\(validation)")]
      + [(.test, "2, 4, 6 and 8")] where !splits.contains(split)
    {
      throw InputError(file: "skeleton", "holds no recording for \(split.rawValue), of subject \(subjects)")
    }
    let skeletons = try recordings.map { try skeleton(source, $0, fromHips: fromHips) }
    let inertial = try recordings.map { try Self.inertial(source, $0) }
    for (modality, sequences, columns) in [("skeleton", skeletons, 3 * joints), ("inertial", inertial, signals)] {
      let lengths = sequences.map { $0.count / columns }
      try NPY.write(
        padded(sequences, frames: lengths.max() ?? 0, columns: columns),
        to: folder.appendingPathComponent("\(modality).npy"))
      try NPY.write(Tensor(lengths), to: folder.appendingPathComponent("\(modality).lengths.npy"))
    }
    let rows = zip(recordings, splits).map { recording, split in
      [
        recording.stem, split.rawValue, actions[recording.action - 1], String(recording.subject),
        String(recording.trial),
      ]
    }
    try SampleTable(header: ["id", "split", "action", "subject", "trial"], rows: rows)
      .write(to: folder.appendingPathComponent("samples.csv"))
    try Manifest(
      name: name, licence: "free for research, citation asked",
      citation: "C. Chen, R. Jafari, N. Kehtarnavaz, UTD-MHAD: a multimodal dataset for human action recognition "
        + "utilizing a depth camera and a wearable inertial sensor, ICIP 2015",
      task: .classification, target: "action", classes: actions, group: "subject",
      modalities: [
        "inertial": ModalitySpecification(kind: .sequence, file: "inertial.npy"),
        "skeleton": ModalitySpecification(kind: .sequence, file: "skeleton.npy"),
      ], metric: "accuracy"
    ).write(to: folder.appendingPathComponent(Manifest.fileName))
  }

  /// The recordings that the files of a folder are named after, by action, subject and trial.
  private static func recordings(_ source: ImportSource, kind: String) throws -> [Recording] {
    let folder = try source.file(kind)
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path) else {
      throw InputError(file: kind, "is not a folder that can be read")
    }
    let found = try names.filter { $0.hasSuffix(".mat") }.sorted().map { name in
      let parts = name.split(separator: "_", omittingEmptySubsequences: false)
      func number(_ part: Int, _ letter: Character) -> Int? {
        parts[part].first == letter ? Int(parts[part].dropFirst()) : nil
      }
      // The name is made again from its numbers, so that 07 or +7 is not taken for 7.
      guard parts.count == 4, let action = number(0, "a"), let subject = number(1, "s"), let trial = number(2, "t"),
        actions.indices.contains(action - 1), (1...8).contains(subject), trial > 0,
        name == "a\(action)_s\(subject)_t\(trial)_\(kind).mat"
      else {
        throw InputError(
          file: "\(kind)/\(name)", "is not named aX_sY_tZ_\(kind).mat with action X of 1 to 27, subject Y of 1 to 8")
      }
      return Recording(action: action, subject: subject, trial: trial)
    }
    guard !found.isEmpty else { throw InputError(file: kind, "holds no MAT file") }
    return found.sorted { ($0.action, $0.subject, $0.trial) < ($1.action, $1.subject, $1.trial) }
  }

  /// `[frames, joints · 3]`, row by row.
  private static func skeleton(
    _ source: ImportSource, _ recording: Recording, fromHips: Bool
  ) throws -> [Float] {
    let file = "skeleton/\(recording.stem)_skeleton.mat"
    let (shape, values) = try MATFile(readBytes(source.file(file), name: file), file: file)
      .array("d_skel", shape: [joints, 3, nil])
    let origin = (0..<3).map { axis in fromHips ? values[axis * joints + hips] : 0 }
    var rows: [Float] = []
    for frame in 0..<shape[2] {
      for joint in 0..<joints {
        for axis in 0..<3 { rows.append(Float(values[(frame * 3 + axis) * joints + joint] - origin[axis])) }
      }
    }
    return rows
  }

  /// `[frames, signals]`, row by row.
  private static func inertial(_ source: ImportSource, _ recording: Recording) throws -> [Float] {
    let file = "inertial/\(recording.stem)_inertial.mat"
    let (shape, values) = try MATFile(readBytes(source.file(file), name: file), file: file)
      .array("d_iner", shape: [nil, signals])
    return (0..<shape[0]).flatMap { frame in
      (0..<signals).map { signal in Float(values[signal * shape[0] + frame]) }
    }
  }

  /// `[samples, frames, columns]`, zero after the end of a sequence.
  private static func padded(_ sequences: [[Float]], frames: Int, columns: Int) -> Tensor {
    let room = frames * columns
    var values = [Float](repeating: 0, count: sequences.count * room)
    for (row, sequence) in sequences.enumerated() {
      values.replaceSubrange(row * room..<row * room + sequence.count, with: sequence)
    }
    return Tensor(values, shape: [sequences.count, frames, columns])
  }
}
