import Experiments
import Foundation
import Modalities
import Tensors

/// Small data sets in memory whose right answer is known.
enum ExampleData {
  /// Two modalities of two numbers each. With `xor`, the class is whether the signs of their first numbers differ;
  /// else both modalities show the class.
  static func signs(xor: Bool, samples: Int = 360, seed: UInt64 = 5, missing: Bool = false) throws -> PreparedDataset {
    let generator = Generator(seed: seed)
    let noise = Tensor.randn([samples, 4], generator: generator).floats
    let bits = Tensor.randint(0, 2, [samples, 2], generator: generator).integers
    var left: [Float] = []
    var right: [Float] = []
    var classes: [Int] = []
    for row in 0..<samples {
      let a = bits[2 * row]
      let b = xor ? bits[2 * row + 1] : a
      classes.append(xor ? a ^ b : a)
      left += [Float(2 * a - 1) + 0.2 * noise[4 * row], noise[4 * row + 1]]
      right += [Float(2 * b - 1) + 0.2 * noise[4 * row + 2], noise[4 * row + 3]]
    }
    let present = missing ? (0..<samples).map { $0 % 5 != 0 } : nil
    let manifest = Manifest(
      name: xor ? "xor" : "copies", task: .classification, target: "class",
      modalities: [
        "left": ModalitySpecification(kind: .vector, file: "left.npy"),
        "right": ModalitySpecification(kind: .vector, file: "right.npy"),
      ])
    return try PreparedDataset(
      Dataset(
        manifest: manifest, ids: (0..<samples).map { "s\($0)" },
        splits: (0..<samples).map { $0 % 3 == 0 ? .test : $0 % 6 == 1 ? .validation : .train },
        targets: .classes(classes), classes: ["same", "different"],
        modalities: [
          "left": ModalityData(values: Tensor(left, shape: [samples, 2])),
          "right": ModalityData(values: Tensor(right, shape: [samples, 2]), present: present),
        ]))
  }

  /// The target is the sum of one number of each modality.
  static func sums(samples: Int = 300, seed: UInt64 = 6) throws -> PreparedDataset {
    let generator = Generator(seed: seed)
    let left = Tensor.randn([samples, 1], generator: generator)
    let right = Tensor.randn([samples, 1], generator: generator)
    return try PreparedDataset(
      Dataset(
        manifest: Manifest(
          name: "sums", task: .regression, target: "sum",
          modalities: [
            "left": ModalitySpecification(kind: .vector, file: "left.npy"),
            "right": ModalitySpecification(kind: .vector, file: "right.npy"),
          ]),
        ids: (0..<samples).map { "s\($0)" },
        splits: (0..<samples).map { $0 % 3 == 0 ? .test : $0 % 6 == 1 ? .validation : .train },
        targets: .values((left + right + 100).doubles),
        modalities: ["left": ModalityData(values: left), "right": ModalityData(values: right)]))
  }

  /// Classes beside vectors, `[N, D]` row-major by name; a third of the samples in each split.
  static func vectors(
    _ name: String, classes: [Int], named names: [String] = ["no", "yes"], attributes: [String: [String]] = [:],
    _ modalities: [String: [Float]]
  ) -> Dataset {
    let samples = classes.count
    return Dataset(
      manifest: Manifest(
        name: name, task: .classification, target: "class",
        modalities: Dictionary(
          uniqueKeysWithValues: modalities.keys.map { ($0, ModalitySpecification(kind: .vector, file: "\($0).npy")) })),
      ids: (0..<samples).map { "s\($0)" },
      splits: (0..<samples).map { $0 % 3 == 0 ? .test : $0 % 3 == 1 ? .validation : .train },
      targets: .classes(classes), classes: names, attributes: attributes,
      modalities: modalities.mapValues {
        ModalityData(values: Tensor($0, shape: [samples, $0.count / samples]))
      })
  }

  /// A folder that is removed when `body` ends.
  static func inTemporaryFolder<R>(_ body: (URL) throws -> R) throws -> R {
    let folder = FileManager.default.temporaryDirectory.appending(path: "chiasm-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
  }
}
