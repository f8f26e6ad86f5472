import Encoders
public import Modalities
import Models
public import Tensors

/// A model that a solver found: every modality as a vector, and what the solution makes of the vectors.
///
/// An absent modality is replaced by the mean of those who have it in the train split.
public struct FittedModel: TrialModel {
  public let names: [String]
  private let encoders: [RawEncoder]
  /// What stands for an absent modality, `[width]` float64.
  private let fills: [Tensor]
  let solution: any FittedSolution

  init(names: [String], encoders: [RawEncoder], fills: [Tensor], solution: any FittedSolution) {
    self.names = names
    self.encoders = encoders
    self.fills = fills
    self.solution = solution
  }

  public var parameterCount: Int { solution.tensors.values.reduce(0) { $0 + $1.count } }
  public var isMultiaffine: Bool { solution.isMultiaffine }
  public var readsSteps: Bool { false }
  public var choiceNames: [String]? { nil }
  public func choices(_ batch: Batch) -> Tensor? { nil }
  /// Absent modalities are filled, so nobody asks which they are.
  public func presence(_ batch: Batch) -> Tensor? { nil }

  /// The vectors `[B, width]` float64, filled where absent.
  public func encode(_ batch: Batch) -> [Tensor] { Self.views(of: batch, names, encoders, fills) }

  public func encode(_ input: ModalityInput, of name: String) -> Tensor {
    guard let index = names.firstIndex(of: name) else { preconditionFailure("the model reads \(names), not \(name)") }
    return Self.view(of: input, encoders[index], fills[index])
  }

  /// - Parameters:
  ///   - encoded: what `encode` gave.
  ///   - present: which modalities to fill, too, `[B, M]`; nil for none.
  public func parts(_ encoded: [Tensor], present: Tensor?) -> [Tensor] {
    do {
      guard let present else { return try solution.parts(encoded) }
      return try solution.parts(
        encoded.enumerated().map { modality, view in
          Tensor.where(present.select(axis: 1, index: modality).unsqueezed(1), view, fills[modality])
        })
    } catch {
      // Kernels refuse numbers that are not finite or overflow. What comes of them is then not finite either, and whoever
      // uses it says of which sample.
      return zip(encoded, solution.partWidths).map { .full([$0.shape[0], $1], .nan, dtype: .float64) }
    }
  }

  public func combine(_ parts: [Tensor], present: Tensor?) -> Tensor { applyHead(fuse(parts, present: present)) }

  /// The representation, in which every solution adds its modalities up.
  public func fuse(_ parts: [Tensor], present: Tensor?) -> Tensor { solution.representation(parts) }

  public func applyHead(_ fused: Tensor) -> Tensor { solution.outputs(fused).to(.float32) }

  public func representation(_ batch: Batch) -> Tensor {
    solution.representation(parts(encode(batch), present: nil)).to(.float32)
  }

  public var linkedNames: [String]? { solution.isLinked ? names : nil }

  public func linked(_ batch: Batch) -> [Tensor]? {
    solution.isLinked ? parts(encode(batch), present: nil).map { $0.to(.float32) } : nil
  }

  // MARK: Files

  public func state() -> [String: Tensor] {
    var state = solution.tensors
    for (name, fill) in zip(names, fills) { state["fill.\(name)"] = fill }
    return state
  }

  public var notes: [String: String] { solution.notes }

  /// Reads what `state` and `notes` gave.
  ///
  /// - Throws: `InputError` naming file and key of what is missing, unknown or does not fit the configuration.
  static func restore(
    _ method: FittedMethod, _ configuration: TrialConfiguration, _ manifest: Manifest, _ file: NamedTensors
  ) throws -> FittedModel {
    var file = file
    let names = configuration.selection.modalities
    let encoders = try encoders(names, configuration, manifest)
    let fills = try zip(names, encoders).map { try file.take("fill.\($0)", [$1.outputSize]) }
    let solution = try method.fitter(configuration.options).restore(
      &file, widths: encoders.map(\.outputSize), task: configuration.prediction)
    try file.checkEmpty()
    return FittedModel(names: names, encoders: encoders, fills: fills, solution: solution)
  }

  // MARK: Views

  static func encoders(
    _ names: [String], _ configuration: TrialConfiguration, _ manifest: Manifest
  ) throws -> [RawEncoder] {
    try names.map { name in
      guard let specification = manifest.modalities[name], let shape = configuration.shapes[name] else {
        throw InputError(file: Manifest.fileName, at: "modalities.\(name)", "missing; the run's configuration names it")
      }
      return RawEncoder(kind: specification.kind, shape: shape)
    }
  }

  /// Every modality as vectors `[B, width]` float64.
  ///
  /// - Parameter fills: what stands for an absent modality; nil leaves zeros there.
  static func views(of batch: Batch, _ names: [String], _ encoders: [RawEncoder], _ fills: [Tensor]?) -> [Tensor] {
    names.indices.map { index in
      guard let input = batch.inputs[names[index]] else {
        preconditionFailure("the model reads modality \(names[index]), the batch holds \(batch.names)")
      }
      return view(of: input, encoders[index], fills?[index])
    }
  }

  private static func view(of input: ModalityInput, _ encoder: RawEncoder, _ fill: Tensor?) -> Tensor {
    let view = encoder(input).to(.float64)
    guard let present = input.present else { return view }
    return Tensor.where(present.unsqueezed(1), view, fill ?? .zeros([view.shape[1]], dtype: .float64))
  }
}
