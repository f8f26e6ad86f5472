import Foundation
import Fusion
import Layers
import Modalities
import Tensors
import Testing
import Training

@Suite struct FusionArchitectureSearchTests {
  private let space = ArchitectureSpace(modalities: 2)

  /// A worth that says how far an architecture is from one that multiplies gated layers: no training, many trials.
  private func worth(_ candidate: FusionArchitectureSearch.Candidate) -> Double {
    let branches = candidate.architecture.blocks.flatMap { $0.block.branches }
    let gated = branches.count { $0.layer == .gated }
    let products = candidate.architecture.fusion.count { $0.right != nil && $0.combiner == .multiply }
    return Double(gated + 3 * products) - (candidate.encoderWidth == 32 ? 0 : 1)
  }

  private func run(_ search: inout FusionArchitectureSearch, until count: Int) {
    while search.trials.count < count {
      let proposals = search.proposals()
      guard !proposals.isEmpty else { return }
      for proposal in proposals { search.record(proposal, score: worth(proposal.candidate)) }
    }
  }

  @Test func evolutionFindsWhatChanceDoesNot() throws {
    var search = FusionArchitectureSearch(space, seed: 1)
    run(&search, until: 200)
    #expect(Set(search.trials.map(\.candidate)).count == 200, "nothing is tried twice")
    #expect(search.trials.map(\.number) == Array(0..<200))
    #expect(search.trials.allSatisfy { space.contains($0.candidate.architecture) })
    let chance = search.trials.prefix(16).compactMap(\.score).max()!
    // Fourteen gates and three products make 23 at most.
    #expect(try #require(search.best?.score) > 1.5 * chance, "\(search.best!.score!) after \(chance)")
    // Parents come from the population: the youngest sixteen of the generations before.
    for trial in search.trials {
      let start = trial.number / 4 * 4
      if let parent = trial.parent { #expect((max(0, start - 16)..<start).contains(parent)) }
      #expect((trial.parent == nil) == (trial.number < 16))
    }
  }

  @Test func lowerMayBeBetter() {
    var search = FusionArchitectureSearch(space, seed: 1, higherIsBetter: false)
    for (number, proposal) in search.proposals().enumerated() {
      search.record(proposal, score: [3, 1, nil, 2][number])
    }
    #expect(search.best?.number == 1)
    var tied = FusionArchitectureSearch(space, seed: 1)
    for (number, proposal) in tied.proposals().enumerated() {
      tied.record(proposal, score: [0.9, 1, 1, 1][number], loss: [0.1, nil, 0.3, 0.3][number])
    }
    #expect(tied.best?.number == 2, "of equal scores the lower loss, then the earlier trial")
    var failing = FusionArchitectureSearch(space, seed: 1)
    for proposal in failing.proposals() { failing.record(proposal, score: nil) }
    #expect(failing.best == nil && failing.proposals().map(\.number) == [4, 5, 6, 7])
  }

  /// Stopped within a generation, written down and read back, in whatever order its trials end: the same trials follow.
  @Test func goesOnAsIfItHadNotStopped() throws {
    var whole = FusionArchitectureSearch(space, seed: 3)
    run(&whole, until: 60)
    var stopped = FusionArchitectureSearch(space, seed: 3)
    run(&stopped, until: 28)
    let last = try #require(stopped.proposals().last)
    stopped.record(last, score: worth(last.candidate))
    var resumed = try JSONDecoder().decode(FusionArchitectureSearch.self, from: JSONEncoder().encode(stopped))
    #expect(resumed == stopped && resumed.proposals().count == 3)
    run(&resumed, until: 60)
    #expect(resumed == whole)
    var other = FusionArchitectureSearch(space, seed: 4)
    run(&other, until: 60)
    #expect(other.trials != whole.trials)
  }

  /// A space that is used up ends the search.
  @Test func asmallSpaceIsUsedUp() {
    var search = FusionArchitectureSearch(
      ArchitectureSpace(modalities: 2, modalityBlocks: 0, fusionBlocks: 0), seed: 1)
    run(&search, until: 100)
    #expect(search.trials.count == FusionArchitectureSearch.encoderWidths.count)
    #expect(search.trials.allSatisfy { $0.candidate.architecture.blocks.isEmpty })
  }

  /// Whether the signs of two numbers differ, with little training: most architectures that are drawn have not learnt it
  /// then, and those that evolve learn it faster and faster.
  @Test func learnsFasterThanWhatIsDrawn() throws {
    func differing(_ count: Int, seed: UInt64) -> Batch {
      let generator = Generator(seed: seed)
      let bits = (0..<2).map { _ in Tensor.randint(0, 2, [count], generator: generator) }
      var inputs: [String: ModalityInput] = [:]
      for (modality, bits) in bits.enumerated() {
        let shown = (bits.to(.float32) * 2 - 1).unsqueezed(1).padded([0, 2])
        inputs["m\(modality)"] = ModalityInput(values: shown + Tensor.randn([count, 3], generator: generator) * 0.3)
      }
      return Batch(
        inputs: inputs, target: (bits[0] .!= bits[1]).to(.int64), ids: (0..<count).map(String.init))
    }
    let (train, validation) = (differing(256, seed: 1), differing(256, seed: 2))
    var search = FusionArchitectureSearch(space, seed: 2, population: 8, tournament: 3, higherIsBetter: false)
    while search.trials.count < 32 {
      for proposal in search.proposals() {
        let model = try learnt(
          "mufasa", proposal.candidate.options.merging(["dropout": "0"]) { $1 }, on: train, validation: validation,
          epochs: 3)
        search.record(proposal, score: scores(model, validation).loss)
      }
    }
    let losses = search.trials.compactMap(\.score)
    func mean(_ losses: ArraySlice<Double>) -> Double { losses.reduce(0, +) / Double(losses.count) }
    let (drawn, evolved) = (mean(losses[..<8]), mean(losses[24...]))
    #expect(evolved < 0.7 * drawn, "\(evolved) at the end, \(drawn) at first")
    #expect(try #require(search.best?.score) < losses[..<8].min()!)
  }
}
