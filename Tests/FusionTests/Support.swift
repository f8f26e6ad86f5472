import Encoders
import Fusion
import Layers
import Modalities
import Tensors
import Testing

/// One way of asking for a registered fusion.
struct Variant: CustomTestStringConvertible, Sendable {
  let name: String
  var options: [String: String] = [:]

  var testDescription: String {
    ([name] + options.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }).joined(separator: " ")
  }

  /// Every registered fusion with its defaults, and every choice among its options.
  static let all: [Variant] =
    FusionRegistry.all.map { Variant(name: $0.name) } + [
      Variant(name: "early", options: ["level": "encoded", "depth": "0"]),
      Variant(name: "late", options: ["combine": "average"]),
      Variant(name: "late", options: ["combine": "weighted"]),
      Variant(name: "late", options: ["combine": "product"]),
      Variant(name: "late", options: ["combine": "majority"]),
      Variant(name: "late", options: ["combine": "stacking"]),
      Variant(name: "polynomial", options: ["weights": "ring"]),
      Variant(name: "hpfn", options: ["weights": "ring", "windows": "1"]),
      Variant(name: "mid-transformer", options: ["fuse": "0", "depth": "1"]),
      Variant(name: "mid-transformer", options: ["fuse": "2"]),
      Variant(name: "mbt", options: ["fuse": "0", "depth": "2"]),
      Variant(name: "very-early", options: ["fuse": "1", "depth": "2", "steps": "3"]),
      Variant(name: "mixture", options: ["gate": "hard", "fusions": "early+gated+mfb"]),
      Variant(name: "mag", options: ["insert": "0"]),
      Variant(name: "bimodal-autoencoder", options: ["depth": "2"]),
      Variant(name: "boltzmann-machine", options: ["depth": "2", "passes": "3"]),
      Variant(name: "gated", options: ["gate": "softmax"]),
      Variant(name: "gated", options: ["gate": "hard"]),
      Variant(name: "gated", options: ["sees": "self"]),
      Variant(name: "gated", options: ["gate": "hard", "sees": "others"]),
    ]

  /// Whether it makes a hard choice, whose gradient is that of another function in its place.
  var isHard: Bool { options["gate"] == "hard" }

  /// Whether it picks a modality by what the others say.
  var isBlindToItsChoice: Bool { isHard && options["sees"] == "others" }

  /// A small instance in double precision.
  func fusion(widths: [Int], seed: UInt64 = 1, task: TaskKind = .classification) throws -> any Fusion {
    let small = [
      "output": "5", "projection": "3", "hidden": "6", "rank": "2", "factor": "2", "heads": "1", "frames": "2",
      "steps": "3", "channels": "3",
    ]
    let known = Set(try FusionRegistry.description(named: name).options.map(\.name))
    let options = small.filter { known.contains($0.key) }.merging(options) { $1 }
    let request = FusionRequest(widths: widths, outputs: 3, task: task)
    let fusion = try FusionRegistry.description(named: name)
      .make(request, options: options, generator: Generator(seed: seed))
    fusion.convert(to: .float64)
    return fusion
  }
}

/// Standard normal encodings `[count, D_m]`.
func encodings(_ widths: [Int], count: Int = 4, seed: UInt64 = 7, dtype: DType = .float64) -> [Tensor] {
  let generator = Generator(seed: seed)
  return widths.map { Tensor.randn([count, $0], dtype: dtype, generator: generator) }
}

/// A presence mask `[B, M]` from rows.
func mask(_ rows: [[Bool]]) -> Tensor { Tensor(rows.flatMap { $0 }, shape: [rows.count, rows[0].count]) }

/// Sample i lacks modality i mod M.
func oneAbsent(samples: Int, modalities: Int) -> Tensor {
  mask((0..<samples).map { sample in (0..<modalities).map { $0 != sample % modalities } })
}

/// The inputs with `value` in the rows of absent modalities.
func spoiling(_ inputs: [Tensor], _ present: Tensor, with value: Double) -> [Tensor] {
  zip(inputs, present.unbind(axis: 1)).map { $0.maskedFill((.!$1).unsqueezed(1), value) }
}

func expectClose(
  _ a: Tensor, _ b: Tensor, tolerance: Double = 1e-10, sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(a.shape == b.shape, sourceLocation: sourceLocation)
  guard a.shape == b.shape else { return }
  let gap = (a.to(.float64) - b.to(.float64)).abs().max().item()
  #expect(gap <= tolerance, "largest difference \(gap)", sourceLocation: sourceLocation)
}

/// Compares gradients with central differences at a few elements of every parameter and input, in double precision.
func expectGradientsMatchDifferences(
  of module: any Module, inputs: [Tensor], sourceLocation: SourceLocation = #_sourceLocation,
  _ forward: ([Tensor]) -> Tensor
) {
  let shape = withoutGradients { forward(inputs) }.shape
  let weights = Tensor.randn(shape, dtype: .float64, generator: Generator(seed: 99))
  // A transformer has hundreds of parameters, and a pass is a hundred operations.
  let elements = module.namedParameters().count > 60 ? 2 : 7
  let leaves = inputs.map { $0.cloned().setRequiresGradient(true) }
  let parameters = module.namedParameters()
  func loss(_ inputs: [Tensor]) -> Tensor { (forward(inputs) * weights).sum() }
  let found = gradients(
    of: [loss(leaves)], withRespectTo: parameters.map(\.parameter.value) + leaves, allowUnused: true)
  let step = 1e-6
  func compare(_ name: String, _ original: Tensor, _ gradient: Tensor?, at loss: (Tensor) -> Double) {
    let analytic = gradient?.doubles ?? Array(repeating: 0, count: original.count)
    for element in stride(from: 0, to: original.count, by: max(1, original.count / elements)) {
      func moved(_ distance: Double) -> Tensor {
        var values = original.doubles
        values[element] += distance
        return Tensor(values, shape: original.shape)
      }
      let numeric = (loss(moved(step)) - loss(moved(-step))) / (2 * step)
      #expect(
        abs(numeric - analytic[element]) < 1e-6 * max(1, abs(numeric)),
        "\(name)[\(element)]: gradient \(analytic[element]), difference \(numeric)", sourceLocation: sourceLocation)
    }
  }
  withoutGradients {
    for (index, (name, parameter)) in parameters.enumerated() {
      let original = parameter.value.cloned()
      compare(name, original, found[index]) {
        parameter.assign($0)
        defer { parameter.assign(original) }
        return loss(inputs).item()
      }
    }
    for (index, input) in inputs.enumerated() {
      compare("input \(index)", input, found[parameters.count + index]) {
        var inputs = inputs
        inputs[index] = $0
        return loss(inputs).item()
      }
    }
  }
}

/// Moves the modality that stood at `order[i]` to `i` in a state whose keys name lists of modalities by `prefixes`.
func permuting(_ state: [String: Tensor], _ prefixes: [String], order: [Int]) -> [String: Tensor] {
  var permuted = state
  for prefix in prefixes {
    for (new, old) in order.enumerated() {
      for suffix in ["weight", "bias"] { permuted["\(prefix).\(new).\(suffix)"] = state["\(prefix).\(old).\(suffix)"] }
    }
  }
  return permuted
}

/// Cuts `axis` into blocks of the given sizes and puts the block that stood at `order[i]` at `i`.
func permutingBlocks(_ tensor: Tensor, axis: Int, sizes: [Int], order: [Int]) -> Tensor {
  let blocks = tensor.split(sizes, axis: axis)
  return Tensor.concatenated(order.map { blocks[$0] }, axis: axis)
}
