public import Tensors

/// Mean and scale of every feature, fitted on the train split only.
///
/// A feature is a component of a vector or of a frame, or a channel of an image; sequences count their valid frames and
/// absent samples count nothing. A feature that is constant in the train split becomes zero everywhere: it carried
/// nothing when the model was fitted, so it must not speak later.
public struct Normalisation: @unchecked Sendable {
  /// Subtracted: `[D]` or `[C]` per modality, float32; float64 where single precision would lose what tells samples apart.
  public let mean: [String: Tensor]
  /// Multiplied after that: one over the standard deviation, or 0 where constant; shaped as `mean`.
  public let scale: [String: Tensor]

  /// Fits on the train split.
  public init(fitting dataset: Dataset) {
    var mean: [String: Tensor] = [:]
    var scale: [String: Tensor] = [:]
    for (name, data) in dataset.modalities {
      let moments = FeatureMoments(data, rows: dataset[.train])
      let isWide = data.exact != nil && moments.isFarFromZero
      mean[name] = isWide ? Tensor(moments.mean) : Tensor(moments.mean.map(Float.init))
      scale[name] = Tensor(
        zip(moments.mean, moments.deviation).map { mean, deviation in
          // Below the resolution of what the numbers are kept in, a spread is rounding.
          deviation > (isWide ? 1e-12 : 1e-6) * abs(mean) && deviation > 1e-30 ? Float(1 / deviation) : 0
        })
    }
    self.mean = mean
    self.scale = scale
  }

  /// Restores what `tensors` gave.
  /// - Throws: `InputError` when a pair is incomplete, not finite or of two shapes.
  public init(tensors: [String: Tensor], file: String? = nil) throws {
    var mean: [String: Tensor] = [:]
    var scale: [String: Tensor] = [:]
    for (key, tensor) in tensors {
      guard let dot = key.lastIndex(of: "."), tensor.rank == 1,
        tensor.dtype == .float32 || (tensor.dtype == .float64 && key.hasSuffix(".mean"))
      else {
        throw InputError(file: file, at: key, "\(tensor.dtype) \(tensor.shape) is not a normalisation")
      }
      guard tensor.doubles.allSatisfy(\.isFinite) else { throw InputError(file: file, at: key, "is not finite") }
      let name = String(key[..<dot])
      switch key[key.index(after: dot)...] {
      case "mean": mean[name] = tensor
      case "scale": scale[name] = tensor
      default: throw InputError(file: file, at: key, "ends neither in .mean nor in .scale")
      }
    }
    for name in Set(mean.keys).union(scale.keys).sorted() where mean[name]?.shape != scale[name]?.shape {
      throw InputError(
        file: file, at: name,
        "mean \(mean[name]?.shape.description ?? "missing"), scale \(scale[name]?.shape.description ?? "missing")")
    }
    self.mean = mean
    self.scale = scale
  }

  /// `<modality>.mean` and `<modality>.scale`, for a run folder.
  public var tensors: [String: Tensor] {
    var tensors: [String: Tensor] = [:]
    for (name, value) in mean { tensors["\(name).mean"] = value }
    for (name, value) in scale { tensors["\(name).scale"] = value }
    return tensors
  }

  /// A batch with normalised values, such as one of new samples.
  public func apply(to batch: Batch) -> Batch {
    var result = batch
    for (name, input) in batch.inputs { result.inputs[name] = apply(to: input, named: name) }
    return result
  }

  func apply(to data: ModalityData, named name: String) -> ModalityData {
    let input = ModalityInput(
      values: data.values, exact: data.exact, lengths: data.lengths.map { Tensor($0) },
      present: data.present.map { Tensor($0) })
    return ModalityData(values: apply(to: input, named: name).values, lengths: data.lengths, present: data.present)
  }

  /// Normalised values `[N, D]`, `[N, T, D]` or `[N, C, H, W]` of a modality in the data's own unit.
  public func restored(_ values: Tensor, of name: String) -> Tensor {
    let (mean, scale, shape) = column(name, rank: values.rank)
    let isConstant = scale .== 0
    let deviation = Tensor.where(isConstant, scale.zerosLike(), 1 / Tensor.where(isConstant, scale.onesLike(), scale))
    return (values * deviation.reshaped(shape) + mean.reshaped(shape)).to(values.dtype)
  }

  private func column(_ name: String, rank: Int) -> (mean: Tensor, scale: Tensor, shape: [Int]) {
    guard let mean = mean[name], let scale = scale[name] else {
      preconditionFailure("no normalisation for modality \(name); there are \(self.mean.keys.sorted())")
    }
    return (mean, scale, rank == 4 ? [mean.count, 1, 1] : [mean.count])
  }

  private func apply(to input: ModalityInput, named name: String) -> ModalityInput {
    let (mean, scale, shape) = column(name, rank: input.values.rank)
    // The difference is taken in double where it has to be, and only then narrowed.
    let source = mean.dtype == .float64 ? input.exact ?? input.values : input.values
    var values = ((source - mean.reshaped(shape)) * scale.reshaped(shape)).to(DType.float32)
    if let lengths = input.lengths {
      let frames = Tensor.arange(values.shape[1]).unsqueezed(0)
      values = values.maskedFill((frames .>= lengths.unsqueezed(1)).unsqueezed(2), 0)
    }
    if let present = input.present {
      let shape = [values.shape[0]] + [Int](repeating: 1, count: values.rank - 1)
      values = values.maskedFill((.!present).reshaped(shape), 0)
    }
    return ModalityInput(values: values, lengths: input.lengths, present: input.present)
  }
}
