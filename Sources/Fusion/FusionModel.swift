public import Encoders
public import Layers
public import Modalities
public import Models
public import Tensors
public import Training

/// A model of several modalities: an encoder for each, a fusion, and a linear predictor on top.
///
/// Modalities go in sorted order of their names. What stands in the row of an absent modality is never read: inputs are
/// cleared before the encoder (gradients stay finite even where NaN stood there) and encodings after it.
///
/// ```swift
/// let model = try FusionModel.make(
///   specifications: manifest.modalities, shapes: ["audio": [40, 40], "text": [300]], method: "low-rank",
///   task: .classification, outputs: 10, generator: Generator(seed: 1))
/// let logits = model(batch)  // [B, 10]
/// ```
public struct FusionModel: LearningModel, Staged {
  /// The encoder of each modality.
  public let encoders: [String: any Encoder]
  /// What makes one representation of the encodings.
  public let fusion: any Fusion
  /// The predictor; nil where the fusion itself predicts (`DecisionFusion`).
  public let head: Linear?
  /// Modality names, sorted.
  public let names: [String]
  /// What is lost, where the model was made for a task.
  public var criterion: Criterion?
  /// What hides modalities while training; nil for nothing.
  public var modalityDropout: ModalityDropout?
  /// The noise that inputs get while training; nil for none.
  public var trainingNoise: TrainingNoise?

  /// - Parameter head: the predictor on the fused representation; nil exactly where `fusion` is a `DecisionFusion`.
  public init(encoders: [String: any Encoder], fusion: any Fusion, head: Linear?) {
    precondition((head == nil) == (fusion is any DecisionFusion), "a fusion needs a head unless it fuses decisions")
    self.encoders = encoders
    names = encoders.keys.sorted()
    self.fusion = fusion
    self.head = head
  }

  /// Makes a model from the manifest's entries and the shape of one sample of each modality.
  ///
  /// - Parameters:
  ///   - specifications: the modalities to use, by name.
  ///   - shapes: `[D]`, `[T, D]` or `[C, H, W]` by name.
  ///   - method: a name in `FusionRegistry`.
  ///   - options: values for the method's options; the rest take their defaults.
  ///   - outputs: number of classes, labels or values.
  /// - Throws: `UsageError` for an unknown method or option, a bad value, or a number of modalities it does not take.
  public static func make(
    specifications: [String: ModalitySpecification], shapes: [String: [Int]], method: String,
    options: [String: String] = [:], task: TaskKind, outputs: Int, generator: Generator
  ) throws -> FusionModel {
    let description = try FusionRegistry.description(named: method)
    guard let task = task.prediction(outputs: outputs) else {
      throw UsageError("task \(task.rawValue) has nothing to predict")
    }
    return try FusionModel(
      description, for: ModelRequest(modalities: specifications, shapes: shapes, task: task),
      values: OptionValues(options, of: description.allOptions, method: method), generator: generator)
  }

  /// - Throws: `UsageError` for a bad value of an option, or a number of modalities it does not take.
  init(
    _ description: FusionDescription, for request: ModelRequest, values: OptionValues, generator: Generator
  ) throws {
    guard let task = request.task as? any PredictionTask else {
      throw UsageError("method \(values.method) predicts; task \(request.task.kind.rawValue) has nothing to predict")
    }
    let encoderOptions = try EncoderOptions(values)
    let raw = try description.readsRaw(values)
    let grid = try description.patchGrid(values)
    var encoders: [String: any Encoder] = [:]
    var (sequences, pictures): (Set<String>, Set<String>) = ([], [])
    for (name, specification) in request.modalities.sorted(by: { $0.key < $1.key }) {
      guard let shape = request.shapes[name] else { throw UsageError("no shape given for modality \(name)") }
      if raw {
        encoders[name] = RawEncoder(kind: specification.kind, shape: shape)
      } else if let grid {
        encoders[name] = try makeRawStepEncoder(for: specification, shape: shape, grid: grid)
        if shape.count == 2 { sequences.insert(name) }
        if shape.count == 3 { pictures.insert(name) }
      } else if description.tokenizes {
        let made = try makeTokenEncoder(
          for: specification, shape: shape, options: encoderOptions, tokens: TokenOptions(values), generator: generator)
        encoders[name] = made.encoder
        if shape.count == 2, !made.hasPositions { sequences.insert(name) }
      } else if description.readsSteps {
        encoders[name] = try makeStepEncoder(
          for: specification, shape: shape, options: encoderOptions, generator: generator)
        if shape.count == 2 { sequences.insert(name) }
      } else {
        encoders[name] = try makeEncoder(
          for: specification, shape: shape, options: encoderOptions, generator: generator)
      }
    }
    let ordered = encoders.sorted { $0.key < $1.key }
    let outputs = task.outputs
    let wanted = FusionRequest(
      widths: ordered.map(\.value.outputSize), outputs: outputs, task: task.kind, names: ordered.map(\.key),
      areSequences: ordered.map { sequences.contains($0.key) },
      arePictures: ordered.map { pictures.contains($0.key) })
    let fusion = try description.make(wanted, values: values, generator: generator)
    let head = fusion is any DecisionFusion ? nil : Linear(fusion.outputSize, outputs, generator: generator)
    self.init(encoders: encoders, fusion: fusion, head: head)
    criterion = request.criterion ?? task.criterion(balancing: nil)
    let (hidden, noise) = try (values.number("modality-dropout"), values.number("noise"))
    if hidden > 0 { modalityDropout = ModalityDropout(hidden) }
    if noise > 0 { trainingNoise = TrainingNoise(noise) }
  }

