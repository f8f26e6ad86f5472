import Foundation
import Modalities
import Quantification
import Tensors
import Testing

@Suite struct PerturbationTests {
  private func run(
    _ perturbation: Perturbation, _ input: ModalityInput, _ level: Double, mean: [Float], deviation: [Float]? = nil,
    isWaveform: Bool = false, seed: UInt64 = 3
  ) -> Tensor {
    perturbation(
      input, level: level, mean: Tensor(mean), deviation: Tensor(deviation ?? mean.map { _ in 1 }),
      isWaveform: isWaveform, generator: Generator(seed: seed)
    ).values
  }

  @Test func noiseHasTheStatedSpread() {
    let x = Tensor([Float](repeating: 5, count: 40_000), shape: [20_000, 2])
    let half = run(.noise, ModalityInput(values: x), 0.5, mean: [5, 5], deviation: [1, 3]) - x
    let spread = half.standardDeviation(axes: [0]).doubles
    // Four standard errors of a deviation from 20 000 draws are 2 %.
    #expect(abs(spread[0] - 0.5) < 0.01 && abs(spread[1] - 1.5) < 0.03)
    let double = run(.noise, ModalityInput(values: x), 2, mean: [5, 5], deviation: [1, 3]) - x
    #expect((double - half * 4).abs().max().item() < 1e-4)
    #expect(run(.noise, ModalityInput(values: x), 0, mean: [5, 5]).floats == x.floats)
    #expect(abs(Perturbation.decibels(noise: 0.5) - 6.0206) < 1e-4 && Perturbation.decibels(noise: 1) == 0)
  }

  @Test func constantFeaturesStayConstant() {
    let x = ModalityInput(values: .ones([10, 2]))
    let noisy = run(.noise, x, 1, mean: [1, 1], deviation: [0, 1])
    #expect(noisy.select(axis: 1, index: 0).floats.allSatisfy { $0 == 1 })
    #expect(noisy.select(axis: 1, index: 1).floats.allSatisfy { $0 != 1 })
  }

  @Test func dropLosesTheShareAndMoreAtHigherLevels() {
    let x = ModalityInput(values: .ones([4000, 2]))
    let lost = [0.2, 0.4, 1].map { run(.drop, x, $0, mean: [7, 9]).floats }
    for (level, values) in zip([0.2, 0.4, 1], lost) {
      let share = Double(values.count { $0 != 1 }) / 8000
      #expect(abs(share - level) < 0.02)
      #expect(values.enumerated().allSatisfy { $1 == 1 || $1 == ($0 % 2 == 0 ? 7 : 9) })
    }
    #expect(zip(lost[0], lost[1]).allSatisfy { $0 == 1 || $1 != 1 })
    #expect(run(.drop, x, 0, mean: [7, 9]).floats.allSatisfy { $0 == 1 })
  }

  /// Numbers 1 … 10, and 11 … 16 before two frames of padding.
  private let sequences: ModalityInput = {
    var values = (1...16).map(Float.init)
    values += [0, 0, 0, 0]
    return ModalityInput(values: Tensor(values, shape: [2, 5, 2]), lengths: Tensor([5, 3]))
  }()

  @Test func framesAreLostWhole() {
    let x = ModalityInput(values: .ones([500, 6, 3]), lengths: Tensor([Int](repeating: 6, count: 500)))
    let frames = run(.frameDrop, x, 0.5, mean: [0, 0, 0]).sum(axes: [2]).floats
    #expect(frames.allSatisfy { $0 == 0 || $0 == 3 })
    #expect(abs(Double(frames.count { $0 == 0 }) / 3000 - 0.5) < 0.04)
  }

