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

  private static func model(_ method: String, modalities: Int) throws -> FusionModel {
    let names = ["a", "b", "c"].prefix(modalities)
    let model = try FusionModel.make(
      specifications: names.reduce(into: [:]) { $0[$1] = ModalitySpecification(kind: .vector) },
      shapes: Dictionary(uniqueKeysWithValues: zip(names, widths.map { [$0] })), method: method,
      options: ["width": "4", "dropout": "0"], task: .classification, outputs: 2, generator: Generator(seed: 2))
    model.convert(to: .float64)
    return model
  }

  /// Encodings of six samples, some of which lack a modality.
  private static func samples(_ model: FusionModel) -> (encoded: [Tensor], present: Tensor) {
    let generator = Generator(seed: 3)
    let count = model.names.count
    return (
      model.names.map { Tensor.randn([6, model.encoders[$0]!.outputSize], dtype: .float64, generator: generator) },
      Tensor((0..<6 * count).map { $0 % 5 != 1 }, shape: [6, count])
    )
  }
}
