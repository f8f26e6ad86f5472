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
/// at any time. A model that is finished leaves with memory of its own, and the others close ranks. A group of one is an
/// arena.
public final class Replicas<Model: Module> {
  /// All models, also those that have left.
  public let models: [Model]
  /// The models that still run, by number; row r belongs to model `active[r]`.
  public private(set) var active: [Int]
  /// Values of the trainable parameters, `[active, n]`; writing to it changes the models.
  public private(set) var values: Tensor
  /// Gradients as ``backward(_:)`` left them, `[active, …]` for each of ``names`` (copying them together would cost more
  /// than the optimiser's step), or as they were written to rows, in columns of one matrix.
  public private(set) var gradients: [Tensor] = []
  /// Names of the parameters in the order in which they lie in a row.
  public let names: [String]
  /// How many numbers at the start of a row weight decay acts on.
  public let decaying: Int
  /// Where the parameters of a group of one lie.
  let arena: Arena?

  private let members: [Members]
  /// Which parameters lie in the rows, as indices into `Members.parameters`, and where.
  private let slots: [(parameter: Int, range: Range<Int>)]
  /// Frozen parameters, which do not lie in the rows.
  private let frozen: [Int]
  /// What the lanes compute with: for each slot the values of all models `[active, …]`, a leaf of the gradient graph.
  private var leaves: [Tensor] = []
  /// See ``gradientRows()``.
  private var matrix: Tensor?
  private var gradientsAreRows = false

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
    arena = count == 1 ? arenas[0] : nil
    values =
      arena?.values.unsqueezed(0) ?? Tensor.stacked(arenas.map(\.values), axis: 0).inLargePages()
    matrix = arena?.gradients.unsqueezed(0)
    bind()
    if arena != nil { _ = gradientRows() }
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
    guard !active.isEmpty, rows.count < values.shape[0] else { return }
    values = values.indexSelect(axis: 0, Tensor(rows)).inLargePages()
    (gradients, matrix, gradientsAreRows) = ([], nil, false)
    bind()
  }

  /// Makes the models' parameters, and the leaves, views of the rows.
  private func bind() {
    // Those of a group of one are views already.
    for (row, number) in active.enumerated() where arena == nil {
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
    gradientsAreRows = false
  }

  /// Names of the parameters that `losses` `[active]` do not depend on.
  func unreached(by losses: Tensor) -> [String] {
    guard losses.requiresGradient else { return names }
    let found = Tensors.gradients(of: [losses.sum()], withRespectTo: leaves, allowUnused: true)
    return zip(names, found).filter { $1 == nil }.map(\.0)
  }

  /// Whether what differs between models, or steps, lies in the rows and in what forward passes only read.
  var isRecordable: Bool { members[0].buffers.allSatisfy(\.isConstant) }

  /// The buffers and frozen parameters of the model in a row, `[1, …]`, which a recorded step takes as inputs.
  func constants(ofRow row: Int) -> [Tensor] { constants(members[active[row]]).map { $0.unsqueezed(0) } }

  /// The buffers and frozen parameters of all active models, `[active, …]`, as a recorded step takes its inputs.
  func constants() -> [Tensor] {
    let all = active.map { constants(members[$0]) }
    return all[0].indices.map { index in Tensor.stacked(all.map { $0[index] }, axis: 0) }
  }

  private func constants(_ members: Members) -> [Tensor] {
    members.buffers.map(\.value) + frozen.map { members.parameters[$0].value }
  }

  /// Where the parameters lie in a row.
  var ranges: [Range<Int>] { slots.map(\.range) }

  /// The parameters of the model in a row, as they lie there.
  func leaves(ofRow row: Int) -> [Tensor] { slots.map { members[active[row]].parameters[$0.parameter].value } }

  /// Rows `[active, n]` to write gradients to; ``gradients`` are their columns from here on.
  func gradientRows() -> Tensor {
    let rows = matrix ?? values.zerosLike().inLargePages()
    if matrix == nil || !gradientsAreRows {
      gradients = [(0, decaying), (decaying, rows.shape[1] - decaying)].filter { $0.1 > 0 }
        .map { rows.narrow(axis: 1, start: $0.0, length: $0.1) }
    }
    (matrix, gradientsAreRows) = (rows, true)
    return rows
  }

  /// ``gradients`` in one matrix `[active, n]`.
  func joinedGradients() -> Tensor {
    guard !gradientsAreRows else { return matrix! }
    let joined = Tensor.concatenated(gradients.map { $0.reshaped([active.count, -1]) }, axis: 1)
    let rows = gradientRows()
    rows.copy_(from: joined)
    return rows
  }

  private func stacked(_ tensor: (Members) -> Tensor) -> Tensor {
    Tensor.stacked(active.map { tensor(members[$0]).detached() }, axis: 0)
  }
}
