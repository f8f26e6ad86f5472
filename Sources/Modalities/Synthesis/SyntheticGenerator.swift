public import Foundation
import Tensors

/// Makes data whose redundant, unique and synergistic information is known exactly, for any number of modalities ≥ 2.
///
/// Independent uniform bits are drawn. A redundant bit is visible in every modality, a unique one in its modality, and a
/// synergistic one is the parity of one private bit in each. The target is the list of these component bits, as one
/// class. A fraction f of a bit is a component that reaches the target through a binary symmetric channel whose flip
/// probability ε solves 1 − h(ε) = f. A modality is a random rotation of its bits as ±1, the other dimensions empty,
/// plus Gaussian noise. Because components are independent, I(Y; X_m) = R + U_m and I(Y; all) = R + ΣU + S, up to the
/// little that the noise hides.
///
/// ```swift
/// try SyntheticGenerator(redundancy: 0, unique: [0, 0], synergy: 1).write(to: folder)
/// ```
public struct SyntheticGenerator: Sendable {
  /// One bit of the target before its channel.
  private struct Component: Sendable {
    /// The latent bits whose parity it is.
    var bits: [Int]
    /// Probability that the target shows the other value.
    var flip: Double
  }

  /// Bits that every modality shows.
  public let redundancy: Double
  /// Bits that only one modality shows, one number per modality.
  public let unique: [Double]
  /// Bits that only all modalities together show.
  public let synergy: Double
  public let samples: Int
  /// Standard deviation of the noise; the bits are ±1.
  public let noise: Double
  /// Numbers per modality.
  public let width: Int
  public let seed: UInt64

  private var components: [Component] = []
  /// Column names of the latent bits.
  private var bitNames: [String] = []
  /// Latent bits that each modality shows.
  private var visible: [[Int]]

  /// - Throws: `UsageError` when an amount is negative, all are zero, the target would have more than 64 classes, or the
  ///   bits of a modality do not fit its width.
  public init(
    redundancy: Double, unique: [Double], synergy: Double, samples: Int = 2000, noise: Double = 0.2, width: Int = 16,
    seed: UInt64 = 0
  ) throws {
    self.redundancy = redundancy
    self.unique = unique
    self.synergy = synergy
    self.samples = samples
    self.noise = noise
    self.width = width
    self.seed = seed
    visible = [[Int]](repeating: [], count: unique.count)
    try checkArguments()
    let everywhere = Array(unique.indices)
    for (index, flip) in Self.flips(redundancy).enumerated() {
      let bit = addBit("redundant\(index + 1)", visibleIn: everywhere)
      components.append(Component(bits: [bit], flip: flip))
    }
    for modality in everywhere {
      for (index, flip) in Self.flips(unique[modality]).enumerated() {
        let bit = addBit("unique\(index + 1)_\(modalityNames[modality])", visibleIn: [modality])
        components.append(Component(bits: [bit], flip: flip))
      }
    }
    for (index, flip) in Self.flips(synergy).enumerated() {
      let bits = everywhere.map { addBit("synergy\(index + 1)_\(modalityNames[$0])", visibleIn: [$0]) }
      components.append(Component(bits: bits, flip: flip))
    }
    guard !components.isEmpty else {
      throw UsageError("redundancy, unique and synergy are all 0: the target would be constant")
    }
    guard components.count <= 6 else {
      throw UsageError(
        "\(components.count) components make \(1 << min(components.count, 40)) classes; at most 64 are made "
          + "(whole bits and one for each fraction, 6 in all)")
    }
    if let widest = visible.map(\.count).max(), widest > width {
      throw UsageError("width \(width) cannot hold the \(widest) bits of a modality")
    }
  }

  /// `a`, `b`, `c`, …
  public var modalityNames: [String] {
    unique.indices.map { String(UnicodeScalar(UInt8(ascii: "a") + UInt8($0))) }
  }

  /// How many values the target has.
  public var classes: Int { 1 << components.count }

