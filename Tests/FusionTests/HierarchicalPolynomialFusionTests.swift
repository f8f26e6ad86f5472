import Encoders
import Fusion
import Layers
import Modalities
import Tensors
import Testing

@Suite struct HierarchicalPolynomialFusionTests {
  /// Two levels over three modalities and four windows, cell by cell.
  @Test func followsTheHierarchy() throws {
    let fusion = HierarchicalPolynomialFusion(
      widths: [2, 3, 1], windows: 4, order: 2, rank: 2, output: 5, generator: Generator(seed: 1))
    fusion.convert(to: .float64)
    let state = fusion.state()
    func pooling(_ level: Int, _ column: Int, width: Int) throws -> PolynomialTensorPooling {
      let pooling = PolynomialTensorPooling(width: width, order: 2, rank: 2, output: 5, generator: Generator(seed: 2))
      pooling.convert(to: .float64)
      let prefix = "levels.\(level).\(column)."
      try pooling.load(
        Dictionary(
          uniqueKeysWithValues: state.filter { $0.key.hasPrefix(prefix) }
            .map { (String($0.key.dropFirst(prefix.count)), $0.value) }))
      return pooling
    }
    let generator = Generator(seed: 3)
    // Eight steps (windows are means of two), four steps, and a vector.
    let inputs = [[1, 8, 2], [1, 4, 3], [1, 1, 1]].map { Tensor.randn($0, dtype: .float64, generator: generator) }
    func cell(_ modality: Int, _ window: Int) -> Tensor {
      switch modality {
      case 0: inputs[0][0][2 * window..<2 * window + 2].mean(axes: [0])
      case 1: inputs[1][0][window]
      default: inputs[2][0][0]
      }
    }
    let lower = try [pooling(0, 0, width: 10), pooling(0, 1, width: 8)]
    let middle = (0..<2).map { half in
      (0..<2).map { column in
        lower[column](
          Tensor.concatenated((0..<2).flatMap { w in [column, column + 1].map { cell($0, 2 * half + w) } }))
      }
    }
    let top = try pooling(1, 0, width: 20)
    let expected = top(Tensor.concatenated(middle.flatMap { $0 }))
    expectClose(fusion(inputs.map { Steps($0) })[0], expected, tolerance: 1e-10)
    #expect(fusion.namedParameters().allSatisfy { $0.name.hasPrefix("levels.0.") || $0.name.hasPrefix("levels.1.0.") })
  }

  @Test(arguments: 2...9, [1, 8]) func anyNumberOfModalities(modalities: Int, windows: Int) {
    let widths = (0..<modalities).map { 1 + $0 % 3 }
    let fusion = HierarchicalPolynomialFusion(
      widths: widths, windows: windows, rank: 2, output: 3, generator: Generator(seed: 1))
    let output = fusion(encodings(widths, dtype: .float32), present: nil)
    #expect(output.shape == [4, 3] && output.isFinite().all().item() == 1)
  }

  /// Two sequences show a sign each in every quarter; the class is whether the signs agree more often than not within
  /// quarters, which is lost when each sequence is averaged first.
  private func data(_ count: Int, seed: UInt64) -> Batch {
    let generator = Generator(seed: seed)
    let signs = (0..<2).map { _ in Tensor.randint(0, 2, [count, 4], generator: generator).to(.float32) * 2 - 1 }
    let agreement = (signs[0] * signs[1]).sum(axes: [1])
    // A tie is broken by making the first quarter count twice.
    let target = ((agreement + (signs[0] * signs[1])[.all, 0] * 0.5) .> 0).to(.int64)
    var inputs: [String: ModalityInput] = [:]
    for (modality, signs) in signs.enumerated() {
      let steps = signs.unsqueezed(2).expanded(to: [count, 4, 2]).reshaped([count, 8, 1])
      let noise = Tensor.randn([count, 8, 3], generator: generator) * 0.2
      inputs["m\(modality)"] = ModalityInput(
        values: noise + steps.padded([0, 2]), lengths: Tensor(Array(repeating: 8, count: count)))
    }
    return Batch(inputs: inputs, target: target, ids: (0..<count).map(String.init))
  }

  @Test func windowsKeepWhatAveragesLose() throws {
    let (train, validation, test) = (data(768, seed: 1), data(256, seed: 2), data(1000, seed: 3))
    func accuracy(windows: Int) throws -> Double {
      let options = ["windows": "\(windows)", "sequence-encoder": "raw"]
      return scores(try learnt("hpfn", options, on: train, validation: validation, epochs: 30), test).accuracy
    }
    let (fine, coarse) = try (accuracy(windows: 4), accuracy(windows: 1))
    #expect(fine > 0.9 && coarse < 0.8, "\(fine) with four windows, \(coarse) with one")
  }
}
