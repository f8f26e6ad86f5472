import Fusion
import Layers
import Modalities
import Tensors
import Testing

@Suite struct FusionArchitectureTests {
  static let space = ArchitectureSpace(modalities: 3, modalityBlocks: 2, fusionBlocks: 3)

  /// Architectures that are drawn, and what a walk of mutations makes of the last one.
  private func walk(_ count: Int, seed: UInt64) -> [FusionArchitecture] {
    var draw = SplitMix64(seed: seed)
    var found = (0..<count).map { _ in Self.space.random(using: &draw) }
    for _ in 0..<count { found.append(Self.space.mutated(found[found.count - 1], using: &draw)) }
    return found
  }

  @Test func textReadsBackAsItWasWritten() throws {
    for architecture in walk(60, seed: 1) {
      let read = try FusionArchitecture("\(architecture)")
      // A width that means nothing is not written.
      #expect("\(read)" == "\(architecture)" && read.canonical == architecture.canonical)
      #expect(try FusionArchitecture(option: "\(architecture.canonical)", modalities: 3) == architecture.canonical)
    }
    let auto = try FusionArchitecture(option: "auto", modalities: 2)
    for count in 1...5 {
      #expect(ArchitectureSpace(modalities: count).contains(.standard(modalities: count)))
      #expect(FusionArchitecture.standard(modalities: count).unread.count == 1)
    }
    #expect("\(auto)" == "m0s0d2r.m1s0d2r.m0s1i_m1s1i-f1d2r")
  }

  @Test(arguments: [
    ("m0s0d2r", "has no points"), ("m0s0d2r.m1s0d3r.", "\"m1s0d3r\" is no block"), ("m0s0i..", "does nothing"),
    ("m0s1d2..", "block 1 of modality 0 cannot read m0s1"), ("m1s0d2..", "block 1 of modality 0 cannot read m1s0"),
    ("f1d2..", "block 1 of modality 0 cannot read f1"), ("..f1d2", "block 1 of the fusion cannot read f1"),
    ("..m2s0d2", "block 1 of the fusion cannot read m2s0"), ("..m0s1d2", "cannot read m0s1"),
    ("..m0s0d2+", "is no block"),
  ]) func whatCannotBeBuiltIsNamed(text: String, expected: String) {
    let error = #expect(throws: UsageError.self) { _ = try FusionArchitecture(text) }
    #expect(error?.description.contains(expected) == true, "\(error?.description ?? "no error")")
  }

  @Test func anotherNumberOfModalitiesIsRefused() {
    let error = #expect(throws: UsageError.self) {
      _ = try FusionRegistry.description(named: "mufasa").make(
        FusionRequest(widths: [2, 3, 4], outputs: 2, task: .classification),
        options: ["architecture": "m0s0d2..m1s0d2"], generator: Generator(seed: 1))
    }
    #expect(error?.description.contains("is for 2 modalities, found 3") == true)
  }

  /// The branches of a block may be written in either order.
  @Test func canonicalFormsAreEqual() throws {
    let (a, b) = try (FusionArchitecture("..m0s0d2r+m1s0g1"), FusionArchitecture("..m1s0g1+m0s0d2r"))
    #expect(a != b && a.canonical == b.canonical)
    #expect(try FusionArchitecture("..m0s0d2rxm1s0g1").canonical != a.canonical)
  }

  @Test func equationsNameModalities() throws {
    let architecture = try FusionArchitecture("m0s0nd1s..m0s1d2r_m1s0g4-f1ixm1s0i")
    #expect(
      architecture.equations(names: ["audio", "image"], hidden: 32) == [
        "audio 1 = swish(dense 16 of norm(audio))",
        "fusion 1 = relu(dense 32 of audio 1) ‖ gated 64 of image",
        "fusion 2 = fusion 1 × image",
        "representation = fusion 2",
      ])
  }

  /// A block over a modality, gates, all combiners and an unread state, written out.
  @Test func followsTheEquations() throws {
    let widths = [3, 2]
    let fusion = try ArchitectureFusion(
      widths: widths, architecture: FusionArchitecture("m0s0nd2s..m0s1d2r+m1s0g4-f1ixm0s0d1l-m1s0i_f2i"), hidden: 4,
      generator: Generator(seed: 1))
    fusion.convert(to: .float64)
    let state = fusion.state()
    let inputs = encodings(widths)
    func layer(_ name: String, _ x: Tensor) -> Tensor {
      x.linear(state["blocks.\(name).weight"]!, bias: state["blocks.\(name).bias"]!)
    }
    let normed = inputs[0].layerNorm([3])
    let own = layer("0.branches.0.dense", normed).silu()
    // Branches in the canonical order are not asked for: they are used as written.
    let gated = layer("1.branches.1.dense", inputs[1]) * layer("1.branches.1.gate", inputs[1]).sigmoid()
    let first = layer("1.branches.0.dense", own).relu().padded([0, 4]) + gated
    let second = first * layer("2.branches.1.dense", inputs[0]).leakyRelu().padded([0, 6], value: 1)
    let third = Tensor.concatenated([inputs[1], second], axis: 1)
    #expect(fusion.outputSize == 10)
    expectClose(fusion(inputs, present: nil), third)
  }

  /// What nothing reads is the representation: without blocks of the fusion, the last states side by side.
  @Test func lateFusionIsTheLastStates() throws {
    let architecture = try FusionArchitecture("m0s0d2r-m0s0d1..")
    #expect(architecture.unread == [.state(modality: 0, 1), .state(modality: 0, 2), .state(modality: 1, 0)])
    let fusion = try ArchitectureFusion(
      widths: [3, 2], architecture: architecture, hidden: 4, generator: Generator(seed: 1))
    #expect(fusion.outputSize == 4 + 2 + 2)
  }
}

