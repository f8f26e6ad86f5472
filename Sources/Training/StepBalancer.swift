/// Makes the gradient of a step out of those of views of its batch, such as some of its inputs alone.
public protocol StepBalancer<Batch>: AnyObject {
  associatedtype Batch
  /// Leaves the gradient of a step in the arena.
  ///
  /// - Parameters:
  ///   - batch: as it is.
  ///   - arena: the model's parameters and their gradients.
  ///   - compute: leaves the gradient of a batch's loss in the arena and returns the loss.
  /// - Returns: the loss of the batch as it is, or as the step saw it.
  func step(_ batch: Batch, in arena: Arena, compute: (Batch) -> Double) -> Double
  /// Called after each epoch, evaluating, without gradients.
  func finishEpoch() throws
  /// Everything that later steps depend on, for checkpoints.
  var state: [Double] { get set }
}
