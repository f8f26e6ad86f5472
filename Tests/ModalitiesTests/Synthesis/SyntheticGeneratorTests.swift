import Foundation
import InformationTheory
import Tensors
import Testing

@testable import Modalities

private struct Setting: Sendable, CustomTestStringConvertible {
  var redundancy: Double
  var unique: [Double]
  var synergy: Double
  var testDescription: String { "R \(redundancy) U \(unique) S \(synergy)" }

  static let all = [
    Setting(redundancy: 1, unique: [0, 0], synergy: 0),
    Setting(redundancy: 0, unique: [1, 0], synergy: 0),
    Setting(redundancy: 0, unique: [0, 0], synergy: 1),
    Setting(redundancy: 0.5, unique: [0.25, 1], synergy: 0.75),
    Setting(redundancy: 1.5, unique: [1, 0.125], synergy: 1),
    Setting(redundancy: 2, unique: [0, 0], synergy: 2),
    Setting(redundancy: 0, unique: [0, 0, 0], synergy: 1.3),
    Setting(redundancy: 0.9, unique: [0.1, 0, 1], synergy: 0.5),
    Setting(redundancy: 0, unique: [1, 1, 1, 1], synergy: 1),
  ]
}

@Suite struct SyntheticGeneratorTests {
  /// The distribution that data is drawn from: one variable per modality, then the target.
  private func distribution(_ generator: SyntheticGenerator) throws -> JointDistribution {
    let outcomes = generator.outcomes()
    let levels = generator.unique.indices.map { modality in
      (outcomes.map { $0.latents[modality] }.max() ?? 0) + 1
    }
    let shape = levels + [generator.classes]
    var table = [Double](repeating: 0, count: shape.reduce(1, *))
    for outcome in outcomes {
      let index = zip(outcome.latents + [outcome.target], shape).reduce(0) { $0 * $1.1 + $1.0 }
      table[index] += outcome.probability
    }
    return try JointDistribution(table, shape: shape)
  }

  @Test(arguments: Setting.all)
  fileprivate func carriesTheStatedInformation(setting: Setting) throws {
    let generator = try SyntheticGenerator(
      redundancy: setting.redundancy, unique: setting.unique, synergy: setting.synergy, samples: 10)
    let joint = try distribution(generator)
    let modalities = Array(setting.unique.indices)
    let target = [setting.unique.count]
    for modality in modalities {
      let information = joint.mutualInformation([modality], target, unit: .bits)
      #expect(abs(information - setting.redundancy - setting.unique[modality]) < 1e-9)
    }
    let total = setting.redundancy + setting.unique.reduce(0, +) + setting.synergy
    #expect(abs(joint.mutualInformation(modalities, target, unit: .bits) - total) < 1e-9)
    // Without one modality the synergy is out of reach.
    for left in modalities where modalities.count > 2 {
      let rest = modalities.filter { $0 != left }
      let information = joint.mutualInformation(rest, target, unit: .bits)
      #expect(abs(information - (total - setting.synergy - setting.unique[left])) < 1e-9)
    }
    let stated = try #require(generator.dataset().manifest.information)
    #expect(stated.redundancy == setting.redundancy)
    #expect(stated.synergy == setting.synergy)
    #expect(stated.unique.sorted { $0.key < $1.key }.map(\.value) == setting.unique)
    #expect(stated.unit == "bits")
  }

  /// Latent bits and targets as drawn, against the same amounts; sampling error is about 1/√N.
  @Test(arguments: [Setting.all[2], Setting.all[3], Setting.all[7]])
  fileprivate func drawsFromThatDistribution(setting: Setting) throws {
    let dataset = try SyntheticGenerator(
      redundancy: setting.redundancy, unique: setting.unique, synergy: setting.synergy, samples: 40_000, width: 8,
      seed: 3
    ).dataset()
    let target = dataset.targets.numbers(Array(0..<dataset.count)).map { Int($0) }
    for (modality, name) in dataset.names.enumerated() {
      let columns = dataset.attributes.filter { $0.key.hasPrefix("redundant") || $0.key.hasSuffix("_\(name)") }
      let latent = (0..<dataset.count).map { row in
        columns.sorted { $0.key < $1.key }.reduce(0) { $0 << 1 | ($1.value[row] == "1" ? 1 : 0) }
      }
      let counts = JointCounts(observing: [latent, target], estimator: .plugIn)
      let information = counts.mutualInformation([0], [1], unit: .bits)
      #expect(abs(information - setting.redundancy - setting.unique[modality]) < 0.02)
    }
  }

