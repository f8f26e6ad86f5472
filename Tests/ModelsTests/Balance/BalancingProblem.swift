import Foundation
import Layers
import Models
import Tensors
import Training

/// A linear map for each of two modalities, and one that they share.
struct BalancedModel: Module {
  let first, second: Linear
  let shared: Linear

  init() {
    let generator = Generator(seed: 1)
    first = Linear(1, 2, generator: generator)
    second = Linear(1, 2, generator: generator)
    shared = Linear(2, 1, generator: generator)
  }

  /// What is not kept adds nothing.
  func callAsFunction(_ batch: PairBatch) -> Tensor {
    shared(first(batch.x) * (batch.kept[0] ? 1 : 0) + second(batch.y) * (batch.kept[1] ? 1 : 0))
  }
}

struct PairBatch {
  var x, y: Tensor
  var kept = [true, true]
}

/// 3 x + y, of which x is seen much larger.
final class BalancingProblem {
  let model = BalancedModel()
  var options = TrainingOptions()
  private let data: PairBatch

  init(epochs: Int = 6) {
    let generator = Generator(seed: 2)
    data = PairBatch(x: .randn([24, 1], generator: generator) * 5, y: .randn([24, 1], generator: generator))
    options.epochs = epochs
    options.learningRate = 0.01
  }

  func loss(_ batch: PairBatch) -> Tensor { (model(batch) - 3 * batch.x - batch.y).square().mean() }

  var views: BatchViews<PairBatch> {
    BatchViews(
      modalities: 2,
      keeping: { batch, kept in
        var batch = batch
        batch.kept = kept
        return batch
      },
      owner: { $0.hasPrefix("first.") ? 0 : $0.hasPrefix("second.") ? 1 : nil },
      validationLoss: { [self] kept in
        var all = data
        all.kept = kept
        return loss(all).item()
      })
  }

  func batch(_ rows: Range<Int>) -> PairBatch { PairBatch(x: data.x[rows], y: data.y[rows]) }

  func trainer(_ balancer: any StepBalancer<PairBatch>) -> Trainer<BalancedModel, PairBatch> {
    var trainer = Trainer(
      model: model, options: options, seed: 9, stepsPerEpoch: 4,
      batches: { [self] _ in (0..<4).map { self.batch($0 * 6..<$0 * 6 + 6) } },
      objective: { [self] _, batch, _ in loss(batch) },
      validate: { [self] in
        let loss = loss(data).item()
        return Validation(loss: loss, score: -loss, higherIsBetter: true)
      })
    trainer.balancer = balancer
    return trainer
  }
}
