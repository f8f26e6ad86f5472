import Layers
import Tensors
import Testing
import Training

/// Models that learn what is known to be learnable.
@Suite struct LearningTests {
  private func fit(
    _ model: some Module, epochs: Int, rate: Double, decay: Double = 0, objective: @escaping () -> Tensor
  ) throws {
    var options = TrainingOptions()
    options.epochs = epochs
    options.learningRate = rate
    options.weightDecay = decay
    options.patience = nil
    let trainer = Trainer(
      model: model, options: options, seed: 1, stepsPerEpoch: 1, batches: { _ in [0] },
      objective: { _, _, _ in objective() },
      validate: { Validation(loss: objective().item(), score: 0, higherIsBetter: true) })
    _ = try trainer.fit()
  }

  private func accuracy(_ logits: Tensor, _ target: Tensor) -> Double {
    (logits.argmax(axis: 1) .== target).to(.float64).mean().item()
  }

  @Test func aLinearModelRecoversItsWeights() throws {
    let generator = Generator(seed: 1)
    let x = Tensor.randn([256, 3], generator: generator)
    let truth = Tensor([2, -1, 0.5] as [Float], shape: [1, 3])
    let y = x.linear(truth, bias: Tensor([0.3] as [Float]))
    let model = Linear(3, 1, generator: generator)
    let criterion = Criterion.meanSquaredError
    try fit(model, epochs: 400, rate: 0.03) { criterion(model(x), y) }
    #expect((model.weight.value - truth).abs().max().item() < 1e-3)
    #expect(abs(model.bias!.value.item() - 0.3) < 1e-3)
  }

  @Test func anMLPLearnsExclusiveOr() throws {
    let generator = Generator(seed: 2)
    let bits = Tensor.randint(0, 2, [512, 2], generator: generator)
    let x = bits.to(.float32) + Tensor.randn([512, 2], generator: generator) * 0.1
    let y = (bits[.all, 0] .!= bits[.all, 1]).to(.int64)
    let criterion = Criterion.crossEntropy()
    let model = MLP(sizes: [2, 16, 2], activation: .tanh, generator: generator)
    try fit(model, epochs: 200, rate: 0.03) { criterion(model(x), y) }
    #expect(accuracy(model(x), y) > 0.99)
    // A linear model cannot: at most three of four corners are on the right side.
    let linear = Linear(2, 2, generator: generator)
    try fit(linear, epochs: 200, rate: 0.03) { criterion(linear(x), y) }
    #expect(accuracy(linear(x), y) < 0.8)
  }

  private struct Classifier<Cell: RecurrentCell>: Module {
    let embedding: Embedding
    let recurrent: Recurrent<Cell>
    let head: Linear

    init(generator: Generator) {
      embedding = Embedding(4, 8, generator: generator)
      recurrent = Recurrent(8, 24, generator: generator)
      head = Linear(24, 4, generator: generator)
    }

    func callAsFunction(_ tokens: Tensor, _ lengths: Tensor) -> Tensor {
      head(recurrent(embedding(tokens), lengths: lengths).last)
    }
  }

  private func remembersTheFirstToken<Cell>(_ model: Classifier<Cell>) throws -> Double {
    let generator = Generator(seed: 3)
    let tokens = Tensor.randint(0, 4, [256, 12], generator: generator)
    let lengths = Tensor.randint(6, 13, [256], generator: generator)
    let first = tokens[.all, 0]
    let criterion = Criterion.crossEntropy()
    try fit(model, epochs: 150, rate: 0.01) { criterion(model(tokens, lengths), first) }
    let unseen = Tensor.randint(0, 4, [400, 12], generator: generator)
    return accuracy(model(unseen, Tensor.full([400], 12).to(.int64)), unseen[.all, 0])
  }

  @Test func recurrentNetworksRememberTheFirstToken() throws {
    #expect(try remembersTheFirstToken(Classifier<LSTMCell>(generator: Generator(seed: 4))) > 0.95)
    #expect(try remembersTheFirstToken(Classifier<GRUCell>(generator: Generator(seed: 4))) > 0.95)
  }

  @Test func aTransformerFindsTheMarkedToken() throws {
    struct Finder: Module {
      let input: Linear
      let encoder: TransformerEncoder
      let head: Linear
      func callAsFunction(_ x: Tensor) -> Tensor { head(encoder(input(x)).mean(axes: [1])) }
    }
    let generator = Generator(seed: 5)
    let model = Finder(
      input: Linear(5, 16, generator: generator),
      encoder: TransformerEncoder(width: 16, heads: 4, layers: 1, dropout: 0, generator: generator),
      head: Linear(16, 4, generator: generator))
    // Which of four symbols stands at the one marked place of eight.
    func sample(_ count: Int) -> (Tensor, Tensor) {
      let symbols = Tensor.randint(0, 4, [count, 8], generator: generator)
      let places = Tensor.randint(0, 8, [count], generator: generator)
      let marks = places.oneHot(8).to(.float32).unsqueezed(-1)
      let answer = symbols.gather(axis: 1, places.unsqueezed(1)).squeezed(1)
      return (Tensor.concatenated([symbols.oneHot(4).to(.float32), marks], axis: -1), answer)
    }
    let (x, y) = sample(512)
    let criterion = Criterion.crossEntropy()
    try fit(model, epochs: 150, rate: 0.005) { criterion(model(x), y) }
    let (unseen, answers) = sample(400)
    #expect(accuracy(model(unseen), answers) > 0.9)
  }

  @Test func tenSamplesAreLearnedByHeart() throws {
    let generator = Generator(seed: 6)
    let x = Tensor.randn([10, 20], generator: generator)
    let y = Tensor.randint(0, 5, [10], generator: generator)
    let model = MLP(sizes: [20, 32, 5], generator: generator)
    let criterion = Criterion.crossEntropy()
    try fit(model, epochs: 200, rate: 0.01) { criterion(model(x), y) }
    #expect(accuracy(model(x), y) == 1)
    #expect(criterion(model(x), y).item() < 0.01)
  }

  /// Two overlapping normals with 1 in 10 of the rarer class: weighting moves the boundary from where the priors put it
  /// to the middle.
  @Test func classWeightsMoveTheDecision() throws {
    let generator = Generator(seed: 7)
    let x = Tensor.concatenated([
      Tensor.randn([9000, 1], generator: generator) - 0.5, Tensor.randn([1000, 1], generator: generator) + 0.5,
    ])
    let y = Tensor.concatenated([Tensor.zeros([9000]), Tensor.ones([1000])]).to(.int64)
    func boundary(_ criterion: Criterion) throws -> Double {
      let model = Linear(1, 2, generator: Generator(seed: 8))
      try fit(model, epochs: 400, rate: 0.05) { criterion(model(x), y) }
      let slope = model.weight.value[1] - model.weight.value[0]
      let offset = model.bias!.value[1] - model.bias!.value[0]
      return -(offset / slope).item()
    }
    // Where the densities times the weights are equal: x = ln(prior ratio) / distance.
    #expect(abs(try boundary(.crossEntropy()) - 2.197) < 0.2)
    let weights = Criterion.balancedWeights(counts: [9000, 1000])
    #expect(abs(try boundary(.crossEntropy(classWeights: weights))) < 0.1)
  }
}
