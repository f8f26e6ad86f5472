public import Tensors

/// Finds a model at once, not by gradient steps on batches: a method with its options read.
///
/// It learns from the train split, chooses on validation whatever its options leave open (`auto`), and reads each modality
/// as a vector (`RawEncoder`). An absent modality is replaced by the mean of the train split. Of the settings of training
/// only `--balanced` counts, and for deep methods those of their networks.
public protocol Solver: Sendable {
  /// Fits on the train split and chooses on validation.
  ///
  /// - Returns: the solution, and the value chosen for each option that was left open.
  func fit(_ samples: SolverSamples) throws -> (solution: any Solution, chosen: [String: String])

  /// Reads a solution from a model file, every claim checked.
  ///
  /// - Parameter widths: of the views, in sorted order of the modalities' names.
  /// - Throws: `InputError` naming the file and what does not fit.
  func restore(_ file: inout NamedTensors, widths: [Int], task: any PredictionTask) throws -> any Solution

  /// Bytes that fitting holds at its largest.
  func bytes(samples: Int, widths: [Int]) -> Int
}

/// What a solver finds: what each view contributes, and what the contributions predict together.
public protocol Solution {
  /// What each view `[B, width]` contributes, `[B, …]`.
  ///
  /// - Throws: `InputError` for values that are not finite.
  func parts(_ views: [Tensor]) throws -> [Tensor]
  /// Widths of the parts.
  var partWidths: [Int] { get }
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

/// A solution whose parts are vectors in one space.
public protocol LinkedSolution: Solution {}
