public import Encoders
public import Modalities
public import Models
public import Tensors

/// What a fusion is made for.
public struct FusionRequest: Sendable {
  /// Width D_m of each modality's encoding, in sorted order of their names.
  public var widths: [Int]
  /// Number of classes, labels or values to predict.
  public var outputs: Int
  /// What is predicted.
  public var task: TaskKind
  /// The modalities' names, sorted.
  public var names: [String]
  /// Whether a modality may have more than one step, in an order that its encoding does not tell; only where the fusion
  /// reads steps.
  public var areSequences: [Bool]
  /// Whether a modality's steps are the raw patches of a picture, row by row; only where the fusion reads those.
  public var arePictures: [Bool]

  /// - Parameters:
  ///   - names: m0, m1, … where nil.
  ///   - areSequences: none where nil.
  ///   - arePictures: none where nil.
  public init(
    widths: [Int], outputs: Int, task: TaskKind, names: [String]? = nil, areSequences: [Bool]? = nil,
    arePictures: [Bool]? = nil
  ) {
    self.widths = widths
    self.outputs = outputs
    self.task = task
    self.names = names ?? widths.indices.map { "m\($0)" }
    self.areSequences = areSequences ?? widths.map { _ in false }
    self.arePictures = arePictures ?? widths.map { _ in false }
  }
}

extension FusionRequest {
  /// The prediction problem.
  /// - Throws: `UsageError` where nothing is predicted.
  var prediction: any PredictionTask {
    get throws {
      guard let prediction = task.prediction(outputs: outputs) else {
        throw UsageError("task \(task.rawValue) has nothing to predict")
      }
      return prediction
    }
  }
}

/// A fusion as the registry knows it: its name, where it comes from, its options and how to make one.
public struct FusionDescription: Sendable {
  /// What users call it, such as `low-rank`.
  public let name: String
  /// One line on what it computes.
  public let summary: String
  /// Authors, year and title of its source.
  public let paper: String
  /// Its own options; those of `allOptions` come on top.
  public let options: [MethodOption]
  /// How many modalities it takes.
  public let modalities: ClosedRange<Int>
  /// Whether several seeds can train as one (`Replicas`); a method that cannot trains them in parallel.
  public let replicates: Bool
  /// Whether it reads sequences step by step (`SequenceFusion`), which its encoders then leave as steps.
  public let readsSteps: Bool
  /// Whether pictures and sounds become tokens (`makeTokenEncoder`); it then has the options of `TokenOptions`.
  public let tokenizes: Bool
  let readsRaw: @Sendable (OptionValues) throws -> Bool
  /// Patches along either side of a picture where steps reach it raw (`makeRawStepEncoder`); nil where they are encoded.
  let patchGrid: @Sendable (OptionValues) throws -> Int?
  /// The scale in which it adds its modalities up where classes or labels are predicted; nil where it does not.
  let adds: @Sendable (OptionValues) throws -> AdditiveScale?
  let build: @Sendable (FusionRequest, OptionValues, Generator) throws -> any Fusion

  init(
    _ name: String, summary: String, paper: String, options: [MethodOption] = [],
    modalities: ClosedRange<Int> = 2...64, replicates: Bool = true, readsSteps: Bool = false, tokenizes: Bool = false,
    readsRaw: @escaping @Sendable (OptionValues) throws -> Bool = { _ in false },
    patchGrid: @escaping @Sendable (OptionValues) throws -> Int? = { _ in nil },
    adds: @escaping @Sendable (OptionValues) throws -> AdditiveScale? = { _ in nil },
    build: @escaping @Sendable (FusionRequest, OptionValues, Generator) throws -> any Fusion
  ) {
    self.name = name
    self.summary = summary
    self.paper = paper
    self.options = options + (tokenizes ? TokenOptions.methodOptions : [])
    self.modalities = modalities
    self.replicates = replicates
    self.readsSteps = readsSteps
    self.tokenizes = tokenizes
    self.readsRaw = readsRaw
    self.patchGrid = patchGrid
    self.adds = adds
    self.build = build
  }

  /// Its own options, those of the encoders and those of what is added while training.
  public var allOptions: [MethodOption] { EncoderOptions.methodOptions + Self.trainingOptions + options }

  /// What every method can be made robust by.
  public static let trainingOptions = [
    MethodOption(
      "modality-dropout", default: 0, in: 0...0.95, help: "probability of hiding a modality of a sample while training"),
    MethodOption(
      "noise", default: 0, in: 0...100.0,
      help: "deviation of the noise added to inputs while training, in those of the features"),
  ]

  /// Makes the fusion.
  ///
  /// - Parameter options: values given by the user for any of `allOptions`; the rest take their defaults.
  /// - Throws: `UsageError` for an unknown option, a value out of range, or a number of modalities it does not take.
  public func make(_ request: FusionRequest, options: [String: String] = [:], generator: Generator) throws -> any Fusion
  {
    try make(request, values: OptionValues(options, of: allOptions, method: name), generator: generator)
  }

  func make(_ request: FusionRequest, values: OptionValues, generator: Generator) throws -> any Fusion {
    guard modalities.contains(request.widths.count) else {
      let expected = modalities.count == 1 ? "exactly 1 modality" : "at least \(modalities.lowerBound) modalities"
      throw UsageError("method \(name) takes \(expected), found \(request.widths.count)")
    }
    guard request.outputs > 0 else { throw UsageError("method \(name): nothing to predict (0 outputs)") }
    return try build(request, values, generator)
  }
}

extension FusionDescription {
  /// The scale in which the method adds its modalities up; nil where it is not additive by construction, whatever it learns.
  ///
  /// - Parameter options: values given by the user; the rest take their defaults.
  /// - Throws: `UsageError` for an unknown option or a value out of range.
  public func additiveScale(options: [String: String] = [:], task: TaskKind) throws -> AdditiveScale? {
    try adds(OptionValues(options, of: allOptions, method: name))?.scale(of: task)
  }
}
