public import Layers
public import Tensors

/// Refuses, before the first epoch, a model part of which would stay as it was initialised.
///
/// Two public implementations of low-rank fusion train with frozen factors because nothing checks this.
public enum TrainabilityCheck {
  /// Checks that the optimised parameters are exactly the trainable ones of the model.
  ///
  /// - Throws: ``UntrainableModel``.
  public static func parameters(of model: any Module, in arena: Arena) throws {
    let trainable = model.namedParameters().filter(\.parameter.isTrainable)
    let known = Set(trainable.map { ObjectIdentifier($0.parameter) })
    let strangers = arena.slots.filter { !known.contains(ObjectIdentifier($0.parameter)) }
    guard strangers.isEmpty else { throw UntrainableModel.notInModel(strangers.map(\.name)) }
    let optimised = Set(arena.slots.map { ObjectIdentifier($0.parameter) })
    let forgotten = trainable.filter { !optimised.contains(ObjectIdentifier($0.parameter)) }
    guard forgotten.isEmpty else { throw UntrainableModel.notOptimised(forgotten.map(\.name)) }
  }

  /// Runs the objective once, as in training, and checks that a gradient path leads to every optimised parameter.
  ///
  /// Buffers and gradients are left as they were. A path that happens to carry zeros passes.
  /// - Throws: ``UntrainableModel``.
  public static func gradientPaths(of model: any Module, in arena: Arena, objective: () -> Tensor) throws {
    let before = model.namedBuffers().map { ($0.buffer, $0.buffer.value) }
    defer { for (buffer, value) in before { buffer.value = value } }
    let loss = training(with: Generator(seed: 0), objective)
    guard loss.requiresGradient else { throw UntrainableModel.noGradient(arena.names) }
    let found = Tensors.gradients(
      of: [loss], withRespectTo: arena.slots.map(\.parameter.value), allowUnused: true)
    let missing = zip(arena.slots, found).filter { $1 == nil }.map(\.0.name)
    guard missing.isEmpty else { throw UntrainableModel.noGradient(missing) }
  }
}
