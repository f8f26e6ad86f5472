import Fusion
import Layers
import Modalities
import Tensors
import Testing

/// What a method says of itself against mixed differences of what it computes, which are 0 exactly where two modalities
/// are added up.
@Suite struct AdditiveScaleTests {
  static let variants =
    Variant.all + [
      Variant(name: "early", options: ["level": "raw", "depth": "0"]),
      Variant(name: "polynomial", options: ["order": "1"]),
      Variant(name: "polynomial", options: ["order": "1", "weights": "ring"]),
      Variant(name: "hpfn", options: ["order": "1"]),
      Variant(name: "gated", options: ["sees": "self", "gate": "softmax"]),
      Variant(name: "mixture", options: ["fusions": "additive+gated"]),
    ]
  static let widths = [3, 5, 2]

  /// Largest f(x, x′) − f(y, x′) − f(x, y′) + f(y, y′) over pairs of modalities, samples and outputs.
  private func mixedDifference(_ f: ([Tensor]) -> Tensor) -> Double {
    let (x, y) = (encodings(Self.widths), encodings(Self.widths, seed: 8))
    var largest = 0.0
    for first in Self.widths.indices {
      for second in Self.widths.indices where second > first {
        func value(_ swapped: Set<Int>) -> Tensor { f(x.indices.map { swapped.contains($0) ? y[$0] : x[$0] }) }
        let difference = value([]) - value([first]) - value([second]) + value([first, second])
        largest = max(largest, difference.abs().max().item())
      }
    }
    return largest
  }

  private func outputs(_ variant: Variant, _ task: TaskKind) throws -> ([Tensor]) -> Tensor {
    let fusion = try variant.fusion(widths: Self.widths, task: task)
    if variant.name == "boltzmann-machine" {
      // Its weights start so near zero that it is as good as linear.
      for (_, parameter) in fusion.namedParameters() { parameter.assign(parameter.value * 100) }
    }
    guard !(fusion is any DecisionFusion) else { return { fusion($0, present: nil) } }
    let head = Linear(fusion.outputSize, 3, generator: Generator(seed: 4))
    head.convert(to: .float64)
    return { head(fusion($0, present: nil)) }
  }

  @Test(arguments: variants, [TaskKind.classification, .multilabel])
  func itIsASumInThatScaleAndInNoOther(variant: Variant, task: TaskKind) throws {
    let scale = try FusionRegistry.description(named: variant.name).additiveScale(options: variant.options, task: task)
    let outputs = try outputs(variant, task)
    let found = withoutGradients {
      (
        logits: mixedDifference {
          let logits = outputs($0)
          return task == .classification ? logits - logits.mean(axes: [1], keepingDimensions: true) : logits
        },
        probabilities: mixedDifference {
          task == .classification ? outputs($0).softmax(axis: 1) : outputs($0).sigmoid()
        }
      )
    }
    #expect((found.logits < 1e-9) == (scale == .logits), "\(found)")
    #expect((found.probabilities < 1e-9) == (scale == .probabilities), "\(found)")
    #expect(scale != .values)
  }

  @Test(arguments: variants) func valuesAreSumsOrNot(variant: Variant) throws {
    if ["product", "majority"].contains(variant.options["combine"]) { return }
    let scale = try FusionRegistry.description(named: variant.name)
      .additiveScale(options: variant.options, task: .regression)
    let outputs = try outputs(variant, .regression)
    let found = withoutGradients { mixedDifference(outputs) }
    #expect((found < 1e-9) == (scale == .values), "\(found)")
    #expect(scale == nil || scale == .values)
  }

  @Test func wrongOptionsAreRefused() throws {
    let late = try FusionRegistry.description(named: "late")
    #expect(throws: UsageError.self) { try late.additiveScale(options: ["combine": "max"], task: .classification) }
    #expect(throws: UsageError.self) { try late.additiveScale(options: ["rank": "1"], task: .classification) }
  }
}
