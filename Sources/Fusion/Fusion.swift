public import Layers
public import Tensors

/// Makes one representation of several modalities.
///
/// Any number of modalities of any widths. Where a sample lacks a modality, whatever stands in its row is ignored; each
/// system states what takes its place. A sample that lacks all of them is refused when data are loaded; here it gets a
/// finite answer that depends on no input.
public protocol Fusion: Module {
  /// Width of the representation.
  var outputSize: Int { get }
  /// Fuses `inputs`.
  ///
  /// - Parameters:
  ///   - inputs: the encodings x_m `[B, D_m]`, modalities in sorted order of their names.
  ///   - present: `[B, M]`, true where a sample has the modality; nil where every sample has all.
  /// - Returns: `[B, outputSize]`.
  func callAsFunction(_ inputs: [Tensor], present: Tensor?) -> Tensor
  /// The loss to minimise on a batch, a scalar; the task's on the representation unless the fusion brings more.
  ///
  /// - Parameter task: the loss of what is predicted from a representation.
  func objective(_ inputs: [Tensor], present: Tensor?, task: TaskLoss) -> Tensor
}

/// A fusion of decisions: one predictor per modality, whose predictions are combined.
///
/// Each expert learns from its own loss, over the samples that have its modality; the combination learns from predictions
/// it does not reach back through.
public protocol DecisionFusion: SeparableFusion {
  /// The prediction of each modality's expert, `[B, outputSize]`: logits, or values where the task is regression.
  func experts(_ inputs: [Tensor]) -> [Tensor]
  /// Combines the experts' predictions of the modalities that are present into logits or values `[B, outputSize]`.
  func combine(_ predictions: [Tensor], present: Tensor?) -> Tensor
  /// Whether `combine` has parameters to learn.
  var learnsCombination: Bool { get }
}

extension DecisionFusion {
  public func parts(_ inputs: [Tensor], present: Tensor?) -> [Tensor] { experts(clearingAbsent(inputs, present)) }
}

/// The column of `present` that belongs to one modality, `[B, 1]`.
func presence(of modality: Int, in present: Tensor) -> Tensor {
  present.narrow(axis: 1, start: modality, length: 1)
}

/// Puts `value` in the rows of absent modalities, so that nothing that stands there (not even NaN) is read.
func clearingAbsent(_ inputs: [Tensor], _ present: Tensor?, with value: Double = 0) -> [Tensor] {
  guard let present else { return inputs }
  precondition(
    present.shape.last == inputs.count, "presence \(present.shape) does not fit \(inputs.count) modalities")
  return inputs.enumerated().map { modality, x in
    let column = presence(of: modality, in: present)
    return Tensor.where(x.rank == 3 ? column.unsqueezed(2) : column, x, Tensor(value, dtype: x.dtype))
  }
}

/// Stops where a call does not bring the modalities a fusion was made for.
func check(_ inputs: [Tensor], widths: [Int], in system: String) {
  precondition(
    inputs.count == widths.count && zip(inputs, widths).allSatisfy { $0.shape.last == $1 },
    "\(system) was made for widths \(widths), found inputs of shapes \(inputs.map(\.shape))")
}
