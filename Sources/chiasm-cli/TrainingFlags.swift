import ArgumentParser
import Chiasm

/// Settings of training; what is not given keeps its default.
struct TrainingFlags: ParsableArguments {
  private static let defaults = TrainingOptions()

  @Option(help: "Most passes over the train split; \(defaults.epochs) by default.")
  var epochs: Int?
  @Option(help: "Samples per step; \(defaults.batchSize) by default.")
  var batchSize: Int?
  @Option(help: "Step size of the optimiser; \(defaults.learningRate) by default.")
  var learningRate: Double?
  @Option(
    help: "Decay of weights towards zero per step, times the learning rate; \(defaults.weightDecay) by default.")
  var weightDecay: Double?
  @Option(
    help: """
      Epochs without a better validation score after which training stops; \(defaults.patience ?? defaults.epochs) \
      by default.
      """)
  var patience: Int?
  @Option(help: "adamw, adam or sgd; \(defaults.optimizer.rawValue) by default.")
  var optimizer: String?
  @Option(help: "constant, cosine or plateau; \(defaults.schedule.name) by default.")
  var schedule: String?
  @Flag(help: "Weigh classes by the inverse of how often they occur in the train split.")
  var balanced = false
  @Option(
    help: """
      Keep modalities in balance: conditional (steps without the fastest; Wu 2022), blending (losses by how they \
      generalise; Wang 2020) or impartial (equal gradients without conflicts; Javaloy 2022).
      """)
  var balance: String?
  @Flag(
    inversion: .prefixedNo,
    help: "Measure after each epoch how much each modality is used; by default where that is cheap.")
  var utilization: Bool?

  /// Whether nothing was given.
  var isEmpty: Bool {
    epochs == nil && batchSize == nil && learningRate == nil && weightDecay == nil && patience == nil
      && optimizer == nil
      && schedule == nil && !balanced && balance == nil && utilization == nil
  }

  /// Refuses what only means something where a target is predicted from several modalities.
  /// - Parameter command: as errors call it.
  func checkWithoutTarget(_ command: String) throws {
    if balanced {
      throw UsageError("--balanced weighs the classes of a target that is predicted; \(command) has none")
    }
    if balance != nil {
      throw UsageError("--balance keeps the modalities that predict a target in balance; \(command) has no such target")
    }
    if utilization == true {
      throw UsageError("--utilization measures how modalities predict a target; \(command) has no such target")
    }
  }

  func resolved() throws -> TrainingOptions {
    var options = TrainingOptions()
    if let epochs = try check(epochs, "--epochs", 1...100_000) { options.epochs = epochs }
    if let batchSize = try check(batchSize, "--batch-size", 1...1_000_000) { options.batchSize = batchSize }
    if let learningRate = try check(learningRate, "--learning-rate", 1e-9...100) { options.learningRate = learningRate }
    if let weightDecay = try check(weightDecay, "--weight-decay", 0...100) { options.weightDecay = weightDecay }
    if let patience = try check(patience, "--patience", 1...100_000) { options.patience = patience }
    if let optimizer { options.optimizer = try choice(optimizer, "--optimizer", [.adamw, .adam, .sgd]) }
    if let schedule {
      switch schedule {
      case "constant": options.schedule = .constant
      case "cosine": options.schedule = .cosine(warmUp: 0.1)
      case "plateau": options.schedule = .plateau(factor: 0.5, patience: 3)
      default: throw UsageError("--schedule is \"\(schedule)\"; expected constant, cosine or plateau")
      }
    }
    if balanced { options.balancedClasses = true }
    options.balance = try balance.map { try choice($0, "--balance") }
    options.measuresUtilization = utilization
    return options
  }
}

extension Schedule {
  /// What `--schedule` calls it.
  fileprivate var name: String {
    switch self {
    case .constant: "constant"
    case .cosine: "cosine"
    case .plateau: "plateau"
    }
  }
}
