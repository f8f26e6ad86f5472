import Experiments
import Foundation
import Modalities
import Tensors
import Testing

@Suite struct SharedRepresentationTests {
  /// Two or three modalities of 6 numbers. Shared: each shows the same three hidden numbers in its own way; else each has
  /// hidden numbers of its own. The class is the signs of two of the hidden numbers, of the first modality where they differ.
  private func data(isShared: Bool, modalities: Int = 2, count: Int = 1800) -> Dataset {
    let generator = Generator(seed: 3)
    let names = (0..<modalities).map { ["left", "right", "third"][$0] }
    let hidden = (0..<modalities).map { _ in Tensor.randn([count, 3], generator: generator) }
    let signs = (hidden[0] .> 0).to(.int64)
    let classes = zip(signs[.all, 0].integers, signs[.all, 1].integers).map { 2 * $0 + $1 }
    let specification = ModalitySpecification(kind: .vector, file: "x.npy")
    return Dataset(
      manifest: Manifest(
        name: "views", task: .classification, target: "class",
        modalities: Dictionary(uniqueKeysWithValues: names.map { ($0, specification) })),
      ids: (0..<count).map { "s\($0)" },
      splits: (0..<count).map { $0 % 3 == 0 ? .test : $0 % 6 == 1 ? .validation : .train },
      targets: .classes(classes), classes: ["a", "b", "c", "d"],
      modalities: Dictionary(
        uniqueKeysWithValues: names.enumerated().map { modality, name in
          let view = Tensor.randn([3, 6], generator: generator)
          let noise = Tensor.randn([count, 6], generator: generator) * 0.2
          return (name, ModalityData(values: hidden[isShared ? 0 : modality].matmul(view) + noise))
        }))
  }

  private func analysis() -> SharedRepresentationAnalysis {
    var analysis = SharedRepresentationAnalysis(seed: 1)
    analysis.training.epochs = 25
    analysis.training.learningRate = 3e-3
    return analysis
  }

  private func accuracy(_ result: SharedRepresentation, _ learned: [String], _ tested: [String]) -> Double {
    result.rows.first { $0.learned == learned && $0.tested == tested }?.accuracy ?? .nan
  }

  /// What is learned from one modality is recognised in the other, which no classifier ever saw.
  @Test func hearToSee() throws {
    let result = try analysis().run(data(isShared: true))
    #expect(result.rows.count == 5 && abs(result.chance - 0.25) < 0.07)
    #expect(accuracy(result, ["left", "right"], ["left", "right"]) > 0.8)
    for (one, other) in [("left", "right"), ("right", "left")] {
      #expect(accuracy(result, [one], [one]) > 0.8)
      #expect(accuracy(result, [one], [other]) > 0.7)
    }
    #expect(result.reconstruction < 0.5 * result.reconstructionByMeans)
    #expect(
      result.rows.map(\.setting) == [.fusion] + [.crossModality, .crossModality] + [
        .sharedRepresentation, .sharedRepresentation,
      ])
  }

  /// Where modalities have nothing in common, nothing passes from one to the other.
  @Test func nothingSharedNothingSeen() throws {
    let result = try analysis().run(data(isShared: false))
    #expect(accuracy(result, ["left"], ["left"]) > 0.8)
    // Of 600 samples: four standard deviations of a guess.
    #expect(accuracy(result, ["left"], ["right"]) < result.chance + 0.07)
    #expect(accuracy(result, ["right"], ["right"]) < result.chance + 0.07)
    // A classifier that could learn nothing takes the other modality's classes for each other at random, all of them.
    let guesses = try (1...5).map { seed in
      var seeded = analysis()
      seeded.seed = UInt64(seed)
      return try accuracy(seeded.run(data(isShared: false)), ["right"], ["left"])
    }
    #expect(guesses.reduce(0, +) / 5 < 0.5, "\(guesses)")
  }

  @Test func anyNumberOfModalities() throws {
    let result = try analysis().run(data(isShared: true, modalities: 3, count: 900))
    #expect(result.rows.count == 1 + 3 + 6)
    for row in result.rows { #expect(row.accuracy > 0.55, "\(row)") }
    let pair = try analysis().run(data(isShared: true, modalities: 3, count: 600), names: ["third", "left"])
    #expect(pair.modalities == ["third", "left"] && pair.rows.count == 5)
  }

  @Test func sameSeedSameResult() throws {
    let results = try (0..<2).map { _ in try analysis().run(data(isShared: true, count: 300)) }
    #expect(results[0].rows.map(\.accuracy) == results[1].rows.map(\.accuracy))
    #expect(results[0].reconstruction == results[1].reconstruction)
  }

  @Test func values() throws {
    let error = #expect(throws: InputError.self) { try analysis().run(ExampleData.sums().dataset) }
    #expect(error?.description.contains("is not one of several classes") == true)
  }
}