  /// The encodings `[B, D_m]`, or steps `[B, T_m, D_m + 1]` for a `SequenceFusion`, in sorted order of modality names;
  /// zeros where a modality is absent.
  public func encode(_ batch: Batch) -> [Tensor] {
    names.map { name in
      guard let input = batch.inputs[name] else {
        preconditionFailure("the model reads modality \(name), the batch holds \(batch.names)")
      }
      return encode(input, of: name)
    }
  }

  /// The encoding of one modality; zeros where it is absent.
  public func encode(_ input: ModalityInput, of name: String) -> Tensor {
    guard let encoder = encoders[name] else {
      preconditionFailure("the model reads \(names), not modality \(name)")
    }
    guard let present = input.present else { return encoder(input) }
    let encoded = encoder(input.clearingAbsent())
    let rows = present.reshaped([-1] + Array(repeating: 1, count: encoded.rank - 1))
    return Tensor.where(rows, encoded, Tensor(0, dtype: encoded.dtype))
  }

  /// Which modalities of the model each sample has, `[B, M]`; nil where all have all.
  public func presence(_ batch: Batch) -> Tensor? {
    guard batch.inputs.values.contains(where: { $0.present != nil }) else { return nil }
    return batch.keeping(names).present()
  }

  /// The fused representation `[B, D]`; for a fusion of decisions, the encodings side by side.
  public func representation(_ batch: Batch) -> Tensor {
    let encoded = encode(batch)
    guard head != nil else { return Tensor.concatenated(encoded, axis: 1) }
    return fusion(encoded, present: presence(batch))
  }

  /// What a fusion that chooses for each sample chooses among; nil where it does not.
  public var choiceNames: [String]? { (fusion as? any ChoosingFusion).map { $0.choiceNames ?? names } }

  /// How much each of `choiceNames` enters, `[B, C]` from 0 to 1; nil where the fusion does not choose.
  public func choices(_ batch: Batch) -> Tensor? {
    (fusion as? any ChoosingFusion)?.choices(encode(batch), present: presence(batch))
  }

  public func predict(_ encoded: [Tensor], present: Tensor?) -> Tensor { applyHead(fusion(encoded, present: present)) }

  /// What each modality contributes alone before the fusion combines them, `[B, …]`; the encodings themselves where it
  /// is not a `SeparableFusion`.
  public func parts(_ encoded: [Tensor], present: Tensor? = nil) -> [Tensor] {
    (fusion as? any SeparableFusion)?.parts(encoded, present: present) ?? encoded
  }

  /// The representation `[B, D]` of `parts`; for a fusion of decisions, the predictions.
  public func fuse(_ parts: [Tensor], present: Tensor? = nil) -> Tensor {
    (fusion as? any SeparableFusion)?.combine(parts, present: present) ?? fusion(parts, present: present)
  }

  /// Logits or values `[B, outputs]` of what `fuse` gives: the affine head, where there is one.
  public func applyHead(_ fused: Tensor) -> Tensor { head.map { $0(fused) } ?? fused }

  /// Whether `fuse` takes parts whose leading axes broadcast, see `SeparableFusion.combinesGrids`.
  public var combinesGrids: Bool { (fusion as? any SeparableFusion)?.combinesGrids ?? false }

  /// Whether `combine` is affine in each part while the others stay, and asks for no presence.
  public var isMultiaffine: Bool { (fusion as? any SeparableFusion)?.isMultiaffine ?? false }

  public var widths: [Int] { names.map { encoders[$0]!.outputSize } }
  public var readsSteps: Bool { fusion is any SequenceFusion }
  public var fusesDecisions: Bool { fusion is any DecisionFusion }
}

extension ModalityInput {
  /// The input with zeros, and length 0, in the rows of absent samples.
  func clearingAbsent() -> ModalityInput {
    guard let present else { return self }
    var cleared = self
    let column = present.reshaped([-1] + Array(repeating: 1, count: values.rank - 1))
    cleared.values = Tensor.where(column, values, Tensor(0, dtype: values.dtype))
    cleared.lengths = lengths.map { Tensor.where(present, $0, Tensor(0, dtype: $0.dtype)) }
    return cleared
  }
}
