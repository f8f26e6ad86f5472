import Encoders
import Layers
import Modalities
import Tensors
import Testing

@Suite struct RecurrentEncoderTests {
  typealias Cell = RecurrentEncoder.Cell
  typealias Pooling = RecurrentEncoder.Pooling

  private func encoder(_ cell: Cell, _ pooling: Pooling, layers: Int = 1) -> RecurrentEncoder {
    RecurrentEncoder(
      inputSize: 3, width: 6, layers: layers, cell: cell, pooling: pooling, generator: Generator(seed: 1))
  }

  @Test(arguments: Cell.allCases, Pooling.allCases) func paddingDoesNotMatter(cell: Cell, pooling: Pooling) {
    let encoder = encoder(cell, pooling, layers: 2)
    let values = normal([1, 4, 3])
    let alone = encoder(ModalityInput(values: values))
    let input = ModalityInput(values: values, lengths: Tensor([4]))
    for garbage in [0, 1e6, Double.nan] {
      expectClose(encoder(padded(input, by: 3, with: garbage)), alone, tolerance: 1e-6)
    }
  }

  /// A ragged batch is its sequences one by one.
  @Test(arguments: Cell.allCases, Pooling.allCases) func raggedBatch(cell: Cell, pooling: Pooling) {
    let encoder = encoder(cell, pooling)
    let values = normal([3, 5, 3])
    let lengths = [5, 1, 3]
    let whole = encoder(ModalityInput(values: values, lengths: Tensor(lengths)))
    for (row, length) in lengths.enumerated() {
      let one = encoder(ModalityInput(values: values[row..<row + 1, 0..<length]))
      expectClose(whole[row..<row + 1], one, tolerance: 1e-6)
    }
  }

  @Test(arguments: Cell.allCases, Pooling.allCases) func gradients(cell: Cell, pooling: Pooling) {
    expectGradientsMatchDifferences(
      of: encoder(cell, pooling), ModalityInput(values: normal([2, 4, 3]), lengths: Tensor([4, 2])))
  }

  @Test(arguments: Cell.allCases, Pooling.allCases) func emptySequenceIsFinite(cell: Cell, pooling: Pooling) {
    let found = encoder(cell, pooling)(ModalityInput(values: .zeros([2, 4, 3]), lengths: Tensor([0, 4])))
    #expect(found.isFinite().all().item() == 1)
  }
}
