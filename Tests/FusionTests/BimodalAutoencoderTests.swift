import Fusion
import Layers
import Tensors
import Testing
import Training

@Suite struct BimodalAutoencoderTests {
  private let widths = [3, 2, 4]

  private func autoencoder(depth: Int = 1) -> BimodalAutoencoder {
    let autoencoder = BimodalAutoencoder(
      widths: widths, hidden: 5, depth: depth, output: 4, weight: 0.5, generator: Generator(seed: 1))
    autoencoder.convert(to: .float64)
    return autoencoder
  }

  /// Layers written out number by number, by the names under which they are saved.
  private func layer(_ name: String, _ state: [String: Tensor], _ x: [Double], relu: Bool = true) -> [Double] {
    let (weight, bias) = (state["\(name).weight"]!, state["\(name).bias"]!.doubles)
    let columns = weight.shape[1]
    let values = weight.doubles
    #expect(columns == x.count)
    return bias.indices.map { row in
      let value = x.indices.reduce(bias[row]) { $0 + values[row * columns + $1] * x[$1] }
      return relu ? max(0, value) : value
    }
  }

  @Test(arguments: [1, 2]) func writtenOut(depth: Int) {
    let autoencoder = autoencoder(depth: depth)
    let state = autoencoder.state()
    let inputs = encodings(widths)
    let code = autoencoder.encode(inputs)
    let decoded = autoencoder.decode(code)
    for sample in 0..<4 {
      let hidden = widths.indices.flatMap { modality in
        (0..<depth).reduce(inputs[modality][sample].doubles) { layer("encoders.\(modality).layers.\($1)", state, $0) }
      }
      let expected = layer("code", state, hidden)
      expectClose(code[sample], Tensor(expected), tolerance: 1e-12)
      for modality in widths.indices {
        let name = "decoders.\(modality).layers"
        let back = (0..<depth).reduce(expected) { layer("\(name).\($1)", state, $0) }
        expectClose(
          decoded[modality][sample], Tensor(layer("\(name).\(depth)", state, back, relu: false)), tolerance: 1e-12)
      }
    }
  }

  /// An absent modality enters as zeros, as in the paper.
  @Test func absentIsZero() {
    let autoencoder = autoencoder()
    var inputs = encodings(widths)
    let present = mask(Array(repeating: [true, false, true], count: 4))
    let found = autoencoder.encode(inputs, present: present)
    inputs[1] = inputs[1].zerosLike()
    expectClose(found, autoencoder.encode(inputs), tolerance: 1e-12)
  }

  /// Outside training nothing is hidden: the task's loss on the code, and half of the squared errors.
  @Test func lossIsTheTasksAndTheReconstructions() {
    let autoencoder = autoencoder()
    let inputs = encodings(widths)
    let target = Tensor([0, 3, 1, 2])
    let task = TaskLoss(head: nil, criterion: .crossEntropy(), target: target)
    let code = autoencoder.encode(inputs)
    let errors = zip(autoencoder.decode(code), inputs).reduce(0.0) { $0 + ($1.0 - $1.1).square().mean().item() }
    let expected = code.crossEntropy(target).item() + 0.5 * errors
    #expect(abs(autoencoder.objective(inputs, present: nil, task: task).item() - expected) < 1e-12)
    #expect(abs(autoencoder.reconstructionLoss(inputs).item() - errors) < 1e-12)
  }

  /// While training, what is hidden is still to be reconstructed: the loss is that of codes of parts.
  @Test func hiddenModalitiesAreReconstructed() {
    let autoencoder = autoencoder()
    let inputs = encodings(widths, count: 2000)
    func error(_ present: Tensor?) -> Double {
      autoencoder.reconstructionLoss(inputs, present: nil, shown: present).item()
    }
    let parts = (1..<7).map { part in mask(Array(repeating: (0..<3).map { part >> $0 & 1 == 1 }, count: 2000)) }
    let expected = error(nil) / 3 + parts.reduce(0) { $0 + error($1) } / 9
    let found = training(with: Generator(seed: 3)) { autoencoder.reconstructionLoss(inputs).item() }
    #expect(abs(found - expected) < 0.05 * expected)
    #expect(abs(found - error(nil)) > 1e-6)
  }
}
