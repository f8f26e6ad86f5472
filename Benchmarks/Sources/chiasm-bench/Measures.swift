import Chiasm
import Foundation

/// Analyses that are one call: the processor time of the call, and the numbers that it gives, for the peer to agree with.
struct Measures {
  private let tensors: [String: Tensor]

  init(_ folder: URL) throws { tensors = try Safetensors.read(folder.appending(path: "measures.safetensors")).tensors }

  func run(_ measure: String) throws -> Worker.Answer {
    switch measure {
    case "cca":
      let (x, y) = (tensors["cca.x"]!, tensors["cca.y"]!)
      return try timed { try CanonicalCorrelationAnalysis(fitting: x, y, .init(components: 5)).correlations }
    case "ksg":
      let (x, y) = (tensors["ksg.x"]!.doubles, tensors["ksg.y"]!.doubles)
      return try timed {
        [try KraskovInformation(neighbours: 3).mutualInformation(Points(x), Points(y), unit: .nats)]
      }
    default:
      guard let table = tensors[measure] else { throw UsageError("unknown measure \"\(measure)\"") }
      let joint = try JointDistribution(proportionalTo: table.doubles, shape: table.shape)
      return try timed {
        let parts = try PartialInformation(joint, unit: .nats)
        return [parts.redundancy, parts.unique1, parts.unique2, parts.synergy]
      }
    }
  }

  private func timed(_ measure: () throws -> [Double]) rethrows -> Worker.Answer {
    let start = processorTime()
    let numbers = try measure()
    return Worker.Answer(losses: numbers, microseconds: [processorTime() - start])
  }
}
