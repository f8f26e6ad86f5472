import Encoders
import Modalities
import Tensors
import Testing

@Suite struct RawPatchesTests {
  /// Every number of every patch is the pixel that stands there, or 0 beyond the picture.
  @Test(arguments: [2, 3, 7]) func patchesHoldThePixels(grid: Int) {
    let (channels, height, width) = (2, 5, 6)
    let picture = Tensor.randn([3, channels, height, width], generator: Generator(seed: 1))
    let encoder = RawPatches(shape: [channels, height, width], grid: grid)
    let steps = Steps(packed: encoder(ModalityInput(values: picture)))
    let (high, wide) = ((height + grid - 1) / grid, (width + grid - 1) / grid)
    #expect(encoder.outputSize == channels * high * wide)
    #expect(steps.values.shape == [3, grid * grid, channels * high * wide])
    #expect(steps.mask.all().item() == 1)
    for (row, column) in [(0, 0), (0, grid - 1), (grid - 1, grid / 2)] {
      let found = steps.values[1, row * grid + column].doubles
      let expected = (0..<channels).flatMap { channel in
        (0..<high).flatMap { y in
          (0..<wide).map { x in
            let (line, place) = (row * high + y, column * wide + x)
            return line < height && place < width ? picture[1, channel, line, place].item() : 0
          }
        }
      }
      #expect(found == expected)
    }
  }

  @Test func eachKindGoesOnUnlearned() throws {
    for (kind, shape, width) in [
      (ModalityKind.vector, [5], 5), (.image, [1, 8, 8], 16), (.sequence, [6, 3], 3), (.audio, [6, 4], 4),
    ] {
      let encoder = try makeRawStepEncoder(for: ModalitySpecification(kind: kind), shape: shape, grid: 2)
      #expect(encoder.outputSize == width && encoder.namedParameters().isEmpty)
    }
    #expect(throws: UsageError.self) {
      _ = try makeRawStepEncoder(for: ModalitySpecification(kind: .image), shape: [8, 8], grid: 2)
    }
  }
}
