public import Tensors

/// How the batches of several models lie in one, the rows of each model behind those of the one before: that of a single
/// model is taken as it is.
public struct BatchParts<Batch> {
  let part: (Batch, _ row: Int, _ models: Int) -> Batch
  let spread: (Batch, Lanes) -> Batch

  /// - Parameters:
  ///   - part: the batch of the model in a row, out of that of all active models.
  ///   - spread: a batch that stands for those of all lanes, out of that of all active models.
  public init(
    part: @escaping (Batch, _ row: Int, _ models: Int) -> Batch, spread: @escaping (Batch, Lanes) -> Batch
  ) {
    self.part = part
    self.spread = spread
  }
}