  private func checkArguments() throws {
    guard (2...26).contains(unique.count) else {
      throw UsageError("unique has \(unique.count) numbers; one for each of 2 to 26 modalities expected")
    }
    for (name, amount) in [("redundancy", redundancy), ("synergy", synergy)] + unique.map({ ("unique", $0) })
    where !(amount >= 0 && amount <= 6) {
      throw UsageError("\(name) is \(amount); from 0 to 6 bits expected")
    }
    guard samples >= 10 && samples <= 10_000_000 else {
      throw UsageError("samples is \(samples); from 10 to 10000000 expected")
    }
    guard noise >= 0 && noise <= 1000 else { throw UsageError("noise is \(noise); from 0 to 1000 expected") }
    guard (1...4096).contains(width) else { throw UsageError("width is \(width); from 1 to 4096 expected") }
  }

  private mutating func addBit(_ name: String, visibleIn modalities: [Int]) -> Int {
    bitNames.append(name)
    for modality in modalities { visible[modality].append(bitNames.count - 1) }
    return bitNames.count - 1
  }

  /// Flip probabilities of the components that carry an amount of information: 0 for each whole bit, then the rest's.
  private static func flips(_ amount: Double) -> [Double] {
    var whole = amount.rounded(.down)
    var fraction = amount - whole
    if fraction > 1 - 1e-9 { (whole, fraction) = (whole + 1, 0) }
    let flips = [Double](repeating: 0, count: Int(whole))
    return fraction < 1e-9 ? flips : flips + [flip(carrying: fraction)]
  }

