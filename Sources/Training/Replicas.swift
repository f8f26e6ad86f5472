public import Layers
public import Tensors

/// Several models of one structure that run and train as one: the arena of each is a row of one matrix `[K, n]`.
///
/// ```swift
/// let replicas = try Replicas(count: 16) { MLP(sizes: [64, 10], generator: Generator(seed: UInt64($0))) }
/// let logits = replicas.map { model, lanes in model(lanes.wrap(x)) }  // x [16, B, 64], logits [16, B, 10]
/// replicas.backward(logits.square().sum(axes: [1, 2]))  // row i of each of replicas.gradients is that of model i
/// ```
///
/// Model i stays a model of its own, whose parameters are views of its row: it can be evaluated, saved and compared
/// at any time. A model that is finished leaves with memory of its own, and the others close ranks.
public final class Replicas<Model: Module> {
  /// All models, also those that have left.
  public let models: [Model]
  /// The models that still run, by number; row r belongs to model `active[r]`.
  public private(set) var active: [Int]
  /// Values of the trainable parameters, `[active, n]`; writing to it changes the models.
  public private(set) var values: Tensor
  /// Gradients as ``backward(_:)`` left them, `[active, …]` for each of ``names`` (copying them together would cost more
  /// than the optimiser's step), or as `replay` did, in columns of one matrix.
  public private(set) var gradients: [Tensor] = []
  /// Names of the parameters in the order in which they lie in a row.
  public let names: [String]
  /// How many numbers at the start of a row weight decay acts on.
  public let decaying: Int

  private let members: [Members]
  /// Which parameters lie in the rows, as indices into `Members.parameters`, and where.
  private let slots: [(parameter: Int, range: Range<Int>)]
  /// Frozen parameters, which do not lie in the rows.
  private let frozen: [Int]
  /// What the lanes compute with: for each slot the values of all models `[active, …]`, a leaf of the gradient graph.
  private var leaves: [Tensor] = []
  /// Where `replay` has gradients written, `[active, n]`.
  private var matrix: Tensor?

  /// The parts of one model that hold tensors.
  private struct Members {
    let names: [String]
    let parameters: [Parameter]
    let buffers: [Buffer]

    init(_ model: any Module) {
      let named = model.namedParameters()
      names = named.map(\.name)
      parameters = named.map(\.parameter)
      buffers = model.namedBuffers().map(\.buffer)
    }
  }

  /// - Parameters:
  ///   - count: how many models.
  ///   - decaysVectors: whether weight decay also acts on biases and norms.
  ///   - make: makes model i; models may differ in their values alone.
  /// - Throws: ``UntrainableModel`` as ``Arena`` does, or where models differ in structure; what `make` throws.
  public init(count: Int, decaysVectors: Bool = true, _ make: (Int) throws -> Model) throws {
    precondition(count > 0, "a group of \(count) replicas")
    models = try (0..<count).map(make)
    active = Array(0..<count)
    let arenas = try models.map { try Arena($0, decaysVectors: decaysVectors) }
    let members = models.map { Members($0) }
    self.members = members
    names = arenas[0].names
    decaying = arenas[0].decaying.count
    slots = arenas[0].slots.map { slot in
      (members[0].parameters.firstIndex { $0 === slot.parameter }!, slot.range)
    }
    frozen = members[0].parameters.indices.filter { !members[0].parameters[$0].isTrainable }
    for (number, other) in members.enumerated() {
      let isAlike =
        arenas[number].names == names && other.names == members[0].names
        && other.parameters.map(\.shape) == members[0].parameters.map(\.shape)
        && other.buffers.map(\.shape) == members[0].buffers.map(\.shape)
      guard isAlike else { throw UntrainableModel.unlikeReplica(number) }
    }
    values = Tensor.stacked(arenas.map(\.values), axis: 0).inLargePages()
    bind()
  }

