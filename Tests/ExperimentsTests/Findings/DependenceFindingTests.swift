import Modalities
import Tensors
import Testing

@testable import Analyses
@testable import Experiments

@Suite struct DependenceFindingTests {
  private static let samples = 200

  /// a, a rotation of it, numbers that know nothing of it, and one that shares half its variance with it.
  private func dataset(present: [Bool]? = nil) -> Dataset {
    let generator = Generator(seed: 3)
    let a = Tensor.randn([Self.samples, 3], generator: generator)
    let rotation = Tensor([0.6, -0.8, 0, 0.8, 0.6, 0, 0, 0, 1] as [Float], shape: [3, 3])
    let other = Tensor.randn([Self.samples, 5], generator: generator)
    let half = a + Tensor.randn([Self.samples, 3], generator: generator)
    let whole = ExampleData.vectors(
      "d", classes: [Int](repeating: 0, count: Self.samples),
      ["a": a.floats, "half": half.floats, "other": other.floats, "rotated": a.matmul(rotation).floats])
    return Dataset(
      manifest: whole.manifest, ids: whole.ids, splits: whole.splits, targets: whole.targets, classes: whole.classes,
      modalities: whole.modalities.merging(["other": ModalityData(values: other, present: present)]) { $1 })
  }

  @Test func whatDependsIsTold() throws {
    let rows = Array(0..<Self.samples)
    let found = try DependenceFinding.pairs(of: dataset(), ["a", "half", "other", "rotated"], rows: rows)
    func pair(_ first: String, _ second: String) throws -> DependenceFinding {
      try #require(found.first { $0.modalities == [first, second] })
    }
    #expect(found.count == 6)
    // An orthogonal map leaves inner products as they are.
    #expect(abs(try pair("a", "rotated").alignment - 1) < 1e-6)
    // tr(Σ_xy Σ_yx) / √(tr Σ_xx² tr Σ_yy²) = 3 / √(3 · 12) = ½ of the population.
    #expect(abs(try pair("a", "half").alignment - 0.5) < 0.12)
    #expect(abs(try pair("a", "other").alignment) < 0.05)
    #expect(found.filter(\.isTold).count == 3 && !found.contains { $0.isTold && $0.modalities.contains("other") })
    // Six p-values of at least one in a thousand, corrected for being six.
    #expect(found.map(\.pValue).min()! >= 0.005)
  }

  /// Ten groups with effects of their own in each of two modalities that know nothing of each other: 200 samples look as if
  /// they did, ten groups do not.
  @Test func groupsAreTheUnits() throws {
    let generator = Generator(seed: 11)
    let groups = (0..<Self.samples).map { $0 / 20 }
    func modality() -> [Float] {
      let effects = Tensor.randn([10, 2], generator: generator).floats
      let noise = Tensor.randn([Self.samples, 2], generator: generator).floats
      return noise.indices.map { 2 * effects[2 * groups[$0 / 2] + $0 % 2] + noise[$0] }
    }
    let whole = ExampleData.vectors(
      "d", classes: [Int](repeating: 0, count: Self.samples), ["a": modality(), "b": modality()])
    func pair(of group: String?) throws -> DependenceFinding {
      var manifest = whole.manifest
      manifest.group = group
      let data = Dataset(
        manifest: manifest, ids: whole.ids, splits: whole.splits, targets: whole.targets, classes: whole.classes,
        attributes: ["person": groups.map { "p\($0)" }], modalities: whole.modalities)
      return try #require(
        try DependenceFinding.pairs(of: data, ["a", "b"], rows: Array(0..<Self.samples)).first)
    }
    #expect(try pair(of: nil).pValue == 0.001)
    #expect(try pair(of: "person").pValue > 0.05)
  }

  @Test func onlySamplesThatHaveBothCount() throws {
    let few = dataset(present: (0..<Self.samples).map { $0 < 3 })
    let found = try DependenceFinding.pairs(of: few, ["a", "other"], rows: Array(0..<Self.samples))
    #expect(found.isEmpty, "three samples say nothing")
  }
}
