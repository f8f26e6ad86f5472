import Layers
import Tensors
import Testing

@testable import Training

/// Values of several models, replayed, are those that each model gives.
@Suite struct ValueRecorderTests {
  private func replicas(dropout: Double = 0) throws -> Replicas<MLP> {
    try Replicas(count: 3) { MLP(sizes: [6, 8, 4], dropout: dropout, generator: Generator(seed: UInt64($0))) }
  }

  @Test func givesWhatTheModelsGive() throws {
    let group = try replicas()
    let recorder = ValueRecorder()
    for (round, rows) in [5, 5, 9, 5].enumerated() {
      let x = Tensor.randn([rows, 6], generator: Generator(seed: UInt64(10 + round)))
      let found = recorder.values(of: group, for: [x]) { $0(x) }
      let expected = withoutGradients { Tensor.stacked(group.models.map { $0(x) }, axis: 0) }
      #expect(found.shape == [3, rows, 4])
      #expect((found - expected).abs().max().item() < 1e-5)
      // The next round has other weights.
      group.values.copy_(from: group.values * 1.5 + 0.01)
    }
  }

  @Test func modelsThatLeftAreNotAsked() throws {
    let group = try replicas()
    let recorder = ValueRecorder()
    let x = Tensor.randn([5, 6], generator: Generator(seed: 3))
    _ = recorder.values(of: group, for: [x]) { $0(x) }
    group.keep(rows: [0, 2])
    let found = recorder.values(of: group, for: [x]) { $0(x) }
    let expected = withoutGradients { Tensor.stacked([group.models[0](x), group.models[2](x)], axis: 0) }
    #expect((found - expected).abs().max().item() < 1e-5)
  }

  /// What depends on values besides inputs and parameters would be replayed wrongly, so the check finds it.
  @Test func aValueThatChangesByItselfIsLeftToTheEngine() throws {
    let group = try replicas()
    let recorder = ValueRecorder()
    let x = Tensor.randn([5, 6], generator: Generator(seed: 3))
    var offset = 0.0
    for _ in 0..<3 {
      let found = recorder.values(of: group, for: [x]) {
        offset += 1
        return $0(x) + Tensor(offset)
      }
      let last = withoutGradients { group.models[2](x) + Tensor(offset) }
      #expect((found.select(axis: 0, index: 2) - last).abs().max().item() < 1e-5)
    }
  }
}