  /// A modality shows its own bits, each along its own direction, and nothing of the others.
  @Test func modalitiesShowTheirBitsOnly() throws {
    let dataset = try SyntheticGenerator(
      redundancy: 1, unique: [1, 0], synergy: 1, samples: 4000, noise: 0.2, width: 6, seed: 11
    ).dataset()
    for name in ["a", "b"] {
      let values = try #require(dataset.modalities[name]).values.doubles
      for (column, cells) in dataset.attributes {
        let isShown = column.hasPrefix("redundant") || column.hasSuffix("_\(name)")
        var mean = [Double](repeating: 0, count: 6)
        for (row, cell) in cells.enumerated() {
          for dimension in 0..<6 { mean[dimension] += (cell == "1" ? 1 : -1) * values[row * 6 + dimension] / 4000 }
        }
        let length = mean.reduce(0) { $0 + $1 * $1 }.squareRoot()
        #expect(isShown ? abs(length - 1) < 0.1 : length < 0.1, "\(column) in \(name): \(length)")
        guard isShown else { continue }
        let right = cells.indices.filter { row in
          let along = (0..<6).reduce(0) { $0 + mean[$1] * values[row * 6 + $1] }
          return (along > 0) == (cells[row] == "1")
        }
        #expect(right.count > 3980)
      }
    }
  }

  @Test func writesADataSetThatLoads() throws {
    let generator = try SyntheticGenerator(redundancy: 0, unique: [0, 0.5], synergy: 1, samples: 200, seed: 4)
    let folder = try TemporaryFolder()
    try generator.write(to: folder.file("made"))
    let loaded = try Dataset.load(folder.file("made"))
    let made = generator.dataset()
    #expect(loaded.manifest == made.manifest)
    #expect(loaded.targets == made.targets)
    #expect(loaded.attributes == made.attributes)
    #expect(loaded.modalities["b"]?.values.floats == made.modalities["b"]?.values.floats)
    #expect(Split.allCases.map { loaded[$0].count } == [120, 40, 40])
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["made"])
  }

  @Test func theSeedDecides() throws {
    func values(_ seed: UInt64) throws -> [Float] {
      try SyntheticGenerator(redundancy: 1, unique: [0, 0], synergy: 0, samples: 20, seed: seed)
        .dataset().modalities["a"]!.values.floats
    }
    #expect(try values(1) == values(1))
    #expect(try values(1) != values(2))
  }

  @Test func refusesANonEmptyFolder() throws {
    let folder = try TemporaryFolder()
    try folder.write("x", to: "made/kept")
    let generator = try SyntheticGenerator(redundancy: 1, unique: [0, 0], synergy: 0, samples: 20)
    let made = folder.file("made")
    #expect(throws: InputError(file: made.path, "is a folder with other files in it; name a new one")) {
      try generator.write(to: made)
    }
    #expect(
      throws: InputError(file: folder.file("made/kept").path, "is there already and is not a folder that can be read")
    ) {
      try generator.write(to: folder.file("made/kept"))
    }
    #expect(throws: InputError.self) { try generator.write(to: folder.file("made/kept/below")) }
  }

  @Test func flipsSolveTheChannelEquation() {
    #expect(abs(SyntheticGenerator.flip(carrying: 0.5) - 0.110_027_864_43) < 1e-9)
    #expect(abs(SyntheticGenerator.flip(carrying: 1e-6) - 0.5) < 1e-3)
  }

  @Test func refusesImpossibleSettings() {
    func message(_ body: () throws -> SyntheticGenerator) -> String {
      do {
        _ = try body()
        return "made"
      } catch { return "\(error)" }
    }
    #expect(
      message { try SyntheticGenerator(redundancy: 0, unique: [0, 0], synergy: 0) }
        == "redundancy, unique and synergy are all 0: the target would be constant")
    #expect(
      message { try SyntheticGenerator(redundancy: -1, unique: [0, 0], synergy: 0) }
        == "redundancy is -1.0; from 0 to 6 bits expected")
    #expect(
      message { try SyntheticGenerator(redundancy: .nan, unique: [0, 0], synergy: 0) }
        == "redundancy is nan; from 0 to 6 bits expected")
    #expect(
      message { try SyntheticGenerator(redundancy: 1, unique: [0], synergy: 0) }
        == "unique has 1 numbers; one for each of 2 to 26 modalities expected")
    #expect(
      message { try SyntheticGenerator(redundancy: 3, unique: [2, 1.5], synergy: 0) }
        == "7 components make 128 classes; at most 64 are made (whole bits and one for each fraction, 6 in all)")
    #expect(
      message { try SyntheticGenerator(redundancy: 3, unique: [2, 0], synergy: 0, width: 4) }
        == "width 4 cannot hold the 5 bits of a modality")
    #expect(
      message { try SyntheticGenerator(redundancy: 1, unique: [0, 0], synergy: 0, samples: 5) }
        == "samples is 5; from 10 to 10000000 expected")
    #expect(
      message { try SyntheticGenerator(redundancy: 1, unique: [0, 0], synergy: 0, noise: -0.1) }
        == "noise is -0.1; from 0 to 1000 expected")
  }
}
