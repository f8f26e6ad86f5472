import Encoders
import Fusion
import Layers
import Modalities
import Tensors
import Testing
import Training

/// Every registered fusion behind real encoders: pictures, sounds, ragged sequences, vectors.
@Suite struct FusionModelTests {
  /// Sorted: audio, image, poses, text.
  static let specifications: [String: ModalitySpecification] = [
    "audio": .init(kind: .audio), "image": .init(kind: .image), "poses": .init(kind: .sequence),
    "text": .init(kind: .vector),
  ]
  static let shapes = ["audio": [20, 5], "image": [1, 12, 12], "poses": [6, 3], "text": [7]]
  static let subsets = [["audio", "text"], ["image", "poses", "text"], ["audio", "image", "poses", "text"]]

  private func model(
    _ variant: Variant, _ names: [String], seed: UInt64 = 1, task: TaskKind = .classification
  ) throws -> FusionModel {
    try FusionModel.make(
      specifications: Self.specifications.filter { names.contains($0.key) }, shapes: Self.shapes, method: variant.name,
      options: variant.options.merging(["width": "8"]) { $1 }, task: task, outputs: 3,
      generator: Generator(seed: seed))
  }

  /// Ragged sequences; where `garbage` is given, of the first four samples i lacks modality i mod M and garbage stands there.
  private func batch(_ names: [String], count: Int = 6, garbage: Float? = nil) -> Batch {
    let generator = Generator(seed: 5)
    var inputs: [String: ModalityInput] = [:]
    for (index, name) in names.enumerated() {
      let shape = Self.shapes[name]!
      var input = ModalityInput(values: Tensor.randn([count] + shape, generator: generator))
      if shape.count == 2 { input.lengths = Tensor((0..<count).map { 1 + (3 * $0 + 2) % shape[0] }) }
      if let garbage {
        let present = (0..<count).map { $0 >= 4 || $0 % names.count != index }
        input.present = Tensor(present)
        let rows = input.present!.reshaped([count] + shape.map { _ in 1 })
        input.values = Tensor.where(rows, input.values, Tensor(Double(garbage)))
      }
      inputs[name] = input
    }
    return Batch(inputs: inputs, target: Tensor((0..<count).map { $0 % 3 }), ids: (0..<count).map(String.init))
  }

  @Test(arguments: Variant.all, subsets) func everyParameterLearns(variant: Variant, names: [String]) throws {
    let model = try model(variant, names)
    for garbage in [nil, Float.nan] {
      let batch = batch(names, garbage: garbage)
      var loss = model.objective(batch, .crossEntropy())
      if variant.isHard {
        // What is not chosen learns when the noise of training lets it be chosen.
        for seed in 0..<12 {
          loss += training(with: Generator(seed: UInt64(seed))) { model.objective(batch, .crossEntropy()) }
        }
      }
      #expect(loss.item().isFinite)
      let parameters = model.namedParameters()
      let found = gradients(of: [loss], withRespectTo: parameters.map(\.parameter.value), allowUnused: true)
      for ((name, _), gradient) in zip(parameters, found) {
        let norm = try #require(gradient, "\(name) is not in the graph").norm().item()
        #expect(norm.isFinite && norm > 0, "\(name): gradient of norm \(norm)")
      }
    }
  }

