import Fusion
import Layers
import Tensors
import Testing
import Training

@Suite struct CascadedResidualAutoencoderTests {
  private let widths = [3, 2]

  private func cascade(weight: Double = 1) -> CascadedResidualAutoencoder {
    let cascade = CascadedResidualAutoencoder(
      widths: widths, cascade: 3, hidden: 4, output: 5, weight: weight, dropout: 0, generator: Generator(seed: 1))
    cascade.convert(to: .float64)
    return cascade
  }

  /// xᵏ = xᵏ⁻¹ + R_k(xᵏ⁻¹), from the saved weights.
  @Test func eachAddsWhatLacks() {
    let cascade = cascade()
    let state = cascade.state()
    let inputs = encodings(widths)
    let present = mask([[true, false], [true, true], [false, true], [true, true]])
    var x = Tensor.concatenated(
      [
        inputs[0] * Tensor([1.0, 1, 0, 1], shape: [4, 1]), inputs[1] * Tensor([0.0, 1, 1, 1], shape: [4, 1]),
      ], axis: 1)
    let stages = cascade.stages(inputs, present: present)
    #expect(stages.count == 3)
    for (number, stage) in stages.enumerated() {
      var hidden = x
      for layer in 0..<4 {
        let name = "autoencoders.\(number).layers.\(layer)"
        hidden = hidden.matmul(state["\(name).weight"]!.transposed(0, 1)) + state["\(name).bias"]!
        if layer < 3 { hidden = hidden.clamped(min: 0) }
      }
      x = x + hidden
      expectClose(Tensor.concatenated(stage, axis: 1), x, tolerance: 1e-12)
    }
    // What is present stays as it is; the representation is read from the completed inputs.
    let filled = cascade.imputed(inputs, present: present)
    expectClose(filled[0][0], inputs[0][0], tolerance: 0)
    expectClose(filled[1][0], stages[2][1][0], tolerance: 0)
    expectClose(filled[0][2], stages[2][0][2], tolerance: 0)
    let represented =
      Tensor.concatenated(filled, axis: 1)
      .matmul(state["predictor.weight"]!.transposed(0, 1)) + state["predictor.bias"]!
    expectClose(cascade(inputs, present: present), represented.clamped(min: 0), tolerance: 1e-12)
  }

  /// The autoencoders learn to complete, not to please the task: their gradient is that of the reconstruction alone.
  @Test func taskDoesNotReachTheAutoencoders() {
    let inputs = encodings(widths, count: 40)
    let task = TaskLoss(head: nil, criterion: .crossEntropy(), target: Tensor((0..<40).map { $0 % 5 }))
    func found(_ weight: Double) -> [Double] {
      let cascade = cascade(weight: weight)
      let loss = training(with: Generator(seed: 2)) { cascade.objective(inputs, present: nil, task: task) }
      let parameters = cascade.namedParameters().filter { $0.name.hasPrefix("autoencoders") }
      return gradients(of: loss, withRespectTo: parameters.map(\.parameter.value)).flatMap(\.doubles)
    }
    let (once, twice) = (found(1), found(2))
    #expect(once.contains { abs($0) > 1e-4 })
    #expect(zip(once, twice).allSatisfy { abs(2 * $0 - $1) < 1e-12 })
  }

  /// Outside training nothing is hidden: the task on the inputs as they are, and the mean error of the stages.
  @Test func lossIsTheTasksAndTheMeanOfStages() {
    let cascade = cascade(weight: 2)
    let inputs = encodings(widths)
    let target = Tensor([0, 1, 2, 3])
    let errors = cascade.stages(inputs, present: nil).map { stage in
      zip(stage, inputs).reduce(0.0) { $0 + ($1.0 - $1.1).square().mean().item() }
    }
    let expected = cascade(inputs, present: nil).crossEntropy(target).item() + 2 * errors.reduce(0, +) / 3
    let task = TaskLoss(head: nil, criterion: .crossEntropy(), target: target)
    #expect(abs(cascade.objective(inputs, present: nil, task: task).item() - expected) < 1e-12)
  }

  /// Where a modality is known from the other up to a tenth of its variance, the cascade finds it with less than a quarter
  /// of the squared error of the mean.
  @Test func beatsTheMean() throws {
    let cascade = CascadedResidualAutoencoder(
      widths: [6, 8], cascade: 3, hidden: 32, output: 4, generator: Generator(seed: 1))
    let (train, test) = (SharedLatent(count: 1024, seed: 1), SharedLatent(count: 500, seed: 2))
    let arena = try Arena(cascade)
    let optimizer = OptimizerKind.adam.make(arena, weightDecay: 0)
    let (generator, order) = (Generator(seed: 3), Generator(seed: 4))
    for _ in 0..<600 {
      let rows = Tensor.randint(0, 1024, [64], generator: order)
      let loss = training(with: generator) {
        cascade.objective(
          train.inputs.map { $0.indexSelect(rows) }, present: nil,
          task: TaskLoss(head: nil, criterion: .crossEntropy(), target: train.classes.indexSelect(rows)))
      }
      arena.backward(loss)
      optimizer.step(learningRate: 3e-3)
    }
    for absent in 0..<2 {
      let filled = cascade.imputed(test.inputs, present: test.presence([1 - absent]))
      let truth = test.inputs[absent]
      let ratio =
        (filled[absent] - truth).square().mean().item()
        / (truth - truth.mean(axes: [0])).square().mean().item()
      #expect(ratio < 0.25, "modality \(absent): \(ratio)")
    }
  }
}
