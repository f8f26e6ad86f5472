public import Tensors

/// Watches what the modules of a model put out, and remembers the first one whose output is not finite.
///
/// It reads tensor values and is therefore used only to explain a failure, in a forward pass of its own.
public final class Probe: @unchecked Sendable {
  @TaskLocal fileprivate static var current: Probe?

  /// Name of the first module whose output held NaN or ±Inf, in the order of the forward pass.
  public private(set) var firstNonFinite: String?

  private let names: [ObjectIdentifier: String]

  public init(for model: any Module) {
    names = Dictionary(
      uniqueKeysWithValues: model.namedParameters().map { (ObjectIdentifier($0.parameter), $0.name) })
  }

  /// Runs `body` with every module's output watched.
  public func watch<Result>(_ body: () throws -> Result) rethrows -> Result {
    try Probe.$current.withValue(self, operation: body)
  }

  fileprivate func see(_ output: Tensor, of module: any Module) {
    guard firstNonFinite == nil, output.isFinite().all().item() == 0 else { return }
    firstNonFinite = name(of: module)
  }

  /// The dotted path that a module's parameters have in common, or its type where it has none.
  private func name(of module: any Module) -> String {
    let paths = module.namedParameters().compactMap { names[ObjectIdentifier($0.parameter)] }
      .map { $0.split(separator: ".").dropLast() }
    guard let first = paths.first else { return "\(type(of: module))" }
    let common = paths.dropFirst().reduce(first) { common, path in
      common.prefix(zip(common, path).prefix { $0 == $1 }.count)
    }
    return common.isEmpty ? "\(type(of: module))" : common.joined(separator: ".")
  }
}

extension Module {
  /// Passes an output on and shows it to the ``Probe`` where one is watching: the last line of a forward pass.
  public func reporting(_ output: Tensor) -> Tensor {
    Probe.current?.see(output, of: self)
    return output
  }
}
