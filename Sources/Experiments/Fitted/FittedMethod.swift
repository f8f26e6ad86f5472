public import Encoders
import Fusion
import Models
import Tensors

/// A method whose model a solver finds, not gradient steps on batches: its name, its options, and how it is fitted.
///
/// It learns from the train split, chooses on validation whatever its options leave open (`auto`), and reads each modality
/// as a vector (`RawEncoder`). An absent modality is replaced by the mean of the train split. Of the settings of training
/// only `--balanced` counts, and for deep methods those of their networks.
public struct FittedMethod: Sendable {
  /// What users call it, such as `cca`.
  public let name: String
  /// Area of the field.
  public let area: String
  /// One line on what it computes.
  public let summary: String
  /// Its source.
  public let paper: String
  /// Its options with defaults.
  public let options: [MethodOption]
  /// How many modalities it takes.
  public let modalities: ClosedRange<Int>
  /// Whether every seed gives the same model, so that one trial stands for all.
  public let isDeterministic: Bool
  /// The scale in which it adds its modalities up where classes or labels are predicted.
  let adds: AdditiveScale?
  /// Reads the options.
  let make: @Sendable (OptionValues) throws -> any Fitter

  /// Every method of this kind.
  public static let all: [FittedMethod] = CorrelationFitter.methods + KernelFitter.methods

  /// The method of that name; nil where there is none, such as for methods that learn by gradients.
  public static func named(_ name: String) -> FittedMethod? { all.first { $0.name == name } }

  /// What fits with these options.
  ///
  /// - Throws: `UsageError` naming the option and what was expected.
  func fitter(_ options: [String: String]) throws -> any Fitter {
    try make(OptionValues(options, of: self.options, method: name))
  }
}

/// Finds a model: a fitted method with its options read.
protocol Fitter: Sendable {
  /// Fits on the train split and chooses on validation.
  ///
  /// - Returns: the solution, and the value chosen for each option that was left open.
  func fit(_ samples: FittingSamples) throws -> (solution: any FittedSolution, chosen: [String: String])

  /// Reads a solution from a model file, every claim checked.
  ///
  /// - Parameter widths: of the views, in sorted order of the modalities' names.
  /// - Throws: `InputError` naming the file and what does not fit.
  func restore(_ file: inout NamedTensors, widths: [Int], task: any PredictionTask) throws -> any FittedSolution

  /// Bytes that fitting holds at its largest.
  func bytes(samples: Int, widths: [Int]) -> Int
}

/// What was found: what each view contributes, and what the contributions predict together.
protocol FittedSolution {
  /// What each view `[B, width]` contributes, `[B, …]`.
  ///
  /// - Throws: `InputError` for values that are not finite.
  func parts(_ views: [Tensor]) throws -> [Tensor]
  /// Widths of the parts.
  var partWidths: [Int] { get }
  /// Whether parts are vectors in one space.
  var isLinked: Bool { get }
  /// One representation `[B, D]` of the parts.
  func representation(_ parts: [Tensor]) -> Tensor
  /// Logits or standardised values `[B, outputs]` of a representation.
  func outputs(_ representation: Tensor) -> Tensor
  /// Whether outputs are affine in each part.
  var isMultiaffine: Bool { get }
  /// All numbers, by name.
  var tensors: [String: Tensor] { get }
  /// What it says in words beside them.
  var notes: [String: String] { get }
}