  /// Runs `body` for all active models at once and returns its results stacked, `[active, …]`.
  ///
  /// - Parameter body: gets a model that stands for all of them; tensors `[active, …]` enter through `lanes.wrap`.
  public func map(_ body: (_ model: Model, _ lanes: Lanes) throws -> Tensor) rethrows -> Tensor {
    let shared = members[0]
    let own = (shared.parameters.map(\.value), shared.buffers.map(\.value))
    let buffers = shared.buffers.indices.map { index in stacked { $0.buffers[index].value } }
    let constants = frozen.map { index in stacked { $0.parameters[index].value } }
    defer {
      for (parameter, value) in zip(shared.parameters, own.0) { parameter.value = value }
    }
    var changed: [Tensor] = []
    let result = try vectorized(count: active.count) { lanes in
      defer { for (buffer, value) in zip(shared.buffers, own.1) { buffer.value = value } }
      for (slot, leaf) in zip(slots, leaves) { shared.parameters[slot.parameter].value = lanes.wrap(leaf) }
      for (index, constant) in zip(frozen, constants) { shared.parameters[index].value = lanes.wrap(constant) }
      for (buffer, value) in zip(shared.buffers, buffers) { buffer.value = lanes.wrap(value) }
      let result = lanes.unwrap(try body(models[0], lanes))
      changed = shared.buffers.map { lanes.unwrap($0.value) }
      return result
    }
    for (index, buffer) in changed.enumerated() {
      for (row, number) in active.enumerated() {
        members[number].buffers[index].value = buffer.select(axis: 0, index: row)
      }
    }
    return result
  }

  /// Lets all but the models in `rows` (of the present ones) go; each of those keeps its values in memory of its own.
  public func keep(rows: [Int]) {
    for (row, number) in active.enumerated() where !rows.contains(row) {
      for slot in slots {
        let parameter = members[number].parameters[slot.parameter]
        parameter.value = parameter.value.detached().cloned().setRequiresGradient(true)
      }
    }
    active = rows.map { active[$0] }
    guard !rows.isEmpty else { return }
    values = values.indexSelect(axis: 0, Tensor(rows)).inLargePages()
    gradients = []
    matrix = nil
    bind()
  }

  /// Makes the models' parameters, and the leaves, views of the rows.
  private func bind() {
    for (row, number) in active.enumerated() {
      let own = values.select(axis: 0, index: row)
      for slot in slots {
        let parameter = members[number].parameters[slot.parameter]
        parameter.value = view(own, slot.range).reshaped(parameter.shape).detached().setRequiresGradient(true)
      }
    }
    leaves = slots.map { columns(values, $0).detached().setRequiresGradient(true) }
  }

  /// The part of a matrix `[active, n]` that belongs to one parameter, `[active, …]`.
  private func columns(_ matrix: Tensor, _ slot: (parameter: Int, range: Range<Int>)) -> Tensor {
    matrix.narrow(axis: 1, start: slot.range.lowerBound, length: slot.range.count)
      .reshaped([active.count] + members[0].parameters[slot.parameter].shape)
  }

  /// Computes ``gradients``: of each model's loss with respect to its own parameters.
  ///
  /// - Parameter losses: of the active models, `[active]`.
  public func backward(_ losses: Tensor) {
    gradients = Tensors.gradients(of: losses.sum(), withRespectTo: leaves).map { $0.contiguous() }
  }

  /// Names of the parameters that `losses` `[active]` do not depend on.
  func unreached(by losses: Tensor) -> [String] {
    guard losses.requiresGradient else { return names }
    let found = Tensors.gradients(of: [losses.sum()], withRespectTo: leaves, allowUnused: true)
    return zip(names, found).filter { $1 == nil }.map(\.0)
  }

  /// Whether what differs between models lies in the rows and in what forward passes only read.
  var isRecordable: Bool { frozen.isEmpty && members[0].buffers.allSatisfy(\.isConstant) }

  /// The buffers of the model in a row, which a recorded step takes as inputs.
  func constants(ofRow row: Int) -> [Tensor] { members[active[row]].buffers.map(\.value) }

  /// The buffers of all active models, `[models · rows, …]`, as a recorded step takes its inputs.
  func constants() -> [Tensor] {
    members[0].buffers.indices.map { index in
      Tensor.concatenated(active.map { members[$0].buffers[index].value }, axis: 0)
    }
  }

  /// Where each parameter begins in a row.
  var offsets: [Int] { slots.map(\.range.lowerBound) }

  /// The parameters of the model in a row, as they lie there.
  func leaves(ofRow row: Int) -> [Tensor] { slots.map { members[active[row]].parameters[$0.parameter].value } }

  /// Lets `body` write the gradients of all models, as `[active, n]`.
  func replay<R>(_ body: (_ gradients: Tensor) -> R) -> R {
    if matrix?.shape != values.shape { matrix = values.zerosLike().inLargePages() }
    let all = matrix!
    let columns = [(0, decaying), (decaying, values.shape[1] - decaying)].filter { $0.1 > 0 }
    gradients = columns.map { all.narrow(axis: 1, start: $0.0, length: $0.1) }
    return body(all)
  }

  private func stacked(_ tensor: (Members) -> Tensor) -> Tensor {
    Tensor.stacked(active.map { tensor(members[$0]).detached() }, axis: 0)
  }
}
