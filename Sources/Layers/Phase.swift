public import Tensors

/// Whether the forward pass under way trains, and where its randomness comes from.
///
/// Nothing in a model stores a mode: outside ``training(with:_:)-(Generator,_)`` every layer evaluates, deterministically.
public enum Phase {
  /// What the layers of the current training pass draw from; nil while evaluating.
  @TaskLocal public static var masks: MaskSource?

  /// Whether dropout drops and batch statistics are used and learned.
  public static var isTraining: Bool { masks != nil }
}

/// Runs `body` as a training pass whose layers draw from `generator`.
public func training<Result>(with generator: Generator, _ body: () throws -> Result) rethrows -> Result {
  try training(with: MaskSource(generator), body)
}

/// Runs `body` as a training pass whose layers draw from `masks`.
public func training<Result>(with masks: MaskSource, _ body: () throws -> Result) rethrows -> Result {
  try Phase.$masks.withValue(masks, operation: body)
}

/// Runs `body` as an evaluating pass, also inside a training pass.
public func evaluating<Result>(_ body: () throws -> Result) rethrows -> Result {
  try Phase.$masks.withValue(nil, operation: body)
}
