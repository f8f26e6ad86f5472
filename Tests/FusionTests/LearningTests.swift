import Fusion
import Layers
import Modalities
import Tensors
import Testing
import Training

/// What each fusion can and cannot learn, on data whose right answer is known.
@Suite struct LearningTests {
  /// Each modality's vector holds one bit as the sign of its first number, among noise; the target follows from the bits.
  private func data(_ modalities: Int, count: Int, seed: UInt64, _ target: ([Int]) -> Int) -> Batch {
    let generator = Generator(seed: seed)
    let bits = (0..<modalities).map { _ in Tensor.randint(0, 2, [count], generator: generator) }
    var inputs: [String: ModalityInput] = [:]
    for (modality, bits) in bits.enumerated() {
      let noise = Tensor.randn([count, 4], generator: generator) * 0.3
      let signal = Tensor.concatenated(
        [(bits.to(.float32) * 2 - 1).unsqueezed(1), Tensor.zeros([count, 3])], axis: 1)
      inputs["m\(modality)"] = ModalityInput(values: signal + noise)
    }
    let columns = bits.map(\.integers)
    let targets = (0..<count).map { sample in target(columns.map { $0[sample] }) }
    return Batch(inputs: inputs, target: Tensor(targets), ids: (0..<count).map(String.init))
  }

  /// Accuracy and cross-entropy on new samples after training on 512.
  private func trained(
    _ method: String, options: [String: String] = [:], modalities: Int, epochs: Int = 30, _ target: ([Int]) -> Int
  ) throws -> (accuracy: Double, loss: Double) {
    let model = try learnt(
      method, options, on: data(modalities, count: 512, seed: 1, target),
      validation: data(modalities, count: 256, seed: 4, target), epochs: epochs)
    return withoutGradients { scores(model, data(modalities, count: 1000, seed: 2, target)) }
  }

  @Test(arguments: [
    "early", "multiplicative", "bilinear", "mlb", "mfb", "tensor", "low-rank", "polynomial", "hpfn", "gated",
    "very-early", "nonlinear", "mufasa",
  ])
  func exclusiveOrIsLearnt(method: String) throws {
    let (accuracy, _) = try trained(method, modalities: 2) { $0[0] ^ $0[1] }
    #expect(accuracy > 0.95)
  }

  /// Sums of one function per modality hold nothing of it: no such sum has a cross-entropy below ln 2. (Their accuracy
  /// says less, as a sum can get three of the four corners right.)
  @Test(arguments: ["additive", "late"]) func exclusiveOrIsBeyondSums(method: String) throws {
    let (_, loss) = try trained(method, modalities: 2) { $0[0] ^ $0[1] }
    #expect(loss > 0.68)
  }

  @Test(arguments: ["multiplicative", "tensor", "low-rank", "polynomial", "hpfn", "nonlinear"])
  func parityOfThreeIsLearnt(method: String) throws {
    let (accuracy, _) = try trained(method, modalities: 3, epochs: 40) { $0[0] ^ $0[1] ^ $0[2] }
    #expect(accuracy > 0.95)
  }

  /// Pairs hold nothing of a parity of three, nor do polynomials of the second degree.
  @Test(arguments: [
    Variant(name: "additive"), Variant(name: "bilinear"), Variant(name: "mlb"),
    Variant(name: "polynomial", options: ["order": "2"]),
  ])
  func parityOfThreeIsBeyondPairs(variant: Variant) throws {
    let (_, loss) = try trained(variant.name, options: variant.options, modalities: 3) { $0[0] ^ $0[1] ^ $0[2] }
    #expect(loss > 0.68)
  }

  /// Additive in the bits, and beyond any single modality, which reaches 3/4. Experts that learn alone weigh the noise of
  /// their probabilities as well, so decisions fall short of the representations. Gates that pick one modality without looking
  /// at it can only hint at the votes of the others by whom they pick; how much of that is found depends on the start.
  @Test(arguments: Variant.all) func majorityOfThreeIsLearnt(variant: Variant) throws {
    let (accuracy, _) = try trained(variant.name, options: variant.options, modalities: 3, epochs: 20) {
      $0.reduce(0, +) > 1 ? 1 : 0
    }
    #expect(accuracy > (variant.name == "late" ? 0.82 : variant.isBlindToItsChoice ? 0.8 : 0.95))
  }
}
