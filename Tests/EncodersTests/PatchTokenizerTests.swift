import Encoders
import Modalities
import Tensors
import Testing

@Suite struct PatchTokenizerTests {
  /// Patches cut out by loops, projected by the weights as a matrix, plus positions; zeros beyond the edges.
  @Test(arguments: [false, true]) func cutsPatches(hasClassToken: Bool) {
    let tokenizer = PatchTokenizer(
      shape: [2, 5, 7], patch: 3, width: 4, hasClassToken: hasClassToken, generator: Generator(seed: 1))
    tokenizer.convert(to: .float64)
    #expect(tokenizer.grid == [2, 3])
    let state = tokenizer.state()
    let picture = normal([1, 2, 5, 7]).to(.float64)
    let steps = Steps(packed: tokenizer(ModalityInput(values: picture)))
    let first = hasClassToken ? 1 : 0
    #expect(steps.count == 6 + first && steps.mask.all().item() == 1)
    let positions = state["positions.table"]![0]
    if hasClassToken {
      expectClose(steps.values[0][0], state["positions.classToken"]![0][0] + positions[0], tolerance: 1e-12)
    }
    let weight = state["projection.weight"]!.flattened(from: 1, to: 3)
    for row in 0..<2 {
      for column in 0..<3 {
        var patch: [Double] = []
        for channel in 0..<2 {
          for y in 3 * row..<3 * row + 3 {
            for x in 3 * column..<3 * column + 3 {
              patch.append(y < 5 && x < 7 ? picture[0, channel, y, x].item() : 0)
            }
          }
        }
        let index = first + row * 3 + column
        let expected =
          Tensor(patch, shape: [1, 18]).linear(weight, bias: state["projection.bias"]!)[0] + positions[index]
        expectClose(steps.values[0][index], expected, tolerance: 1e-10)
      }
    }
  }

  @Test(arguments: [([1, 28, 28], [7, 7]), ([3, 96, 96], [8, 8]), ([1, 5, 5], [5, 5]), ([3, 10, 64], [2, 8])])
  func automaticPatches(shape: [Int], grid: [Int]) {
    #expect(PatchTokenizer(shape: shape, width: 4, generator: Generator(seed: 1)).grid == grid)
  }

  @Test func gradients() {
    let tokenizer = PatchTokenizer(shape: [1, 4, 4], patch: 2, width: 3, generator: Generator(seed: 1))
    expectGradientsMatchDifferences(of: tokenizer, ModalityInput(values: normal([2, 1, 4, 4])))
  }
}
