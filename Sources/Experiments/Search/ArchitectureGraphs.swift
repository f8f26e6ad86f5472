public import Analyses
public import Evaluation
import Fusion

extension Comparison {
  /// The graph of every architecture among the methods.
  public var architectures: [ArchitectureGraph] {
    methods.compactMap { method in
      guard let text = method.options["architecture"],
        let architecture = try? FusionArchitecture(option: text, modalities: method.modalities.count)
      else { return nil }
      return ArchitectureGraph(
        architecture, of: method.name, names: method.modalities,
        hidden: method.options["hidden"].flatMap { Int($0) } ?? 32)
    }
  }
}

extension ArchitectureGraph {
  /// - Parameters:
  ///   - architecture: what is drawn.
  ///   - method: that has it.
  ///   - names: of its modalities.
  ///   - hidden: width of a branch that names none.
  init(_ architecture: FusionArchitecture, of method: String, names: [String], hidden: Int) {
    var places: [FusionArchitecture.Node: Int] = [:]
    var boxes: [Box] = []
    func column(of node: FusionArchitecture.Node) -> Int? { places[node].map { boxes[$0].column } }
    func add(_ node: FusionArchitecture.Node, _ box: Box) {
      places[node] = boxes.count
      boxes.append(box)
    }
    for (modality, name) in names.enumerated() {
      add(
        .state(modality: modality, 0),
        Box(title: name, lines: ["encoding"], kind: .modality, reads: [], column: 0, lane: modality))
    }
    // Blocks of the fusion share a lane, so that each stands behind the one before.
    var fused = 0
    for (modality, number, block) in architecture.blocks {
      let reads = block.branches.map(\.input)
      let node: FusionArchitecture.Node = modality.map { .state(modality: $0, number) } ?? .fused(number)
      let earliest = 1 + (reads.compactMap(column).max() ?? 0)
      let place: Int
      if let modality {
        place = max(earliest, 1 + (column(of: .state(modality: modality, number - 1)) ?? 0))
      } else {
        place = max(earliest, fused + 1)
        fused = place
      }
      let sign =
        block.right == nil
        ? "" : [.add: ": sum of", .multiply: ": product of", .concatenate: ": side by side"][block.combiner]!
      add(
        node,
        Box(
          title: node.name(names) + sign, lines: block.branches.map { $0.text(names: names, hidden: hidden) },
          kind: modality == nil ? .fusion : .modality, reads: reads.compactMap { places[$0] }, column: place,
          lane: modality ?? names.count))
    }
    let unread = architecture.unread
    boxes.append(
      Box(
        title: "representation", lines: [unread.map { $0.name(names) }.joined(separator: " ‖ ")], kind: .representation,
        reads: unread.compactMap { places[$0] }, column: 1 + (boxes.map(\.column).max() ?? 0),
        lane: architecture.fusion.isEmpty ? (names.count - 1) / 2 : names.count))
    self.init(
      method: method, option: "\(architecture)", equations: architecture.equations(names: names, hidden: hidden),
      boxes: boxes)
  }
}