  /// Against moving every frame by hand; the direction is read off the result.
  @Test(arguments: [0, 0.2, 0.4, 1]) func shiftMovesFrames(_ level: Double) {
    let rows = sequences.values.floats
    for seed in UInt64(0)..<6 {
      let moved = run(.shift, sequences, level, mean: [-1, -2], seed: seed).floats
      for (sample, length) in [5, 3].enumerated() {
        let distance = Int((Double(length) * level).rounded())
        func expected(_ direction: Int) -> [Float] {
          (0..<length).flatMap { frame -> [Float] in
            let source = frame - direction * distance
            guard (0..<length).contains(source) else { return [-1, -2] }
            return (0..<2).map { rows[sample * 10 + source * 2 + $0] }
          }
        }
        let found = Array(moved[sample * 10..<sample * 10 + length * 2])
        #expect(found == expected(1) || found == expected(-1), "\(level) \(seed)")
      }
    }
  }

  /// Against the weighted mean written out.
  @Test func blurIsAGaussianMean() {
    let generator = Generator(seed: 4)
    let x = Tensor.rand([1, 1, 5, 4], generator: generator)
    let found = run(.blur, ModalityInput(values: x), 0.8, mean: [0]).floats
    let values = x.floats.map(Double.init)
    func weight(_ a: Int, _ b: Int) -> Double { exp(-Double((a - b) * (a - b)) / (2 * 0.64)) }
    for row in 0..<5 {
      for column in 0..<4 {
        var (sum, total) = (0.0, 0.0)
        for r in 0..<5 {
          for c in 0..<4 {
            sum += values[r * 4 + c] * weight(row, r) * weight(column, c)
            total += weight(row, r) * weight(column, c)
          }
        }
        #expect(abs(Double(found[row * 4 + column]) - sum / total) < 1e-5)
      }
    }
    let constant = run(.blur, ModalityInput(values: .ones([1, 3, 6, 6])), 4, mean: [0, 0, 0])
    #expect((constant - 1).abs().max().item() < 1e-5)
    #expect(run(.blur, ModalityInput(values: x), 0, mean: [0]).floats == x.floats)
  }

  @Test(arguments: [0, 0.25, 0.64, 1]) func occlusionCoversTheShareInOneRectangle(_ level: Double) {
    let x = ModalityInput(values: .ones([50, 2, 10, 20]))
    let found = run(.occlusion, x, level, mean: [5, 6])
    let isLost = found.select(axis: 1, index: 0) .> 1
    #expect(isLost.to(.int64).sum(axes: [1, 2]).integers.allSatisfy { $0 == Int(level * 200) })
    #expect(((found.select(axis: 1, index: 1) .> 1) .!= isLost).any().item() == 0)
    // A rectangle is what its rows and columns cross in.
    let (rows, columns) = (isLost.any(axis: 2), isLost.any(axis: 1))
    #expect(((rows.unsqueezed(2) .& columns.unsqueezed(1)) .!= isLost).any().item() == 0)
  }

  @Test func clippingCutsPeaks() {
    let sound = ModalityInput(values: Tensor([1.0, -4, 2, 0].map(Float.init), shape: [1, 4, 1]), lengths: Tensor([4]))
    #expect(run(.clipping, sound, 0.75, mean: [0], isWaveform: true).floats == [1, -1, 1, 0])
    // Of the second sequence, 11 … 16, the two padding frames are neither its minimum nor changed.
    let frames = run(.clipping, sequences, 0.6, mean: [0, 0]).floats
    #expect(Array(frames[10..<20]) == [11, 12, 13, 13, 13, 13, 0, 0, 0, 0])
    #expect(run(.clipping, sequences, 0, mean: [0, 0]).floats == sequences.values.floats)
  }

  @Test func everyKindHasLaddersFromNothing() {
    for kind in ModalityKind.allCases {
      #expect(Perturbation.applying(to: kind).contains(.noise))
      for perturbation in Perturbation.applying(to: kind) {
        #expect(perturbation.ladder[0] == 0 && perturbation.ladder == perturbation.ladder.sorted())
        #expect(perturbation.ladder.allSatisfy(perturbation.range.contains))
      }
    }
  }
}
