public import Tensors

/// A part of a model: parameters, buffers and other modules, found by reflection over its stored properties.
///
/// Structs, classes, optionals, arrays, dictionaries (in the order of their keys) and existentials are walked. Dotted
/// property names are the names of parameters and the keys of checkpoints:
///
/// ```swift
/// struct Classifier: Module {
///   let encoder: MLP          // "encoder.layers.0.weight", …
///   let heads: [String: Linear]  // "heads.age.weight", …
///   func callAsFunction(_ x: Tensor) -> Tensor { heads["age"]!(encoder(x)) }
/// }
/// ```
///
/// A forward pass never reads tensor values into control flow, keeps no state but buffers, and draws randomness from
/// ``Phase`` alone; then the same code runs for one model, for many replicas at once, and on any device.
public protocol Module {
  /// The named members in which parameters are looked for; by default every stored property.
  func members() -> [(name: String, value: Any)]
}

extension Module {
  public func members() -> [(name: String, value: Any)] { storedProperties(of: self) }

  /// Every parameter with its dotted name, in the order of the properties; a tied one stands under its first name.
  public func namedParameters() -> [(name: String, parameter: Parameter)] { Inventory(of: self).parameters }

  /// Every buffer with its dotted name, in the order of the properties.
  public func namedBuffers() -> [(name: String, buffer: Buffer)] { Inventory(of: self).buffers }

  /// Number of scalars in all parameters, a tied one counted once.
  public var parameterCount: Int { namedParameters().reduce(0) { $0 + $1.parameter.value.count } }

  /// Copies of all parameters and buffers under their names: what a checkpoint holds.
  public func state() -> [String: Tensor] {
    let inventory = Inventory(of: self)
    var state: [String: Tensor] = [:]
    for (name, parameter) in inventory.parameters { state[name] = parameter.value.detached().cloned() }
    for (name, buffer) in inventory.buffers { state[name] = buffer.value.detached().cloned() }
    return state
  }

  /// Copies the tensors of `state` into the parameters and buffers of the same names.
  ///
  /// - Throws: `InputError` naming `file` and the key where a tensor is missing, unknown or of another shape; the model
  ///   is then unchanged.
  public func load(_ state: [String: Tensor], file: String? = nil) throws {
    let inventory = Inventory(of: self)
    let shapes =
      inventory.parameters.map { ($0.name, $0.parameter.shape) } + inventory.buffers.map { ($0.name, $0.buffer.shape) }
    for (name, shape) in shapes {
      guard let tensor = state[name] else { throw InputError(file: file, at: name, "missing; the model needs it") }
      guard tensor.shape == shape else {
        throw InputError(file: file, at: name, "shape \(tensor.shape); the model expects \(shape)")
      }
    }
    let known = Set(shapes.map(\.0))
    if let unknown = state.keys.filter({ !known.contains($0) }).min() {
      throw InputError(file: file, at: unknown, "no parameter or buffer of the model has this name")
    }
    for (name, parameter) in inventory.parameters { parameter.assign(state[name]!) }
    for (name, buffer) in inventory.buffers {
      buffer.value = state[name]!.detached().to(buffer.value.dtype).to(buffer.value.device).cloned()
    }
  }

  /// Changes the number type of all floating-point parameters and buffers; an arena has to be built afterwards.
  public func convert(to dtype: DType) { replaceValues { $0.dtype.isFloatingPoint ? $0.to(dtype) : $0 } }

  /// Moves all parameters and buffers; an arena has to be built afterwards.
  public func move(to device: Device) { replaceValues { $0.to(device) } }

  private func replaceValues(_ change: (Tensor) -> Tensor) {
    let inventory = Inventory(of: self)
    for (_, parameter) in inventory.parameters {
      parameter.value = change(parameter.value.detached())
      parameter.value.setRequiresGradient(parameter.isTrainable)
    }
    for (_, buffer) in inventory.buffers { buffer.value = change(buffer.value) }
  }
}

/// The parameters and buffers reachable from a module, each once.
private struct Inventory {
  var parameters: [(name: String, parameter: Parameter)] = []
  var buffers: [(name: String, buffer: Buffer)] = []
  private var seen: Set<ObjectIdentifier> = []

  init(of module: any Module) { visit(module, named: "") }

  private mutating func visit(_ value: Any, named name: String) {
    if let parameter = value as? Parameter {
      if seen.insert(ObjectIdentifier(parameter)).inserted { parameters.append((name, parameter)) }
    } else if let buffer = value as? Buffer {
      if seen.insert(ObjectIdentifier(buffer)).inserted { buffers.append((name, buffer)) }
    } else if !isPlain(value) {
      let style = Mirror(reflecting: value).displayStyle
      // An object reached a second time, also through a cycle, has nothing new to say.
      if style == .class, !seen.insert(ObjectIdentifier(value as AnyObject)).inserted { return }
      // A cast would look through an optional and miss that it holds an object.
      let members = (style == .optional ? nil : value as? any Module)?.members() ?? elements(of: value)
      if style == .collection, let first = members.first, isPlain(first.value) { return }
      for member in members {
        visit(member.value, named: [name, member.name].filter { !$0.isEmpty }.joined(separator: "."))
      }
    }
  }
}

/// Whether a value cannot hold a parameter, so that long arrays of numbers are not walked.
private func isPlain(_ value: Any) -> Bool {
  value is Tensor || value is any Numeric || value is String || value is Bool
}

/// The parts of a container or of a struct or class that is not a module itself.
private func elements(of value: Any) -> [(name: String, value: Any)] {
  let mirror = Mirror(reflecting: value)
  switch mirror.displayStyle {
  case .optional:
    return mirror.children.map { ("", $0.value) }
  case .collection, .set:
    return mirror.children.enumerated().map { ("\($0.offset)", $0.element.value) }
  case .dictionary:
    return mirror.children.map { pair in
      let parts = Mirror(reflecting: pair.value).children.map(\.value)
      return (name: "\(parts[0])", value: parts[1])
    }.sorted { $0.name < $1.name }
  default:
    return storedProperties(of: value)
  }
}

private func storedProperties(of value: Any) -> [(name: String, value: Any)] {
  var mirrors = [Mirror(reflecting: value)]
  while let parent = mirrors[0].superclassMirror { mirrors.insert(parent, at: 0) }
  return mirrors.flatMap { $0.children.map { ($0.label ?? "", $0.value) } }
}
