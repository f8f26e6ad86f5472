import Encoders
public import Modalities
public import Models
import Tensors
public import Training

/// Everything that decides what a trial does: with the same data set, the same configuration gives the same model.
public struct TrialConfiguration: Codable, Sendable, Equatable {
  /// The method with its modalities and the options that were given.
  public var selection: MethodSelection
  /// Every option of the method with its value, defaults included.
  public var options: [String: String]
  public var training: TrainingOptions
  public var seed: Int
  /// Name of the data set.
  public var dataset: String
  public var task: TaskKind
  /// Class names in the order of the outputs; empty for regression.
  public var classes: [String]
  /// Number of values the model puts out.
  public var outputs: Int
  /// Shape of one sample of each modality of the data set.
  public var shapes: [String: [Int]]
  public var metric: Metric
  public var scaling: TargetScaling

  /// - Throws: `UsageError` for an option that the method does not have, or balanced classes where there are values.
  public init(_ selection: MethodSelection, training: TrainingOptions, seed: Int, on prepared: PreparedDataset) throws {
    guard !training.balancedClasses || prepared.prediction.balances else {
      throw UsageError(
        "--balanced weighs classes or labels; the target \"\(prepared.dataset.manifest.target ?? "")\" is a value")
    }
    self.selection = selection
    self.training = training
    self.seed = seed
    options = try selection.resolvedOptions()
    dataset = prepared.dataset.manifest.name
    task = prepared.task
    classes = prepared.dataset.classes
    outputs = prepared.dataset.outputs
    shapes = prepared.shapes.filter { selection.modalities.contains($0.key) }
    metric = prepared.metric
    scaling = prepared.scaling
  }
}

extension TrialConfiguration {
  /// Refuses, before any training, an option value that the method does not take on these data.
  /// - Throws: `UsageError` naming method, option and what was expected.
  public func check(on prepared: PreparedDataset) throws {
    if let method = FittedMethod.named(selection.method) {
      _ = try method.fitter(options)
    } else {
      _ = try TrainedModel(
        initialising: self, manifest: prepared.dataset.manifest, normalisation: prepared.normalisation)
    }
  }

  /// Turns logits or standardised values into probabilities or values.
  func finish(_ output: Tensor) -> Tensor { prediction.predictions(of: output) }

  /// The prediction problem.
  var prediction: any PredictionTask {
    guard let prediction = task.prediction(outputs: outputs, scaling: scaling) else {
      preconditionFailure("a trial of task \(task.rawValue)")
    }
    return prediction
  }
}

extension MethodSelection {
  /// Every option of the method with its value.
  /// - Throws: `UsageError` for an option the method does not have.
  func resolvedOptions() throws -> [String: String] {
    try OptionValues(options, of: Method.named(method).options, method: method).values
  }
}
