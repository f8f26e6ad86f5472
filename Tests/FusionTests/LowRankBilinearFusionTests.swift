import Foundation
import Fusion
import Layers
import Tensors
import Testing

@Suite struct LowRankBilinearFusionTests {
  /// Σ_{a<b} P_ab (f_a ⊙ f_b) + c written out number by number, where f_m = tanh(U_m x_m), or ones where absent.
  @Test(arguments: 2...4, [false, true]) func followsThePaper(modalities: Int, absent: Bool) {
    let widths = Array([3, 2, 4, 2].prefix(modalities))
    let (rank, output) = (3, 5)
    let fusion = LowRankBilinearFusion(widths: widths, rank: rank, output: output, generator: Generator(seed: 1))
    fusion.convert(to: .float64)
    let state = fusion.state()
    let inputs = encodings(widths, count: 6)
    let there = (0..<6).map { sample in (0..<modalities).map { !absent || $0 != sample % modalities } }
    var expected: [Double] = []
    for sample in 0..<6 {
      let factors = (0..<modalities).map { modality -> [Double] in
        guard there[sample][modality] else { return Array(repeating: 1, count: rank) }
        let x = inputs[modality][sample].doubles
        return (0..<rank).map { row in
          let weights = state["projections.\(modality).weight"]![row].doubles
          return tanh(zip(weights, x).map(*).reduce(0, +) + state["projections.\(modality).bias"]![row].item())
        }
      }
      for unit in 0..<output {
        var (sum, pair) = (state["bias"]![unit].item(), 0)
        for a in 0..<modalities {
          for b in (a + 1)..<max(modalities, a + 1) {
            let weights = state["pairs.\(pair).weight"]![unit].doubles
            sum += (0..<rank).reduce(0) { $0 + weights[$1] * factors[a][$1] * factors[b][$1] }
            pair += 1
          }
        }
        expected.append(sum)
      }
    }
    expectClose(fusion(inputs, present: absent ? mask(there) : nil), Tensor(expected, shape: [6, output]))
  }
}
