import Foundation
import Fusion
import Layers
import Modalities
import Models
import Tensors
import Testing

/// What late fusion fits to held-out predictions, against the definition written out in loops.
@Suite struct ExpertPoolTests {
  private func late(_ modalities: Int, outputs: Int, _ task: TaskKind) throws -> LateFusion {
    let fusion = try LateFusion(
      widths: Array(repeating: 2, count: modalities), task: task.prediction(outputs: outputs)!, combination: .pool,
      generator: Generator(seed: 1))
    fusion.convert(to: .float64)
    return fusion
  }

  /// Weights of the set of all modalities but those left out, and the offset.
  private func pool(_ fusion: LateFusion, _ modalities: Int, without: Int? = nil) -> [Double] {
    let state = fusion.state()
    let set = (1 << modalities) - 1 - (without.map { 1 << $0 } ?? 0)
    return state["poolWeights"]![set].doubles + (state["poolOffsets"].map { [$0[set].item()] } ?? [])
  }

  /// Minus the log-likelihood, or half the squared error, and the penalty.
  private func loss(
    _ x: [Double], _ predictions: [[[Double]]], _ truth: [[Double]], _ task: TaskKind
  ) -> Double {
    let experts = predictions.count
    var sum = x.prefix(experts).reduce(0) { $0 + pow($1 - 1 / Double(experts), 2) } / 2
    for (row, wanted) in truth.enumerated() {
      let outputs = wanted.indices.map { k in
        (0..<experts).reduce(experts < x.count ? x[experts] : 0) { total, m in
          let row = predictions[m][row]
          let value = task == .classification ? row[k] - log(row.reduce(0) { $0 + exp($1) }) : row[k]
          return total + x[m] * value
        }
      }
      switch task {
      case .classification:
        sum += log(outputs.reduce(0) { $0 + exp($1) }) - zip(outputs, wanted).reduce(0) { $0 + $1.0 * $1.1 }
      case .multilabel: sum += zip(outputs, wanted).reduce(0) { $0 + log(1 + exp($1.1 > 0.5 ? -$1.0 : $1.0)) }
      case .regression: sum += zip(outputs, wanted).reduce(0) { $0 + pow($1.0 - $1.1, 2) / 2 }
      case .retrieval, .none: preconditionFailure("nothing is predicted")
      }
    }
    return sum
  }

  /// No step from the weights that keeps them at 0 or above lowers the loss; and some expert that contradicts has weight 0.
  @Test(arguments: [TaskKind.classification, .multilabel, .regression]) func weightsAreTheBestOnes(_ task: TaskKind)
    throws
  {
    let (samples, outputs) = (60, task == .regression ? 1 : 3)
    let generator = Generator(seed: 5)
    let truth = (0..<samples).map { row -> [Double] in
      switch task {
      case .classification: (0..<3).map { $0 == row % 3 ? 1 : 0 }
      case .multilabel: (0..<3).map { (row / 2 + $0) % 3 == 0 ? 1 : 0 }
      case .regression: [sin(Double(row))]
      case .retrieval, .none: []
      }
    }
    // What the experts say follows the truth, with noise; the last says the opposite.
    let noise = Tensor.randn([3, samples, outputs], dtype: .float64, generator: generator).doubles
    let predictions = [2.0, 1, -1].enumerated().map { expert, sense in
      truth.enumerated().map { row, wanted in
        wanted.enumerated().map { k, value in
          sense * (task == .regression ? value : 2 * value - 1) + noise[(expert * samples + row) * outputs + k]
        }
      }
    }
    let fusion = try late(3, outputs: outputs, task)
    let targets =
      task == .classification
      ? Tensor((0..<samples).map { $0 % 3 }) : Tensor(truth.flatMap { $0 }, shape: [samples, outputs])
    fusion.fitCombination(
      predictions.map { Tensor($0.flatMap { $0 }, shape: [samples, outputs]) }, present: nil, targets: targets,
      sampleWeights: nil)
    let found = pool(fusion, 3)
    let value = loss(found, predictions, truth, task)
    #expect(found[2] == 0 && found[0] > 0.1)
    for index in found.indices {
      for step in [-1e-3, 1e-3] where index == 3 || found[index] + step >= 0 {
        var moved = found
        moved[index] += step
        #expect(loss(moved, predictions, truth, task) >= value - 1e-9, "\(found), \(index), \(step)")
      }
    }
  }

