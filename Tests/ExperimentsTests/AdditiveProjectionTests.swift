import Experiments
import Fusion
import Layers
import Modalities
import Quantification
import Tensors
import Testing

/// The projection through a model's parts against the projection of the model as it stands.
@Suite struct AdditiveProjectionTests {
  static let widths = [3, 5, 2]

  @Test(arguments: FusionRegistry.all.map(\.name), 2...3)
  func partsGiveTheDirectProjection(method: String, modalities: Int) throws {
    let model = try Self.model(method, modalities: modalities)
    let (encoded, present) = Self.samples(model)
    for mask in [nil, present] {
      let direct = EMAP(blockSize: 100).project(encoded, present: mask) { model.predict($0, present: $1) }
      let through = EMAP(blockSize: 8).project(encoded, through: model, present: mask)
      #expect(direct.isExact && through.isExact)
      #expect(through.projection.shape == [6, 2])
      #expect((through.projection - direct.projection).abs().max().item() < 1e-10)
      #expect((through.original - direct.original).abs().max().item() < 1e-10)
    }
  }

  /// In single precision pairs are replayed in blocks, which 70 samples do not divide into.
  @Test(
    arguments: ["early", "nonlinear", "gated", "gated:gate=softmax", "gated:gate=hard", "mfb", "late"], [false, true])
  func replayedPairsGiveTheDirectProjection(method: String, isMissing: Bool) throws {
    let words = method.split(separator: ":").map(String.init)
    let model = try Self.model(words[0], modalities: 2, options: Array(words[1...]), dtype: .float32)
    let (encoded, present) = Self.samples(model, count: 70, dtype: .float32)
    let mask = isMissing ? present : nil
    let direct = EMAP().project(encoded, present: mask) { model.predict($0, present: $1) }
    let through = EMAP().project(encoded, through: model, present: mask)
    #expect(model.combinesGrids == (method != "late"))
    #expect((through.projection - direct.projection).abs().max().item() < 1e-5)
    #expect((through.original - direct.original).abs().max().item() < 1e-5)
    #expect(direct.projection.standardDeviation(axes: [0]).min().item() > 1e-3)
  }

  /// The same draws, so the estimates agree where nothing is exact.
  @Test(arguments: ["gated", "nonlinear", "late"]) func estimatesAgree(method: String) throws {
    let model = try Self.model(method, modalities: 3)
    let (encoded, present) = Self.samples(model)
    let emap = EMAP(exactEvaluations: 1, draws: 4)
    let direct = emap.project(encoded, present: present) { model.predict($0, present: $1) }
    let through = emap.project(encoded, through: model, present: present)
    #expect(!direct.isExact && !through.isExact)
    #expect((through.projection - direct.projection).abs().max().item() < 1e-10)
  }

  /// However many combinations there are, a product of sums needs none of them.
  @Test(arguments: ["additive", "multiplicative", "bilinear", "tensor", "low-rank"])
  func productsAreExactAtAnyNumber(method: String) throws {
    let model = try Self.model(method, modalities: 3)
    let (encoded, _) = Self.samples(model)
    let direct = EMAP().project(encoded) { model.predict($0) }
    let through = EMAP(exactEvaluations: 1).project(encoded, through: model)
    #expect(through.isExact && through.evaluations == 3 * 6 + 1)
    #expect((through.projection - direct.projection).abs().max().item() < 1e-10)
  }

  /// What a warning rests on is the number of rows that the model then meets.
  @Test(arguments: [(EMAP(), 81), (EMAP(exactEvaluations: 10, draws: 4), 2 * 9 * 4 + 4)])
  func evaluationsAreForeseen(projection: EMAP, expected: Int) {
    let generator = Generator(seed: 4)
    let inputs = (0..<2).map { _ in Tensor.randn([9, 3], generator: generator) }
    var rows = 0
    let result = projection.project(inputs, generator: generator) { values in
      rows += values[0].shape[0]
      return (values[0] * values[1]).sum(axes: [1], keepingDimensions: true)
    }
    #expect(projection.evaluations(samples: 9, modalities: 2) == expected && result.evaluations == expected)
    // The samples themselves may be evaluated beside them.
    #expect(rows == expected || rows == expected + 9, "\(rows)")
  }

  @Test func workOfMoreThanAMinuteIsAnnounced() {
    #expect(CostWarning.text("the projection", seconds: 60) == nil)
    #expect(CostWarning.text("the projection", seconds: 200) == "the projection takes about 3 min 20 s")
    // 2 000 samples of two modalities, a tenth of a millisecond each.
    let seconds = 1e-4 * Double(EMAP(exactEvaluations: 1 << 22).evaluations(samples: 2000, modalities: 2))
    #expect(CostWarning.text("the projection", seconds: seconds) == "the projection takes about 6 min 40 s")
  }

  private static func model(
    _ method: String, modalities: Int, options: [String] = [], dtype: DType = .float64
  ) throws -> FusionModel {
    let names = ["a", "b", "c"].prefix(modalities)
    let pairs = options.map { $0.split(separator: "=").map(String.init) }
    let model = try FusionModel.make(
      specifications: names.reduce(into: [:]) { $0[$1] = ModalitySpecification(kind: .vector) },
      shapes: Dictionary(uniqueKeysWithValues: zip(names, widths.map { [$0] })), method: method,
      options: pairs.reduce(into: ["width": "4", "dropout": "0"]) { $0[$1[0]] = $1[1] }, task: .classification,
      outputs: 2, generator: Generator(seed: 2))
    model.convert(to: dtype)
    return model
  }

  /// Encodings of samples, some of which lack a modality.
  private static func samples(
    _ model: FusionModel, count: Int = 6, dtype: DType = .float64
  ) -> (encoded: [Tensor], present: Tensor) {
    let generator = Generator(seed: 3)
    let modalities = model.names.count
    return (
      model.names.map { Tensor.randn([count, model.encoders[$0]!.outputSize], dtype: dtype, generator: generator) },
      Tensor((0..<count * modalities).map { $0 % 5 != 1 }, shape: [count, modalities])
    )
  }
}
