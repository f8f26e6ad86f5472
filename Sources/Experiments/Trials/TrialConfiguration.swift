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

  /// - Parameter methods: those that there are.
  /// - Throws: `UsageError` for an option that the method does not have, a task that it does not learn, or balanced classes
  ///   where there are none.
  public init(
    _ selection: MethodSelection, training: TrainingOptions, seed: Int, on prepared: PreparedDataset,
    methods: [Method] = Method.all
  ) throws {
    let method = try methods.named(selection.method)
    guard method.tasks.contains(prepared.task) else {
      let able = methods.filter { $0.tasks.contains(prepared.task) }.map(\.name)
      throw InputError(
        file: Manifest.fileName, at: "task",
        "\"\(prepared.task.rawValue)\" is nothing that method \(method.name) learns; "
          + (able.isEmpty
            ? "expected \(method.tasks.map(\.rawValue).sorted().joined(separator: ", "))"
            : "\(able.joined(separator: ", ")) would"))
    }
    guard !training.balancedClasses || prepared.prediction?.balances == true else {
      throw UsageError(
        "--balanced weighs classes or labels; "
          + (prepared.dataset.manifest.target.map { "the target \"\($0)\" is a value" } ?? "there is no target"))
    }
    self.selection = selection
    self.training = training
    self.seed = seed
    options = try method.values(selection.options).values
    dataset = prepared.dataset.manifest.name
    task = prepared.task
    classes = prepared.learningTask.outputsAreClasses ? prepared.dataset.classes : []
    outputs = task.outputs(classes: classes.count, modalities: selection.modalities.count)
    shapes = prepared.shapes.filter { selection.modalities.contains($0.key) }
    metric = prepared.metric
    scaling = prepared.scaling
  }
}

extension TrialConfiguration {
  /// Refuses, before any training, an option value that the method does not take on these data.
  /// - Throws: `UsageError` naming method, option and what was expected.
  public func check(on prepared: PreparedDataset, methods: [Method] = Method.all) throws {
    let method = try methods.named(selection.method)
    switch method.learning {
    case .gradients(_, let make):
      _ = try make(request(prepared.dataset.manifest), method.values(options), Generator(seed: 0))
    case .solver(_, let make): _ = try make(method.values(options))
    }
  }

  /// Turns logits or standardised values into probabilities or values.
  func finish(_ output: Tensor) -> Tensor { prediction.predictions(of: output) }

  /// What is asked of the model.
  var learningTask: any LearningTask { task.task(outputs: outputs, scaling: scaling) }

  /// The same of a model that predicts.
  var prediction: any PredictionTask {
    guard let prediction = learningTask as? any PredictionTask else {
      preconditionFailure("a trial of task \(task.rawValue)")
    }
    return prediction
  }

  /// What the method makes its model for.
  func request(_ manifest: Manifest, criterion: Criterion? = nil) -> ModelRequest {
    ModelRequest(
      modalities: manifest.modalities.filter { selection.modalities.contains($0.key) }, shapes: shapes,
      task: learningTask, criterion: criterion)
  }
}
