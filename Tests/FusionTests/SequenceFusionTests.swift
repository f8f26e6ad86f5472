import Fusion
import Modalities
import Models
import Tensors
import Testing

/// What every fusion of sequences does with batches of different lengths.
@Suite struct SequenceFusionTests {
  static let methods = FusionRegistry.all.filter(\.readsSteps).map(\.name)

  private func batch(_ lengths: [Int], seed: UInt64) -> Batch {
    let generator = Generator(seed: seed)
    let values = Tensor.randn([lengths.count, lengths.max()!, 3], generator: generator)
    let real = Tensor.arange(lengths.max()!).unsqueezed(0) .< Tensor(lengths).unsqueezed(1)
    return Batch(
      inputs: [
        "a": ModalityInput(
          values: Tensor.where(real.unsqueezed(2), values, Tensor(0)), lengths: Tensor(lengths)),
        "b": ModalityInput(values: Tensor.randn([lengths.count, 4], generator: generator)),
      ], ids: lengths.indices.map(String.init))
  }

  /// Batches that were cut to their own longest sequence predict together what they predict apart.
  @Test(arguments: methods, ["raw", "temporal", "recurrent"]) func batchesOfDifferentLengthsJoin(
    method: String, encoder: String
  ) throws {
    let model = try FusionModel.make(
      specifications: ["a": .init(kind: .sequence), "b": .init(kind: .vector)], shapes: ["a": [12, 3], "b": [4]],
      method: method, options: ["sequence-encoder": encoder], task: .classification, outputs: 3,
      generator: Generator(seed: 1))
    let batches = [batch([2, 5, 3], seed: 1), batch([12, 1], seed: 2), batch([7], seed: 3)]
    let joined = joinedEncodings(batches.map { model.encode($0) })
    #expect(joined.allSatisfy { $0.shape[0] == 6 })
    expectClose(model.predict(joined), Tensor.concatenated(batches.map { model($0) }), tolerance: 1e-5)
  }
}