  /// The ε ≤ 1/2 with 1 − h(ε) = `information`, by bisection.
  static func flip(carrying information: Double) -> Double {
    func entropy(_ p: Double) -> Double { p <= 0 ? 0 : -p * log2(p) - (1 - p) * log2(1 - p) }
    var (low, high) = (0.0, 0.5)
    for _ in 0..<100 {
      let middle = (low + high) / 2
      if 1 - entropy(middle) > information { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }

  // MARK: The exact distribution

  /// One outcome of the latent bits of each modality, as a number, and the target, with its probability.
  public struct Outcome: Sendable, Equatable {
    public let latents: [Int]
    public let target: Int
    public let probability: Double
  }

  /// Every outcome of positive probability, for at most 20 latent bits; each combination appears once.
  public func outcomes() -> [Outcome] {
    precondition(bitNames.count <= 20, "\(bitNames.count) latent bits are too many to list")
    var outcomes: [Outcome] = []
    for state in 0..<(1 << bitNames.count) {
      let bits = bitNames.indices.map { state >> $0 & 1 }
      let latents = visible.map { $0.reduce(0) { $0 << 1 | bits[$1] } }
      for target in 0..<classes {
        var probability = 1 / Double(1 << bitNames.count)
        for (index, component) in components.enumerated() {
          let shown = target >> (components.count - 1 - index) & 1
          probability *= shown == parity(component, bits) ? 1 - component.flip : component.flip
        }
        if probability > 0 { outcomes.append(Outcome(latents: latents, target: target, probability: probability)) }
      }
    }
    return outcomes
  }

  private func parity(_ component: Component, _ bits: [Int]) -> Int {
    component.bits.reduce(0) { $0 ^ bits[$1] }
  }

  // MARK: Drawing

  /// The data set in memory: 60 % train, 20 % validation, 20 % test; latent bits as attributes.
  public func dataset() -> Dataset {
    let latents = draw(stream: 1)
    var channel = SplitMix64(seed: seed, stream: 2)
    let targets = latents.map { bits in
      components.reduce(0) { target, component in
        let isFlipped = channel.uniform() < component.flip
        return target << 1 | (parity(component, bits) ^ (isFlipped ? 1 : 0))
      }
    }
    var modalities: [String: ModalityData] = [:]
    var specifications: [String: ModalitySpecification] = [:]
    for (index, name) in modalityNames.enumerated() {
      modalities[name] = ModalityData(values: observe(latents, modality: index))
      specifications[name] = ModalitySpecification(kind: .vector, file: "\(name).npy")
    }
    var attributes: [String: [String]] = [:]
    for (bit, name) in bitNames.enumerated() { attributes[name] = latents.map { String($0[bit]) } }
    let manifest = Manifest(
      name: "synthetic", licence: "CC0-1.0", task: .classification, target: "target",
      classes: (0..<classes).map { String($0) }, modalities: specifications, metric: "accuracy",
      information: InformationContent(
        redundancy: redundancy, unique: Dictionary(uniqueKeysWithValues: zip(modalityNames, unique)),
        synergy: synergy))
    let (train, validation) = (samples * 6 / 10, samples * 2 / 10)
    let digits = String(samples).count
    return Dataset(
      manifest: manifest,
      ids: (1...samples).map { String(repeating: "0", count: digits - String($0).count) + String($0) },
      splits: (0..<samples).map { $0 < train ? .train : $0 < train + validation ? .validation : .test },
      targets: .classes(targets), classes: manifest.classes ?? [], attributes: attributes, modalities: modalities)
  }

  /// Writes the folder of the data set, complete or not at all; the latent bits are columns of `samples.csv`.
  /// - Throws: `InputError` when the folder exists and is not empty, or cannot be written.
  public func write(to folder: URL) throws {
    let dataset = dataset()
    let targets = dataset.targets.numbers(Array(dataset.ids.indices))
    let columns = bitNames.map { dataset.attributes[$0] ?? [] }
    let rows = dataset.ids.indices.map { row in
      [dataset.ids[row], dataset.splits[row].rawValue, String(Int(targets[row]))] + columns.map { $0[row] }
    }
    let table = try SampleTable(header: ["id", "split", "target"] + bitNames, rows: rows)
    try FolderReplacement.create(folder) { folder in
      for (name, data) in dataset.modalities {
        try NPY.write(data.values, to: folder.appendingPathComponent("\(name).npy"))
      }
      try table.write(to: folder.appendingPathComponent("samples.csv"))
      try dataset.manifest.write(to: folder.appendingPathComponent(Manifest.fileName))
    }
  }

  private func draw(stream: UInt64) -> [[Int]] {
    var generator = SplitMix64(seed: seed, stream: stream)
    return (0..<samples).map { _ in bitNames.map { _ in Int(generator.next() >> 63) } }
  }

  /// `[N, width]`: the visible bits as ±1 along orthonormal directions, plus noise.
  private func observe(_ latents: [[Int]], modality: Int) -> Tensor {
    var generator = SplitMix64(seed: seed, stream: 3 + UInt64(modality))
    let bits = visible[modality]
    let directions = orthonormal(bits.count, &generator)
    var values: [Float] = []
    values.reserveCapacity(samples * width)
    for latent in latents {
      for dimension in 0..<width {
        var value = noise * generator.normal()
        for (index, bit) in bits.enumerated() {
          value += (latent[bit] == 1 ? 1 : -1) * directions[index][dimension]
        }
        values.append(Float(value))
      }
    }
    return Tensor(values, shape: [samples, width])
  }

  /// Orthonormal vectors of `width` numbers (Gram–Schmidt on normal draws).
  private func orthonormal(_ count: Int, _ generator: inout SplitMix64) -> [[Double]] {
    var vectors: [[Double]] = []
    while vectors.count < count {
      var vector = (0..<width).map { _ in generator.normal() }
      // Twice, because once leaves rounding along the earlier ones.
      for earlier in vectors + vectors {
        let along = zip(vector, earlier).reduce(0) { $0 + $1.0 * $1.1 }
        vector = zip(vector, earlier).map { $0 - along * $1 }
      }
      let norm = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
      if norm > 1e-6 { vectors.append(vector.map { $0 / norm }) }
    }
    return vectors
  }
}
