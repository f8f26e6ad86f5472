import Encoders
import Layers
import Tensors

/// The steps of the modality that others shift, as `ModalityShiftingFusion` and `RecurrentShiftingFusion` read them.
struct MainSteps {
  /// `[B, T, D]`, zero where not real.
  let values: Tensor
  /// `[B, T]`; where the modality is absent, its first step is taken as real.
  let mask: Tensor
  /// `[B, 1, 1]`, false where the modality is absent.
  let isPresent: Tensor
  /// The same with `mask`, for others to be aligned to.
  let steps: Steps

  init(_ steps: Steps, embedding: Linear) {
    isPresent = (steps.lengths .> 0.5).unsqueezed(2)
    let first = Tensor.arange(steps.count).to(steps.values.device) .== 0
    mask = steps.mask .| (first.unsqueezed(0) .& (.!isPresent.squeezed(2)))
    let embedded = Steps(embedding(steps.values), mask: steps.mask)
    values = embedded.values
    self.steps = Steps(embedded.values, mask: mask)
  }
}

extension FusionRequest {
  /// The modality that the option `main` names; `auto` is the one called text, language or words, else the first.
  func main(_ values: OptionValues) throws -> Int {
    let name = values.text("main")
    guard name == "auto" else {
      guard let index = names.firstIndex(of: name) else {
        throw UsageError(
          "method \(values.method): option main is \"\(name)\"; expected auto or one of \(names.joined(separator: ", "))"
        )
      }
      return index
    }
    return names.firstIndex { ["text", "language", "words"].contains($0) } ?? 0
  }
}

extension FusionRegistry {
  static let main = MethodOption(
    "main", default: "auto",
    help: "the modality that is shifted; auto is the one named text, language or words, else the first")
  static let beta = MethodOption(
    "beta", default: 1, in: 0.001...1000, help: "largest length of a shift, in lengths of what it shifts")
}
