import Encoders
public import Modalities
public import Tensors

/// A model that a solver found: every modality as a vector, and what the solution makes of the vectors.
///
/// An absent modality is replaced by the mean of those who have it in the train split.
public struct SolvedModel<Solved: Solution>: Staged {
  public let views: Views
  public let solution: Solved

  init(_ views: Views, _ solution: Solved) {
    self.views = views
    self.solution = solution
  }

  public var names: [String] { views.names }
  public var widths: [Int] { views.widths }
  public var parameterCount: Int { solution.tensors.values.reduce(0) { $0 + $1.count } }
  public var isMultiaffine: Bool { solution.isMultiaffine }
  /// Absent modalities are filled, so nobody asks which they are.
  public func presence(_ batch: Batch) -> Tensor? { nil }

  /// The vectors `[B, width]` float64, filled where absent.
  public func encode(_ batch: Batch) -> [Tensor] { views(batch) }
  public func encode(_ input: ModalityInput, of name: String) -> Tensor { views(input, of: name) }

  /// - Parameters:
  ///   - encoded: what `encode` gave.
  ///   - present: which modalities to fill, too, `[B, M]`; nil for none.
  public func parts(_ encoded: [Tensor], present: Tensor?) -> [Tensor] {
    do {
      guard let present else { return try solution.parts(encoded) }
      return try solution.parts(
        encoded.enumerated().map { modality, view in
          Tensor.where(present.select(axis: 1, index: modality).unsqueezed(1), view, views.fills[modality])
        })
    } catch {
      // Kernels refuse numbers that are not finite or overflow. What comes of them is then not finite either, and whoever
      // uses it says of which sample.
      return zip(encoded, solution.partWidths).map { .full([$0.shape[0], $1], .nan, dtype: .float64) }
    }
  }

  /// The representation, in which every solution adds its modalities up.
  public func fuse(_ parts: [Tensor], present: Tensor?) -> Tensor { solution.representation(parts) }

  public func applyHead(_ fused: Tensor) -> Tensor { solution.outputs(fused).to(.float32) }

  public func representation(_ batch: Batch) -> Tensor {
    solution.representation(parts(encode(batch), present: nil)).to(.float32)
  }

  public func state() -> [String: Tensor] {
    var state = solution.tensors
    for (name, fill) in zip(names, views.fills) { state["fill.\(name)"] = fill }
    return state
  }

  public var notes: [String: String] { solution.notes }
}

extension SolvedModel: EmbeddingModel where Solved: LinkedSolution {
  public func embed(_ batch: Batch) -> [String: Tensor] {
    Dictionary(uniqueKeysWithValues: zip(names, parts(encode(batch), present: nil).map { $0.to(.float32) }))
  }
}

/// The modalities as vectors, `[B, width]` float64 each, absent ones filled.
public struct Views {
  /// Modality names, sorted.
  public let names: [String]
  let encoders: [RawEncoder]
  /// What stands for an absent modality, `[width]` float64; zeros before they are fitted.
  let fills: [Tensor]

  /// - Throws: `InputError` for a modality without a manifest entry or shape.
  public init(_ names: [String], _ request: ModelRequest) throws {
    self.names = names
    encoders = try names.map { name in
      guard let specification = request.modalities[name], let shape = request.shapes[name] else {
        throw InputError(file: Manifest.fileName, at: "modalities.\(name)", "missing; the run's configuration names it")
      }
      return RawEncoder(kind: specification.kind, shape: shape)
    }
    fills = encoders.map { .zeros([$0.outputSize], dtype: .float64) }
  }

  private init(_ views: Views, fills: [Tensor]) {
    (names, encoders) = (views.names, views.encoders)
    self.fills = fills
  }

  /// With the mean of those who have a modality among some samples for those who do not.
  ///
  /// - Throws: `InputError` where nobody has one.
  public func filled(from dataset: Dataset, _ rows: [Int]) throws -> Views {
    let means = try zip(names, self(dataset, rows)).map { name, view in
      let present = dataset.modalities[name]?.present
      let having = rows.indices.filter { present?[rows[$0]] ?? true }
      guard !having.isEmpty else { throw InputError(at: name, "no sample of the train split has the modality") }
      return view.indexSelect(Tensor(having)).mean(axes: [0])
    }
    return Views(self, fills: means)
  }

  public var widths: [Int] { encoders.map(\.outputSize) }

  public func callAsFunction(_ batch: Batch) -> [Tensor] {
    names.map { name in
      guard let input = batch.inputs[name] else {
        preconditionFailure("the model reads modality \(name), the batch holds \(batch.names)")
      }
      return self(input, of: name)
    }
  }

  public func callAsFunction(_ input: ModalityInput, of name: String) -> Tensor {
    guard let index = names.firstIndex(of: name) else { preconditionFailure("the model reads \(names), not \(name)") }
    let view = encoders[index](input).to(.float64)
    guard let present = input.present else { return view }
    return Tensor.where(present.unsqueezed(1), view, fills[index])
  }

  /// Of some samples.
  public func callAsFunction(_ dataset: Dataset, _ rows: [Int]) -> [Tensor] {
    joinedEncodings(rows.chunks(of: 256).map { self(dataset.batch($0)) })
  }

  // MARK: Models

  /// The model of a solution.
  public func model(_ solution: any Solution) -> any Staged {
    func make(_ solution: some Solution) -> any Staged { SolvedModel(self, solution) }
    return make(solution)
  }

  /// The model in a file: what its `state` and `notes` gave.
  ///
  /// - Throws: `InputError` naming file and key of what is missing, unknown or does not fit.
  public func model(
    _ solver: any Solver, restoring file: NamedTensors, task: any PredictionTask
  ) throws -> any Staged {
    var file = file
    let fills = try zip(names, widths).map { try file.take("fill.\($0)", [$1]) }
    let solution = try solver.restore(&file, widths: widths, task: task)
    try file.checkEmpty()
    return Views(self, fills: fills).model(solution)
  }
}
