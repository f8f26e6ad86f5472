public import Modalities

/// The architectures that a search may find: how many blocks at most, over each modality and of the fusion.
///
/// Every architecture that is drawn or mutated can be built: inputs are drawn among what stands before a block, and what
/// loses its input reads what that one read.
public struct ArchitectureSpace: Codable, Hashable, Sendable {
  public var modalities: Int
  /// Most blocks of a modality.
  public var modalityBlocks: Int
  /// Most blocks of the fusion.
  public var fusionBlocks: Int

  /// - Parameter fusionBlocks: as many as modalities where nil, at least three.
  public init(modalities: Int, modalityBlocks: Int = 2, fusionBlocks: Int? = nil) {
    let fusionBlocks = fusionBlocks ?? max(3, modalities)
    precondition(modalities > 0 && modalityBlocks >= 0 && fusionBlocks >= 0, "a space without architectures")
    self.modalities = modalities
    self.modalityBlocks = modalityBlocks
    self.fusionBlocks = fusionBlocks
  }

  /// Whether the architecture can be built and is no larger than this space allows.
  public func contains(_ architecture: FusionArchitecture) -> Bool {
    architecture.problem == nil && architecture.modalities.count == modalities
      && architecture.modalities.allSatisfy { $0.count <= modalityBlocks }
      && architecture.fusion.count <= fusionBlocks
  }

  /// Any architecture.
  public func random(using draw: inout SplitMix64) -> FusionArchitecture {
    var architecture = FusionArchitecture(modalities: Array(repeating: [], count: modalities), fusion: [])
    for modality in 0..<modalities {
      for _ in 0..<draw.next(below: modalityBlocks + 1) { append(to: &architecture, modality, using: &draw) }
    }
    for _ in 0..<draw.next(below: fusionBlocks + 1) { append(to: &architecture, nil, using: &draw) }
    return architecture
  }

  /// The architecture with one change: a field of a branch, a combiner, a branch or a block more or less.
  public func mutated(_ architecture: FusionArchitecture, using draw: inout SplitMix64) -> FusionArchitecture {
    var changed = architecture
    let groups: [Int?] = (0..<modalities).map { $0 } + [nil]
    let group = groups[draw.next(below: groups.count)]
    let (blocks, limit) = (blocks(architecture, group), group == nil ? fusionBlocks : modalityBlocks)
    // Growing and shrinking are as likely as each other, and changes of what is there more likely than both.
    switch draw.next(below: 8) {
    case 0 where blocks.count < limit: append(to: &changed, group, using: &draw)
    case 1 where !blocks.isEmpty: remove(draw.next(below: blocks.count), of: group, from: &changed)
    default:
      guard !blocks.isEmpty else {
        if blocks.count < limit { append(to: &changed, group, using: &draw) }
        return changed
      }
      let place = draw.next(below: blocks.count)
      var block = blocks[place]
      mutate(&block, among: inputs(architecture, group, place), using: &draw)
      set(block, place, of: group, in: &changed)
    }
    return changed
  }

  // MARK: Blocks

  private func blocks(_ architecture: FusionArchitecture, _ group: Int?) -> [FusionArchitecture.Block] {
    group.map { architecture.modalities[$0] } ?? architecture.fusion
  }

  private func set(
    _ block: FusionArchitecture.Block, _ place: Int, of group: Int?, in architecture: inout FusionArchitecture
  ) {
    if let group { architecture.modalities[group][place] = block } else { architecture.fusion[place] = block }
  }

  /// What the block at a place may read.
  private func inputs(
    _ architecture: FusionArchitecture, _ group: Int?, _ place: Int
  ) -> [FusionArchitecture.Node] {
    if let group { return (0...place).map { .state(modality: group, $0) } }
    return architecture.modalities.enumerated().flatMap { modality, blocks in
      (0...blocks.count).map { .state(modality: modality, $0) }
    } + (0..<place).map { .fused($0 + 1) }
  }

  private func append(
    to architecture: inout FusionArchitecture, _ group: Int?, using draw: inout SplitMix64
  ) {
    let inputs = inputs(architecture, group, blocks(architecture, group).count)
    var block = FusionArchitecture.Block(
      left: branch(inputs, using: &draw), right: branch(inputs, using: &draw),
      combiner: pick(FusionArchitecture.Combiner.allCases, using: &draw))
    if draw.next(below: 3) == 0 { block.right = nil }
    repair(&block)
    if let group { architecture.modalities[group].append(block) } else { architecture.fusion.append(block) }
  }

  /// Takes a block away; what read it reads what its left branch read.
  private func remove(_ place: Int, of group: Int?, from architecture: inout FusionArchitecture) {
    let heir = blocks(architecture, group)[place].left.input
    let gone = FusionArchitecture.Node.output(group, place + 1)
    func moved(_ node: FusionArchitecture.Node) -> FusionArchitecture.Node {
      switch node {
      case gone: return heir
      case .state(let modality, let state) where modality == group && state > place + 1:
        return .state(modality: modality, state - 1)
      case .fused(let number) where group == nil && number > place + 1: return .fused(number - 1)
      default: return node
      }
    }
    func moved(_ block: FusionArchitecture.Block) -> FusionArchitecture.Block {
      var block = block
      block.left.input = moved(block.left.input)
      if let right = block.right { block.right?.input = moved(right.input) }
      return block
    }
    if let group { architecture.modalities[group].remove(at: place) } else { architecture.fusion.remove(at: place) }
    architecture.modalities = architecture.modalities.map { $0.map(moved) }
    architecture.fusion = architecture.fusion.map(moved)
  }

  private func mutate(
    _ block: inout FusionArchitecture.Block, among inputs: [FusionArchitecture.Node], using draw: inout SplitMix64
  ) {
    switch draw.next(below: 4) {
    case 0: block.combiner = pick(FusionArchitecture.Combiner.allCases, using: &draw)
    case 1: block.right = block.right == nil ? branch(inputs, using: &draw) : nil
    case 2 where block.right != nil: mutate(&block.right!, among: inputs, using: &draw)
    default: mutate(&block.left, among: inputs, using: &draw)
    }
    repair(&block)
  }

  private func mutate(
    _ branch: inout FusionArchitecture.Branch, among inputs: [FusionArchitecture.Node], using draw: inout SplitMix64
  ) {
    switch draw.next(below: 5) {
    case 0: branch.input = pick(inputs, using: &draw)
    case 1: branch.isNormalised.toggle()
    case 2: branch.layer = pick(FusionArchitecture.Layer.allCases, using: &draw)
    case 3: branch.halves = pick(FusionArchitecture.Branch.widths, using: &draw)
    default: branch.activation = pick(FusionArchitecture.Activation.allCases, using: &draw)
    }
  }

  private func branch(
    _ inputs: [FusionArchitecture.Node], using draw: inout SplitMix64
  ) -> FusionArchitecture.Branch {
    FusionArchitecture.Branch(
      input: pick(inputs, using: &draw), isNormalised: draw.next(below: 2) == 0,
      layer: pick(FusionArchitecture.Layer.allCases, using: &draw),
      halves: pick(FusionArchitecture.Branch.widths, using: &draw),
      activation: pick(FusionArchitecture.Activation.allCases, using: &draw))
  }

  /// A block of one branch must do something.
  private func repair(_ block: inout FusionArchitecture.Block) {
    if block.right == nil, block.left.layer == .identity { block.left.layer = .dense }
  }

  private func pick<Choice>(_ choices: [Choice], using draw: inout SplitMix64) -> Choice {
    choices[draw.next(below: choices.count)]
  }
}