  /// An expert three times too sure of itself is cooled down, and a copy of it changes nothing but the shares.
  @Test func theSizeOfTheWeightsIsATemperature() throws {
    let samples = 3000
    let generator = Generator(seed: 6)
    let logits = Tensor.randn([samples, 3], dtype: .float64, generator: generator)
    let uniform = Tensor.rand([samples], dtype: .float64, generator: generator).doubles
    let shares = logits.softmax(axis: 1).doubles
    let classes = uniform.enumerated().map { row, draw in
      draw < shares[3 * row] ? 0 : draw < shares[3 * row] + shares[3 * row + 1] ? 1 : 2
    }
    let fusion = try late(2, outputs: 3, .classification)
    fusion.fitCombination([logits * 3, logits * 3], present: nil, targets: Tensor(classes), sampleWeights: nil)
    let both = pool(fusion, 2)
    #expect(abs(both[0] + both[1] - 1.0 / 3) < 0.03 && abs(both[0] - both[1]) < 5e-3, "\(both)")
    // Alone, each bears the whole weight.
    #expect(abs(pool(fusion, 2, without: 1)[0] - 1.0 / 3) < 0.03)
  }

  /// Witnesses that are independent given the class are multiplied, not averaged.
  @Test func independentWitnessesCountInFull() throws {
    let samples = 4000
    let generator = Generator(seed: 7)
    let classes = Tensor.randint(0, 2, [samples], generator: generator)
    let sign = (classes * 2 - 1).to(.float64)
    let predictions = (0..<2).map { _ in
      // x ~ N(±1, 1): the log-odds are 2x.
      let x = sign + Tensor.randn([samples], dtype: .float64, generator: generator)
      return Tensor.stacked([x * 0, x * 2], axis: 1)
    }
    let fusion = try late(2, outputs: 2, .classification)
    fusion.fitCombination(predictions, present: nil, targets: classes, sampleWeights: nil)
    for weight in pool(fusion, 2) { #expect(abs(weight - 1) < 0.1, "\(weight)") }
  }

  /// Who lacks a modality is answered by weights of the others, fitted to all who have these.
  @Test func everySetOfModalitiesHasItsOwn() throws {
    let samples = 90
    let generator = Generator(seed: 8)
    let values = Tensor.randn([samples, 3], dtype: .float64, generator: generator)
    let truth = values.narrow(axis: 1, start: 0, length: 1) * 2 + values.narrow(axis: 1, start: 1, length: 1) + 3
    let predictions = values.unbind(axis: 1).map { $0.unsqueezed(1) }
    let present = mask((0..<samples).map { [true, $0 % 3 != 0, true] })
    let fusion = try late(3, outputs: 1, .regression)
    fusion.fitCombination(predictions, present: present, targets: truth, sampleWeights: nil)
    let answer = fusion.combine(predictions, present: present).doubles
    // Exact where the second is there but for the penalty of one sample among sixty.
    let all = pool(fusion, 3)
    #expect(abs(all[0] - 2) < 0.1 && abs(all[1] - 1) < 0.1 && all[2] < 0.05 && abs(all[3] - 3) < 0.1, "\(all)")
    // Without it, all ninety tell what the first and the third know: by least squares, 2 and 0.
    let two = pool(fusion, 3, without: 1)
    #expect(abs(two[0] - 2) < 0.4 && two[1] == 0 && abs(two[3] - 3) < 0.4, "\(two)")
    for (row, value) in answer.enumerated() {
      let x = (0..<3).map { values[row, $0].item() }
      let expected =
        row % 3 == 0
        ? two[0] * x[0] + two[2] * x[2] + two[3] : all[0] * x[0] + all[1] * x[1] + all[2] * x[2] + all[3]
      #expect(abs(value - expected) < 1e-9)
    }
  }

  /// Of more than six modalities the weights of those present are scaled to the sum of all.
  @Test func manyModalitiesShareTheirWeights() throws {
    let fusion = try late(8, outputs: 1, .regression)
    #expect(fusion.state()["poolWeights"]!.shape == [1, 8])
    let predictions = (0..<8).map { Tensor([Double($0)], shape: [1, 1]) }
    #expect(abs(fusion.combine(predictions, present: nil).item() - 3.5) < 1e-6)
    let present = mask([[true, true] + Array(repeating: false, count: 6)])
    #expect(abs(fusion.combine(predictions, present: present).item() - 0.5) < 1e-6)
    let generator = Generator(seed: 9)
    let values = Tensor.randn([50, 8], dtype: .float64, generator: generator)
    fusion.fitCombination(
      values.unbind(axis: 1).map { $0.unsqueezed(1) }, present: nil, targets: values.sum(axes: [1]), sampleWeights: nil)
    #expect(fusion.state()["poolWeights"]!.doubles.allSatisfy { abs($0 - 1) < 0.1 })
  }

  /// Classes that count twice move the answer towards them.
  @Test func weightsOfSamplesCount() throws {
    let fusion = try late(2, outputs: 1, .regression)
    let predictions = (0..<2).map { _ in Tensor.zeros([4, 1], dtype: .float64) }
    let targets = Tensor([0.0, 0, 3, 3], shape: [4, 1])
    fusion.fitCombination(predictions, present: nil, targets: targets, sampleWeights: Tensor([1.0, 1, 2, 2]))
    #expect(abs(pool(fusion, 2)[2] - 2) < 1e-9)
  }
}
