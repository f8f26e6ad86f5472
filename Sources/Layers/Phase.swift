public import Tensors

/// Whether the forward pass under way trains, and where its randomness comes from.
///
/// Nothing in a model stores a mode: outside ``training(with:_:)`` every layer evaluates, deterministically.
public enum Phase {
  /// The generator of the current training pass; nil while evaluating.
  @TaskLocal public static var dropout: Generator?

  /// Whether dropout drops and batch statistics are used and learned.
  public static var isTraining: Bool { dropout != nil }
}

/// Runs `body` as a training pass whose layers draw from `generator`.
public func training<Result>(with generator: Generator, _ body: () throws -> Result) rethrows -> Result {
  try Phase.$dropout.withValue(generator, operation: body)
}

/// Runs `body` as an evaluating pass, also inside a training pass.
public func evaluating<Result>(_ body: () throws -> Result) rethrows -> Result {
  try Phase.$dropout.withValue(nil, operation: body)
}
