import Tensors

/// Which blocks stand over each modality and which bring modalities together: a point of the space that MUFASA searches (Xu
/// et al., 2021, section 3).
///
/// A block has a left and a right branch, each with an input, a norm, a layer, a width and an activation, and a combiner (So
/// et al., 2019, section 3.1). Blocks of a modality read its encoding and its earlier blocks. Blocks of the fusion read
/// anything before them: fusing encodings is early, states on the way hybrid, last states late fusion. What no block reads is
/// the representation, side by side; without blocks of the fusion, modalities meet only there.
///
/// As text: blocks of modality 0, of 1, …, of the fusion, with points between; blocks joined by `-`; a branch is its input
/// (`m0s2`: state 2 of modality 0, 0 being its encoding; `f1`: the first block of the fusion), `n` for a norm, layer and
/// width in halves (`i`, `d2`, `g4`), and activation; `+`, `x` or `_` combine two.
///
/// ```swift
/// let architecture = try FusionArchitecture("m0s0d2r..m0s1d2r_m1s0g4")
/// ```
public struct FusionArchitecture: Hashable, Sendable, CustomStringConvertible {
  /// Where a branch reads.
  public enum Node: Hashable, Sendable {
    /// State of a modality: 0 is its encoding, n what its n-th block puts out.
    case state(modality: Int, Int)
    /// What the n-th block of the fusion puts out, from 1.
    case fused(Int)
  }

  public enum Layer: String, CaseIterable, Sendable {
    /// The input as it is.
    case identity = "i"
    /// W x + b.
    case dense = "d"
    /// (W x + b) ⊙ σ(V x + c) (gated linear unit, Dauphin et al., 2017, eq. 1).
    case gated = "g"
  }

  public enum Activation: String, CaseIterable, Sendable {
    case none = ""
    case relu = "r"
    case swish = "s"
    case leaky = "l"
  }

  public enum Combiner: String, CaseIterable, Sendable {
    case add = "+"
    case multiply = "x"
    case concatenate = "_"
  }

  public struct Branch: Hashable, Sendable {
    public var input: Node
    public var isNormalised = false
    public var layer = Layer.dense
    /// Width of a layer that has one, in halves of the hidden width: 1, 2 or 4.
    public var halves = 2
    public var activation = Activation.relu

    public static let widths = [1, 2, 4]
  }

  public struct Block: Hashable, Sendable {
    public var left: Branch
    /// Nil for a dead branch; the block is then its left one.
    public var right: Branch?
    public var combiner = Combiner.add

    public var branches: [Branch] { [left] + [right].compactMap { $0 } }
  }

  /// The blocks of each modality.
  public var modalities: [[Block]]
  /// The blocks of the fusion.
  public var fusion: [Block]

  public init(modalities: [[Block]], fusion: [Block]) {
    self.modalities = modalities
    self.fusion = fusion
  }

  /// Where a search begins: a dense layer over each modality, and one over all of them side by side.
  public static func standard(modalities count: Int) -> FusionArchitecture {
    func whole(_ input: Node) -> Branch { Branch(input: input, layer: .identity, activation: .none) }
    let joints = (1..<max(1, count)).map { number in
      Block(
        left: whole(number == 1 ? .state(modality: 0, 1) : .fused(number - 1)),
        right: whole(.state(modality: number, 1)), combiner: .concatenate)
    }
    let top = Branch(input: joints.isEmpty ? .state(modality: 0, 1) : .fused(joints.count))
    return FusionArchitecture(
      modalities: (0..<count).map { [Block(left: Branch(input: .state(modality: $0, 0)))] },
      fusion: joints + [Block(left: top)])
  }

  /// Every block with the number it has among those of its modality (nil: of the fusion), from 1.
  public var blocks: [(modality: Int?, number: Int, block: Block)] {
    modalities.enumerated().flatMap { modality, blocks in
      blocks.enumerated().map { (Int?.some(modality), $0 + 1, $1) }
    } + fusion.enumerated().map { (nil, $0 + 1, $1) }
  }

  /// What no block reads, modalities first: the representation.
  public var unread: [Node] {
    let read = Set(blocks.flatMap { $0.block.branches.map(\.input) })
    let nodes =
      modalities.enumerated().flatMap { modality, blocks in
        (0...blocks.count).map { Node.state(modality: modality, $0) }
      } + fusion.indices.map { Node.fused($0 + 1) }
    return nodes.filter { !read.contains($0) }
  }

  /// The same with the branches of every block in order, so that two ways to write one architecture are equal.
  public var canonical: FusionArchitecture {
    func sorted(_ block: Block) -> Block {
      guard let right = block.right else { return Block(left: block.left.canonical, right: nil, combiner: .add) }
      let pair = [block.left.canonical, right.canonical].sorted { $0.description < $1.description }
      return Block(left: pair[0], right: pair[1], combiner: block.combiner)
    }
    return FusionArchitecture(modalities: modalities.map { $0.map(sorted) }, fusion: fusion.map(sorted))
  }

