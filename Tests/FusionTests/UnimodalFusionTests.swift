import Fusion
import Tensors
import Testing

@Suite struct UnimodalFusionTests {
  @Test func handsOn() {
    let inputs = encodings([3], count: 2)
    let fusion = UnimodalFusion(width: 3)
    #expect(fusion([inputs[0]], present: nil).doubles == inputs[0].doubles)
    #expect(fusion([inputs[0]], present: mask([[true], [false]]))[1].doubles == [0, 0, 0])
  }

  @Test func takesExactlyOneModality() throws {
    let request = FusionRequest(widths: [3, 4], outputs: 2, task: .classification)
    let error = #expect(throws: UsageError.self) {
      _ = try FusionRegistry.description(named: "unimodal").make(request, generator: Generator(seed: 1))
    }
    #expect(error?.description == "method unimodal takes exactly 1 modality, found 2")
  }
}
