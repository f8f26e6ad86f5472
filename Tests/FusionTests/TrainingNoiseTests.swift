import Fusion
import Layers
import Modalities
import Tensors
import Testing

@Suite struct TrainingNoiseTests {
  private let batch = Batch(
    inputs: [
      "image": ModalityInput(values: Tensor.ones([500, 1, 4, 5])),
      "sound": ModalityInput(
        values: Tensor.zeros([500, 6, 4]), lengths: Tensor((0..<500).map { 1 + $0 % 6 })),
      "text": ModalityInput(values: Tensor.full([500, 20], 3)),
    ], ids: (0..<500).map(String.init))

  @Test(arguments: [0.1, 2]) func hasTheDeviation(deviation: Double) {
    let noisy = TrainingNoise(deviation)(batch, drawing: MaskSource(Generator(seed: 1)))
    for name in ["image", "text"] {
      let noise = noisy.inputs[name]!.values - batch.inputs[name]!.values
      #expect(abs(noise.standardDeviation().item() / deviation - 1) < 0.04)
      #expect(abs(noise.mean().item() / deviation) < 0.05)
    }
    #expect(noisy.inputs["image"]!.values[0].floats != noisy.inputs["image"]!.values[1].floats)
  }

  /// Padding stays zero, and what a real step gets does not depend on the padding.
  @Test func paddingStaysZero() {
    let noisy = TrainingNoise(1)(batch, drawing: MaskSource(Generator(seed: 1))).inputs["sound"]!.values
    for sample in 0..<12 {
      let length = 1 + sample % 6
      #expect(noisy[sample][0..<length].abs().min().item() > 0)
      if length < 6 { #expect(noisy[sample][length...].abs().max().item() == 0) }
    }
    let sound = ModalityInput(values: Tensor.zeros([500, 3, 4]), lengths: Tensor(Array(repeating: 3, count: 500)))
    var (short, long) = (
      Batch(inputs: ["sound": sound], ids: batch.ids), Batch(inputs: ["sound": sound], ids: batch.ids)
    )
    long.inputs["sound"]!.values = Tensor.zeros([500, 6, 4])
    (short, long) = (
      TrainingNoise(1)(short, drawing: MaskSource(Generator(seed: 1))),
      TrainingNoise(1)(long, drawing: MaskSource(Generator(seed: 1)))
    )
    #expect(short.inputs["sound"]!.values.floats == long.inputs["sound"]!.values[.all, 0..<3].floats)
  }

  /// The objective is noisy while training and not while evaluating, and predictions never are.
  @Test func onlyTrainingIsNoisy() throws {
    var specifications: [String: ModalitySpecification] = [:]
    for name in ["a", "b"] { specifications[name] = ModalitySpecification(kind: .vector) }
    let model = try FusionModel.make(
      specifications: specifications, shapes: ["a": [4], "b": [4]], method: "additive",
      options: ["noise": "0.5", "modality-dropout": "0.5", "dropout": "0"], task: .classification, outputs: 2,
      generator: Generator(seed: 1))
    let generator = Generator(seed: 2)
    let batch = Batch(
      inputs: specifications.mapValues { _ in ModalityInput(values: Tensor.randn([8, 4], generator: generator)) },
      target: Tensor((0..<8).map { $0 % 2 }), ids: (0..<8).map(String.init))
    func loss(_ seed: UInt64?) -> Double {
      guard let seed else { return model.objective(batch, .crossEntropy()).item() }
      return training(with: Generator(seed: seed)) { model.objective(batch, .crossEntropy()).item() }
    }
    #expect(loss(nil) == loss(nil) && loss(3) == loss(3))
    #expect(Set([loss(nil), loss(3), loss(4)]).count == 3)
    let calm = training(with: Generator(seed: 3)) { model(batch).floats }
    #expect(calm == model(batch).floats)
  }

  /// One feature of each modality shows the class exactly but faintly, eight show it coarsely: noise drowns the faint one.
  private func faint(_ count: Int, seed: UInt64, noise: Double) -> Batch {
    let generator = Generator(seed: seed)
    let target = Tensor.randint(0, 2, [count], generator: generator)
    let sign = (target.to(.float32) * 2 - 1).unsqueezed(1)
    var inputs: [String: ModalityInput] = [:]
    for name in ["m0", "m1"] {
      let exact = sign * 0.5 + Tensor.randn([count, 1], generator: generator) * 0.02
      let right = (Tensor.rand([count, 8], generator: generator) .< 0.62).to(.float32) * 2 - 1
      let values = Tensor.concatenated([exact, sign * right], axis: 1)
      inputs[name] = ModalityInput(values: values + Tensor.randn([count, 9], generator: generator) * noise)
    }
    return Batch(inputs: inputs, target: target, ids: (0..<count).map(String.init))
  }

  /// Who was trained with noise reads noisy inputs better.
  @Test(arguments: ["early", "low-rank"]) func noiseInTrainingHelpsInTheField(method: String) throws {
    let accuracies = try ["0", "0.7"].map { noise in
      let model = try learnt(
        method, ["noise": noise], on: faint(1024, seed: 1, noise: 0), validation: faint(256, seed: 2, noise: 0),
        epochs: 15)
      return scores(model, faint(2000, seed: 3, noise: 0.7)).accuracy
    }
    #expect(
      accuracies[1] > accuracies[0] + 0.02, "\(accuracies[0]) without noise in training, \(accuracies[1]) with it")
  }
}
