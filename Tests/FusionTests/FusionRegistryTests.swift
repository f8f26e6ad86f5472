import Fusion
import Tensors
import Testing

@Suite struct FusionRegistryTests {
  /// Names are part of run folders and scripts.
  @Test func namesAreStable() {
    #expect(
      FusionRegistry.all.map(\.name) == [
        "early", "late", "additive", "multiplicative", "bilinear", "mlb", "mfb", "tensor", "low-rank",
        "polynomial", "hpfn", "gated", "mag", "raven",
        "mid-transformer", "mbt", "very-early", "mixture", "nonlinear", "mufasa",
        "bimodal-autoencoder", "boltzmann-machine", "cascaded-autoencoder",
      ])
  }

  @Test(arguments: ["unimodal"] + FusionRegistry.all.map(\.name)) func everyMethodIsDescribed(name: String) throws {
    let description = try FusionRegistry.description(named: name)
    #expect(!description.summary.isEmpty && !description.paper.isEmpty)
    let names = description.allOptions.map(\.name)
    #expect(Set(names).count == names.count)
    for option in description.allOptions { #expect(!option.help.isEmpty && !option.defaultValue.isEmpty) }
  }

  @Test(arguments: [
    ("low-rnk", [:], "unknown method \"low-rnk\"; expected one of unimodal, early, late, additive, multiplicative, "),
    (
      "low-rank", ["rnk": "2"],
      "method low-rank has no option \"rnk\"; it has dropout, layers, modality-dropout, noise, output, rank, "
    ),
    ("low-rank", ["rank": "0"], "method low-rank: option rank is \"0\"; expected a whole number from 1 to 1024"),
    ("tensor", ["projection": "x"], "method tensor: option projection is \"x\"; expected a whole number from 1 to "),
    ("tensor", ["projection": "100"], "tensor fusion of widths 100 × 100 × 100 needs more than 262144 features"),
    ("late", ["combine": "max"], "option combine is \"max\"; expected one of pool, average, weighted, product"),
    ("nonlinear", ["dropout": "1"], "method nonlinear: option dropout is \"1\"; expected a number from 0.0 to 0.95"),
    ("additive", ["width": "-3"], "method additive: option width is \"-3\"; expected a whole number from 1 to 4096"),
    ("hpfn", ["windows": "6"], "method hpfn: option windows is \"6\"; expected a power of two up to 256"),
    ("early", ["modality-dropout": "1"], "option modality-dropout is \"1\"; expected a number from 0.0 to 0.95"),
    ("early", ["noise": "-1"], "method early: option noise is \"-1\"; expected a number from 0.0 to 100.0"),
    ("mag", ["main": "d"], "method mag: option main is \"d\"; expected auto or one of a, b, c"),
    ("mag", ["insert": "3"], "method mag: option insert is \"3\"; expected a whole number from 0 to 2"),
    ("mag", ["heads": "5"], "method mag: 64 numbers cannot be split over 5 heads; change heads or output"),
    (
      "mixture", ["fusions": "tensor"],
      "method mixture: option fusions: \"tensor\" names 1 fusions; expected two or more"
    ),
    ("mixture", ["fusions": "tensor+late"], "method mixture: option fusions: late fuses predictions"),
    ("mixture", ["fusions": "tensor+hpfn"], "method mixture: option fusions: hpfn cannot be part of a mixture"),
    ("mixture", ["fusions": "tensor+x"], "method mixture: option fusions: no fusion \"x\"; expected some of early, "),
    ("gated", ["gate": ""], "method gated: option gate is \"\"; expected one of sigmoid, softmax, hard"),
  ]) func wrongUseIsNamed(method: String, options: [String: String], expected: String) {
    let error = #expect(throws: UsageError.self) {
      _ = try FusionModel.make(
        specifications: ["a": .init(kind: .vector), "b": .init(kind: .vector), "c": .init(kind: .vector)],
        shapes: ["a": [3], "b": [4], "c": [5]], method: method, options: options, task: .classification, outputs: 2,
        generator: Generator(seed: 1))
    }
    #expect(error?.description.contains(expected) == true, "\(error?.description ?? "no error")")
  }

  @Test(arguments: FusionRegistry.all.filter { $0.modalities.lowerBound > 1 }.map(\.name))
  func oneModalityIsNotFused(name: String) {
    let request = FusionRequest(widths: [3], outputs: 2, task: .classification)
    let error = #expect(throws: UsageError.self) {
      _ = try FusionRegistry.description(named: name).make(request, generator: Generator(seed: 1))
    }
    #expect(error?.description == "method \(name) takes at least 2 modalities, found 1")
  }
}