  @Test(arguments: Variant.all, subsets) func absentValuesAreNeverRead(variant: Variant, names: [String]) throws {
    let model = try model(variant, names)
    let outputs = [0, Float.nan, 1e30].map { model(batch(names, garbage: $0)) }
    #expect(outputs[0].shape == [6, 3])
    #expect(outputs[0].isFinite().all().item() == 1)
    for output in outputs.dropFirst() { #expect(output.floats == outputs[0].floats) }
  }

  @Test(arguments: Variant.all) func stateRoundTrip(variant: Variant) throws {
    let names = Self.subsets[2]
    let (first, second) = try (model(variant, names), model(variant, names, seed: 2))
    let batch = batch(names)
    #expect(first(batch).floats != second(batch).floats)
    try second.load(first.state())
    #expect(first(batch).floats == second(batch).floats)
    #expect(try model(variant, names)(batch).floats == first(batch).floats)
  }

  @Test(arguments: Variant.all) func batchOfOne(variant: Variant) throws {
    let names = Self.subsets[2]
    let model = try model(variant, names)
    let whole = batch(names, garbage: 0)
    let all = model(whole)
    for sample in 0..<2 {
      let rows = sample..<sample + 1
      let inputs = whole.inputs.mapValues {
        ModalityInput(values: $0.values[rows], lengths: $0.lengths?[rows], present: $0.present?[rows])
      }
      let one = Batch(inputs: inputs, target: whole.target?[rows], ids: ["a"])
      expectClose(model(one), all[rows], tolerance: 1e-5)
      let loss = training(with: Generator(seed: 1)) { model.objective(one, .crossEntropy()) }
      #expect(loss.item().isFinite)
    }
  }

  @Test func experts() throws {
    let names = ["audio", "text"]
    for (option, combines) in [("average", false), ("stacking", true)] {
      let model = try model(Variant(name: "late", options: ["combine": option]), names)
      let batch = batch(names, garbage: 0)
      let late = try #require(model.fusion as? LateFusion)
      let predictions = late.experts(model.encode(batch))
      var expected = 0.0
      for (modality, prediction) in predictions.enumerated() {
        let rows = [0, 1, 2, 3, 4, 5].filter { $0 >= 4 || $0 % 2 != modality }
        expected += prediction.indexSelect(Tensor(rows))
          .crossEntropy(batch.target!.indexSelect(Tensor(rows))).item()
      }
      if combines { expected += model(batch).crossEntropy(batch.target!).item() }
      #expect(abs(model.objective(batch, .crossEntropy()).item() - expected) < 1e-5)
    }
  }

  /// An expert whose modality no sample of the batch has learns nothing, and the others as before.
  @Test func aModalityAbsentFromTheWholeBatch() throws {
    let names = ["audio", "text"]
    let model = try model(Variant(name: "late"), names)
    var batch = batch(names)
    let whole = model.objective(batch, .crossEntropy()).item()
    batch.inputs["audio"]!.present = Tensor(Array(repeating: false, count: 6))
    let loss = model.objective(batch, .crossEntropy())
    let text = try #require(model.fusion as? LateFusion).experts(model.encode(batch))[1]
    #expect(loss.item() < whole)
    #expect(abs(loss.item() - text.crossEntropy(batch.target!).item()) < 1e-6)
    for (name, parameter) in model.namedParameters() {
      let norm = Tensors.gradients(of: [loss], withRespectTo: [parameter.value], retainGraph: true)[0]!.norm().item()
      #expect((norm > 0) == (name.hasPrefix("encoders.text") || name.hasPrefix("fusion.predictors.1")), "\(name)")
    }
  }

  /// The combination learns without reaching into the experts.
  @Test func stackingLeavesTheExpertsAlone() throws {
    let names = ["audio", "text"]
    let gradients = try ["average", "stacking"].map { option in
      let model = try model(Variant(name: "late", options: ["combine": option]), names)
      let encoder = model.namedParameters().first { $0.name.hasPrefix("encoders.") }!.parameter.value
      return Tensors.gradients(of: model.objective(batch(names), .crossEntropy()), withRespectTo: [encoder])[0].floats
    }
    #expect(gradients[0] == gradients[1])
  }

  @Test func otherTasks() throws {
    let names = ["image", "text"]
    var batch = batch(names)
    batch.target = Tensor.randn([6, 3], generator: Generator(seed: 1))
    for name in ["late", "low-rank"] {
      let regression = try model(Variant(name: name), names, task: .regression)
      #expect(regression.objective(batch, .meanSquaredError).item().isFinite)
      var labelled = batch
      labelled.target = (batch.target! .> 0).to(.float32)
      let multilabel = try model(Variant(name: name), names, task: .multilabel)
      #expect(multilabel.objective(labelled, .binaryCrossEntropy()).item().isFinite)
    }
  }

  @Test func unimodalBaseline() throws {
    let model = try model(Variant(name: "unimodal"), ["text"])
    let batch = batch(["audio", "text"])
    let encoded = model.encode(batch)
    #expect(encoded.count == 1)
    #expect(model.representation(batch).floats == encoded[0].floats)
    #expect(model(batch).shape == [6, 3])
  }

  @Test func predictionIsRepresentationAndHead() throws {
    let names = Self.subsets[1]
    let model = try model(Variant(name: "tensor"), names)
    let batch = batch(names, garbage: 0)
    let head = try #require(model.head)
    #expect(head(model.representation(batch)).floats == model(batch).floats)
    #expect(model.predict(model.encode(batch), present: model.presence(batch)).floats == model(batch).floats)
    let late = try self.model(Variant(name: "late"), names)
    #expect(late.representation(batch).shape == [6, 24])
  }
}