  /// What is wrong with it; nil for an architecture that can be built.
  var problem: String? {
    for (modality, number, block) in blocks {
      let place = modality.map { "block \(number) of modality \($0)" } ?? "block \(number) of the fusion"
      if block.right == nil, block.left.layer == .identity { return "\(place) does nothing" }
      for branch in block.branches {
        let isThere =
          switch branch.input {
          case .state(let other, let state):
            modality == nil
              ? modalities.indices.contains(other) && (0...modalities[other].count).contains(state)
              : other == modality && (0..<number).contains(state)
          case .fused(let other): modality == nil && (1..<number).contains(other)
          }
        guard isThere else { return "\(place) cannot read \(branch.input)" }
      }
    }
    return nil
  }
}

// MARK: As text

extension FusionArchitecture.Node: CustomStringConvertible {
  public var description: String {
    switch self {
    case .state(let modality, let state): "m\(modality)s\(state)"
    case .fused(let number): "f\(number)"
    }
  }
}

extension FusionArchitecture.Branch: CustomStringConvertible {
  public var description: String {
    "\(input)\(isNormalised ? "n" : "")\(layer.rawValue)\(layer == .identity ? "" : "\(halves)")\(activation.rawValue)"
  }

  /// The same without a width that means nothing.
  fileprivate var canonical: Self {
    var branch = self
    if layer == .identity { branch.halves = 2 }
    return branch
  }

  fileprivate init?(_ text: Substring) {
    let pattern = /(?:m(\d{1,3})s(\d{1,3})|f(\d{1,3}))(n?)(?:(i)|([dg])([124]))([rsl]?)/
    guard let match = text.wholeMatch(of: pattern)?.output else { return nil }
    func number(_ text: Substring?) -> Int { text.flatMap { Int($0) } ?? 0 }
    self.init(
      input: match.3.map { .fused(number($0)) } ?? .state(modality: number(match.1), number(match.2)),
      isNormalised: !match.4.isEmpty,
      layer: FusionArchitecture.Layer(rawValue: String(match.5 ?? match.6 ?? "i"))!,
      halves: match.7.map { number($0) } ?? 2, activation: FusionArchitecture.Activation(rawValue: String(match.8))!)
  }
}

extension FusionArchitecture.Block: CustomStringConvertible {
  public var description: String { left.description + (right.map { combiner.rawValue + $0.description } ?? "") }

  fileprivate init?(_ text: Substring) {
    guard let sign = text.firstIndex(where: { "+x_".contains($0) }) else {
      guard let left = FusionArchitecture.Branch(text) else { return nil }
      self.init(left: left, right: nil)
      return
    }
    guard let left = FusionArchitecture.Branch(text[..<sign]),
      let right = FusionArchitecture.Branch(text[text.index(after: sign)...])
    else { return nil }
    self.init(left: left, right: right, combiner: FusionArchitecture.Combiner(rawValue: String(text[sign]))!)
  }
}

extension FusionArchitecture {
  public var description: String {
    (modalities + [fusion]).map { $0.map(\.description).joined(separator: "-") }.joined(separator: ".")
  }

  /// Reads what `description` writes.
  ///
  /// - Throws: `UsageError` naming the block that cannot be read or built.
  public init(_ text: String) throws {
    let groups = try text.split(separator: ".", omittingEmptySubsequences: false).map { group in
      try group.split(separator: "-").map { block in
        guard let read = Block(block) else {
          throw UsageError("architecture \"\(text)\": \"\(block)\" is no block; blocks read like m0s0d2r+m0s1ng4s")
        }
        return read
      }
    }
    guard groups.count > 1 else {
      throw UsageError("architecture \"\(text)\" has no points; they stand behind the blocks of each modality")
    }
    self.init(modalities: Array(groups.dropLast()), fusion: groups[groups.count - 1])
    if let problem { throw UsageError("architecture \"\(text)\": \(problem)") }
  }

  /// The blocks as equations, a line each: `audio 1 = relu(dense 32 of audio)`.
  ///
  /// - Parameters:
  ///   - names: of the modalities.
  ///   - hidden: full width of a layer.
  public func equations(names: [String], hidden: Int) -> [String] {
    blocks.map { modality, number, block in
      let terms = block.branches.map { $0.text(names: names, hidden: hidden) }
      let sign = [Combiner.add: " + ", .multiply: " × ", .concatenate: " ‖ "][block.combiner]!
      return "\(modality.map { names[$0] } ?? "fusion") \(number) = \(terms.joined(separator: sign))"
    } + ["representation = " + unread.map { $0.name(names) }.joined(separator: " ‖ ")]
  }
}

extension FusionArchitecture.Node {
  /// What a person calls it: `audio`, `audio 1`, `fusion 2`.
  public func name(_ names: [String]) -> String {
    switch self {
    case .state(let modality, let state): state == 0 ? names[modality] : "\(names[modality]) \(state)"
    case .fused(let number): "fusion \(number)"
    }
  }
}

extension FusionArchitecture.Branch {
  /// `relu(dense 32 of norm(audio))`.
  public func text(names: [String], hidden: Int) -> String {
    let source = isNormalised ? "norm(\(input.name(names)))" : input.name(names)
    let inner = layer == .identity ? source : "\(layer) \(max(1, halves * hidden / 2)) of \(source)"
    return activation == .none ? inner : "\(activation)(\(inner))"
  }
}

extension FusionArchitecture: Codable {
  public init(from decoder: any Decoder) throws {
    self = try FusionArchitecture(decoder.singleValueContainer().decode(String.self))
  }

  public func encode(to encoder: any Swift.Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