@Suite struct ArchitectureSpaceTests {
  /// Whatever is drawn or mutated lies in the space, can be built, gives finite numbers, and a gradient for every parameter.
  @Test(arguments: 1...4) func everyArchitectureRuns(seed: UInt64) throws {
    let space = FusionArchitectureTests.space
    var draw = SplitMix64(seed: seed)
    let inputs = encodings([3, 5, 2], dtype: .float32)
    var architecture = space.random(using: &draw)
    var sizes: Set<Int> = []
    for step in 0..<60 {
      architecture = step % 20 == 0 ? space.random(using: &draw) : space.mutated(architecture, using: &draw)
      #expect(space.contains(architecture) && space.contains(architecture.canonical), "\(architecture)")
      sizes.insert(architecture.blocks.count)
      let fusion = try ArchitectureFusion(
        widths: [3, 5, 2], architecture: architecture, hidden: 4, generator: Generator(seed: 1))
      let output = fusion(inputs, present: oneAbsent(samples: 4, modalities: 3))
      #expect(output.shape == [4, fusion.outputSize] && output.isFinite().all().item() == 1, "\(architecture)")
      let parameters = fusion.namedParameters().map(\.parameter.value)
      guard !parameters.isEmpty else { continue }
      let found = gradients(of: [output.square().sum()], withRespectTo: parameters, allowUnused: true)
      #expect(found.allSatisfy { $0 != nil }, "a parameter of \(architecture) is not used")
    }
    #expect(sizes.count > 3, "mutations change the number of blocks")
  }

  /// A mutation changes one thing, and every kind of change comes up.
  @Test func mutationsReachEveryChange() throws {
    let space = ArchitectureSpace(modalities: 2)
    let start = try FusionArchitecture("m0s0d2r.m1s0g1-m1s1d2.m0s1d2r+m1s1d2r-f1nd2_m0s0g4")
    var draw = SplitMix64(seed: 1)
    let children = Set((0..<3000).map { _ in space.mutated(start, using: &draw) }).subtracting([start])
    #expect(children.allSatisfy(space.contains))
    let counts = Set(children.map { $0.blocks.count })
    #expect(counts == [4, 5, 6])
    func some(_ condition: (FusionArchitecture) -> Bool) -> Bool { children.contains(where: condition) }
    #expect(some { $0.fusion.first?.combiner == .multiply } && some { $0.fusion.first?.right == nil })
    #expect(some { $0.modalities[0].first?.left.layer == .gated } && some { $0.modalities[0].first?.left.halves == 4 })
    #expect(some { $0.fusion.last?.left.input == .state(modality: 1, 2) })
    #expect(some { $0.modalities[0].first?.left.isNormalised == true })
    #expect(some { $0.modalities[0].first?.left.activation == .swish })
    // One block less leaves the others as they were but for what they read.
    #expect(some { "\($0)" == "m0s0d2r.m1s0g1.m0s1d2r+m1s1d2r-f1nd2_m0s0g4" })
    #expect(some { "\($0)" == "m0s0d2r.m1s0d2.m0s1d2r+m1s0d2r-f1nd2_m0s0g4" })
    #expect(some { "\($0)" == "m0s0d2r.m1s0g1-m1s1d2.m0s1nd2_m0s0g4" })
  }
}
