import Tensors
import Testing

@testable import Modalities

@Suite struct NormalisationTests {
  /// Against sums written out: train samples 0 … 3 only, valid frames only.
  @Test func fitsTheTrainSplitOnly() throws {
    let dataset = try smallDataset()
    let normalisation = Normalisation(fitting: dataset)
    #expect(normalisation.mean["vector"]?.floats == [3, 4])
    // Deviation of 0, 2, 4, 6 is √5.
    let scale = try #require(normalisation.scale["vector"]?.floats)
    #expect(scale.allSatisfy { abs($0 - 1 / Float(5).squareRoot()) < 1e-6 })
    let frames: [Double] = [0, 1, 2, 10, 20, 21, 30, 31, 32, 33]
    let mean = frames.reduce(0, +) / 10
    let variance = frames.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 10
    #expect(abs(Double(normalisation.mean["sequence"]!.floats[0]) - mean) < 1e-5)
    #expect(abs(Double(normalisation.scale["sequence"]!.floats[0]) - 1 / variance.squareRoot()) < 1e-6)
    let pixels = (0..<16).map { Double($0) / 24 }
    let pixelMean = pixels.reduce(0, +) / 16
    #expect(abs(Double(normalisation.mean["image"]!.floats[0]) - pixelMean) < 1e-6)
  }

  @Test func constantFeaturesBecomeZero() throws {
    let normalised = try smallDataset().normalised(with: Normalisation(fitting: smallDataset()))
    let values = try #require(normalised.modalities["sequence"]?.values.floats)
    #expect(stride(from: 1, to: values.count, by: 2).allSatisfy { values[$0] == 0 })
  }

  @Test func paddingAndAbsentSamplesStayZero() throws {
    let normalised = try smallDataset().normalised(with: Normalisation(fitting: smallDataset()))
    let sequence = normalised.batch([0, 3, 5]).inputs["sequence"]!.values.floats
    // Sample 0 has 3 of 4 frames, sample 5 is absent.
    #expect(sequence[0] != 0)
    #expect(sequence[6...7].allSatisfy { $0 == 0 })
    #expect(sequence[16...].allSatisfy { $0 == 0 })
  }

  @Test func batchesAndDataSetsAgree() throws {
    let dataset = try smallDataset()
    let normalisation = Normalisation(fitting: dataset)
    let first = normalisation.apply(to: dataset.batch([3, 5, 1]))
    let second = dataset.normalised(with: normalisation).batch([3, 5, 1])
    for name in dataset.names {
      #expect(first.inputs[name]?.values.floats == second.inputs[name]?.values.floats)
      #expect(first.inputs[name]?.lengths?.integers == second.inputs[name]?.lengths?.integers)
    }
  }

  @Test func survivesTheRunFolder() throws {
    let normalisation = try Normalisation(fitting: smallDataset())
    let tensors = normalisation.tensors
    #expect(
      tensors.keys.sorted() == [
        "image.mean", "image.scale", "sequence.mean", "sequence.scale", "vector.mean", "vector.scale",
      ])
    let restored = try Normalisation(tensors: tensors)
    for name in ["image", "sequence", "vector"] {
      #expect(restored.mean[name]?.floats == normalisation.mean[name]?.floats)
      #expect(restored.scale[name]?.floats == normalisation.scale[name]?.floats)
    }
  }

  @Test func refusesDamagedTensors() throws {
    func message(_ tensors: [String: Tensor]) -> String {
      do {
        _ = try Normalisation(tensors: tensors, file: "n.safetensors")
        return ""
      } catch { return "\(error)" }
    }
    let one = Tensor([Float(1)])
    #expect(message(["a.mean": one]) == "n.safetensors: a: mean [1], scale missing")
    #expect(message(["a.mean": Tensor([Float.nan]), "a.scale": one]) == "n.safetensors: a.mean: is not finite")
    #expect(message(["a.men": one]) == "n.safetensors: a.men: ends neither in .mean nor in .scale")
    #expect(message(["a.mean": Tensor([1])]) == "n.safetensors: a.mean: int64 [1] is not a normalisation")
  }
}
