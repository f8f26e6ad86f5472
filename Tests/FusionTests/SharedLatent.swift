import Modalities
import Tensors

/// Modalities that show the same few hidden numbers, each in its own way and with its own noise: what one lacks, the others
/// know. The class is the signs of the first two.
struct SharedLatent {
  let inputs: [Tensor]
  let classes: Tensor

  /// - Parameters:
  ///   - widths: of each modality.
  ///   - seed: of the samples; what modalities make of the hidden numbers is always the same.
  init(_ widths: [Int] = [6, 8], count: Int, seed: UInt64, noise: Double = 0.2) {
    let generator = Generator(seed: seed)
    let hidden = Tensor.randn([count, 3], generator: generator)
    let signs = (hidden .> 0).to(.int64)
    classes = (signs[.all, 0].to(.float32) * 2 + signs[.all, 1].to(.float32)).to(.int64)
    inputs = widths.enumerated().map { modality, width in
      let view = Tensor.randn([3, width], generator: Generator(seed: 100 + UInt64(modality)))
      // Every number has a variance of about one.
      let scale = (view.square().sum(axes: [0]) + noise * noise).sqrt()
      return (hidden.matmul(view) + Tensor.randn([count, width], generator: generator) * noise) / scale
    }
  }

  var batch: Batch {
    Batch(
      inputs: Dictionary(
        uniqueKeysWithValues: inputs.enumerated().map { ("m\($0)", ModalityInput(values: $1)) }),
      target: classes, ids: (0..<inputs[0].shape[0]).map(String.init))
  }

  /// Only some modalities.
  func presence(_ shown: [Int]) -> Tensor {
    mask(Array(repeating: inputs.indices.map { shown.contains($0) }, count: inputs[0].shape[0]))
  }
}

extension Batch {
  /// The batch as if all samples lacked a modality.
  func lacking(_ name: String) -> Batch {
    var batch = self
    batch.inputs[name]!.present = Tensor.zeros([count], dtype: .bool)
    return batch
  }
}
