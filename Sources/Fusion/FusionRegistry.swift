import Encoders
import Tensors

/// Every fusion that can be asked for by name.
public enum FusionRegistry {
  /// The fusions of two modalities or more, in the order in which they are listed.
  public static let all: [FusionDescription] = [
    early, late, additive, multiplicative, bilinear, mlb, mfb, tensor, lowRank, polynomial, hpfn, gated,
    mag, raven, midTransformer, mbt, veryEarly,
    mixture, nonlinear, mufasa,
    bimodalAutoencoder, boltzmannMachine, cascadedAutoencoder,
  ]

  /// The fusion, or the unimodal baseline, of that name.
  ///
  /// - Throws: `UsageError` listing the names there are.
  public static func description(named name: String) throws -> FusionDescription {
    let known = [unimodal] + all
    guard let found = known.first(where: { $0.name == name }) else {
      throw UsageError("unknown method \"\(name)\"; expected one of \(known.map(\.name).joined(separator: ", "))")
    }
    return found
  }

  // Options of several fusions; what is a fusion's own, its entry included, stands beside it.
  static let output = MethodOption("output", default: 64, in: 1...4096, help: "width of the fused representation")
  static let smallOutput = MethodOption("output", default: 32, in: 1...4096, help: "width of the fused representation")
  static let heads = MethodOption("heads", default: 4, in: 1...64, help: "attention heads of a layer")
  static let reconstruction = MethodOption(
    "reconstruction", default: 1, in: 0.001...1000, help: "weight of the reconstruction beside the task")
}
