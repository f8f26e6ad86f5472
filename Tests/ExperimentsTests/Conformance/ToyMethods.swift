import Encoders
import Foundation
import Layers
import Modalities
import Models
import Tensors
import Training

@testable import Experiments

/// Two methods of rooms that have none yet: nothing but this file knows of them.
enum ToyMethods {
  static let contrastive = Method(
    "toy-contrastive", area: "coordination", summary: "linear projections that meet",
    paper: "van den Oord et al., 2018",
    options: [MethodOption("output", default: 4, in: 1...64, help: "width of the space")], modalities: 2...2,
    tasks: [.retrieval],
    learning: .gradients(replicates: true) { request, values, generator in
      try ToyContrastive(request, output: values.integer("output"), generator)
    })

  static let generative = Method(
    "toy-generative", area: "generation", summary: "a Gaussian, and another whose mean is linear in the first",
    paper: "none", modalities: 2...2, tasks: [.none],
    learning: .gradients(replicates: true) { request, _, generator in ToyGenerative(request, generator) })

  static let all = Method.all + [contrastive, generative]

  /// The second modality is a rotation of the first under noise; no target.
  static func pairs(_ task: TaskKind, samples: Int = 300) throws -> PreparedDataset {
    let generator = Generator(seed: 3)
    let first = Tensor.randn([samples, 3], generator: generator)
    let turned = first.matmul(Tensor([0, 1, 0, -1, 0, 0, 0, 0, 1] as [Float], shape: [3, 3]))
    let second = turned * 2 + 5 + 0.2 * Tensor.randn([samples, 3], generator: generator)
    return try PreparedDataset(
      Dataset(
        manifest: Manifest(
          name: "pairs", task: task,
          modalities: [
            "first": ModalitySpecification(kind: .vector, file: "first.npy"),
            "second": ModalitySpecification(kind: .vector, file: "second.npy"),
          ]),
        ids: (0..<samples).map { "s\($0)" },
        splits: (0..<samples).map { $0 % 3 == 0 ? .test : $0 % 6 == 1 ? .validation : .train }, targets: .none,
        modalities: ["first": ModalityData(values: first), "second": ModalityData(values: second)]))
  }
}

/// z_m = W_m x_m / ‖W_m x_m‖, cross-entropy of exp(s) z_1 · z_2 against the own pair, both ways.
struct ToyContrastive: LearningModel, EmbeddingModel {
  let names: [String]
  let projections: [Linear]
  let scale: Parameter

  init(_ request: ModelRequest, output: Int, _ generator: Generator) throws {
    names = request.modalities.keys.sorted()
    projections = names.map { Linear(request.shapes[$0]![0], output, generator: generator) }
    scale = Parameter(Tensor([Float(1)]))
  }

  func embed(_ batch: Batch) -> [String: Tensor] {
    Dictionary(
      uniqueKeysWithValues: zip(names, projections).map { name, projection in
        let z = projection(batch.inputs[name]!.values)
        return (name, z / (z.square().sum(axes: [1], keepingDimensions: true) + 1e-12).sqrt())
      })
  }

  func objective(_ batch: Batch, at step: StepContext) -> Tensor {
    let z = embed(batch)
    let logits = z[names[0]]!.matmul(z[names[1]]!.transposed(0, 1)) * scale.value.exp()
    let own = Tensor.arange(logits.shape[0])
    return (logits.crossEntropy(own) + logits.transposed(0, 1).crossEntropy(own)) / 2
  }
}

/// x_1 ~ N(μ, e^s), x_2 ~ N(W x_1 + c, e^t).
struct ToyGenerative: LearningModel, Generating, Likelihood {
  let names: [String]
  let mean: Parameter
  let logVariances: [Parameter]
  let map: Linear

  init(_ request: ModelRequest, _ generator: Generator) {
    names = request.modalities.keys.sorted()
    let widths = names.map { request.shapes[$0]![0] }
    mean = Parameter(.zeros([widths[0]]))
    logVariances = widths.map { Parameter(.zeros([$0])) }
    map = Linear(widths[0], widths[1], generator: generator)
  }

  func negativeLogLikelihood(_ batch: Batch) -> Tensor {
    let x = names.map { batch.inputs[$0]!.values }
    let terms = zip([x[0] - mean.value, x[1] - map(x[0])], logVariances).map { difference, logVariance in
      let s = logVariance.value
      return (0.5 * (difference.square() * (-s).exp() + s + Foundation.log(2 * Double.pi))).sum(axes: [1])
    }
    return terms[0] + terms[1]
  }

  func objective(_ batch: Batch, at step: StepContext) -> Tensor { negativeLogLikelihood(batch).mean() }

  func sample(_ wanted: [String], given batch: Batch, using generator: Generator) -> Batch {
    func noise(_ number: Int) -> Tensor {
      let s = logVariances[number].value
      return (s / 2).exp() * Tensor.randn([batch.count, s.count], generator: generator)
    }
    let first = batch.inputs[names[0]]?.values ?? mean.value + noise(0)
    let made = [first, map(first) + noise(1)]
    let inputs = zip(names, made).filter { wanted.contains($0.0) }.map { ($0, ModalityInput(values: $1)) }
    return Batch(inputs: Dictionary(uniqueKeysWithValues: inputs), ids: batch.ids)
  }
}
