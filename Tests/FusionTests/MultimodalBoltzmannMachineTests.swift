import Foundation
import Layers
import Tensors
import Testing
import Training

@testable import Fusion

/// A machine's sums over all states, one state after the other, from the names under which it is saved.
private struct Enumeration {
  let machine: MultimodalBoltzmannMachine
  let weights: [[[[Double]]]]
  let biases: [[[Double]]]
  let jointBias: [Double]
  let isGaussian: Bool

  init(_ machine: MultimodalBoltzmannMachine, isGaussian: Bool) {
    self.machine = machine
    self.isGaussian = isGaussian
    let (state, depth, hidden) = (machine.state(), machine.depth, 2)
    func rows(_ matrix: Tensor) -> [[Double]] { (0..<matrix.shape[0]).map { matrix[$0].doubles } }
    weights = (0..<2).map { modality in
      [rows(state["visibleWeights.\(modality)"]!)]
        + (1..<depth).map { rows(state["hiddenWeights.\($0 - 1)"]![modality]) }
        + [rows(state["jointWeights"]!.narrow(axis: 1, start: modality * hidden, length: hidden))]
    }
    biases = (0..<2).map { modality in
      [state["biases.0"]!.split([2, 3])[modality].doubles]
        + (1...depth).map { state["biases.\($0)"]!.split(hidden)[modality].doubles }
    }
    jointBias = state["biases.\(depth + 1)"]!.doubles
  }

  /// ln of the sum of exp(−E) over hidden states, with visible units as given (standardised), or summed out where nil.
  func logSum(_ visible: [[Double]?]) -> Double {
    let hidden = biases.flatMap { $0.dropFirst().map(\.count) } + [jointBias.count]
    let total = hidden.reduce(0, +)
    var terms: [Double] = []
    for number in 0..<(1 << total) {
      var bits = (0..<total).map { Double(number >> $0 & 1) }[...]
      func take(_ count: Int) -> [Double] {
        defer { bits = bits.dropFirst(count) }
        return Array(bits.prefix(count))
      }
      let levels = biases.map { $0.dropFirst().map { take($0.count) } }
      let joint = take(jointBias.count)
      var value = dot(jointBias, joint)
      for modality in 0..<2 {
        for level in 1...machine.depth {
          let units = levels[modality][level - 1]
          let above = level == machine.depth ? joint : levels[modality][level]
          value += dot(biases[modality][level], units)
          value += zip(above, weights[modality][level]).reduce(0) { $0 + $1.0 * dot($1.1, units) }
        }
        for (index, bias) in biases[modality][0].enumerated() {
          let input = zip(levels[modality][0], weights[modality][0]).reduce(0) { $0 + $1.0 * $1.1[index] }
          if let x = visible[modality]?[index] {
            value += isGaussian ? x * input - (x - bias) * (x - bias) / 2 : x * (bias + input)
          } else {
            let field = bias + input
            value += isGaussian ? (field * field - bias * bias + log(2 * .pi)) / 2 : log(1 + exp(field))
          }
        }
      }
      terms.append(value)
    }
    let largest = terms.max()!
    return largest + log(terms.reduce(0) { $0 + exp($1 - largest) })
  }

  var logPartition: Double { logSum([nil, nil]) }

  private func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
}

@Suite struct MultimodalBoltzmannMachineTests {
  private static let kinds: [(isGaussian: Bool, depth: Int)] = [(true, 1), (true, 2), (false, 1), (false, 2)]

  /// Small enough to sum over all its states, with weights large enough to matter.
  private func tiny(_ kind: (isGaussian: Bool, depth: Int), spread: Double = 0.7) -> MultimodalBoltzmannMachine {
    let machine = MultimodalBoltzmannMachine(
      widths: [2, 3], visible: kind.isGaussian ? [.gaussian, .gaussian] : [.bernoulli, .bernoulli], hidden: 2,
      depth: kind.depth, output: 2, passes: 100, generator: Generator(seed: 1))
    machine.convert(to: .float64)
    let generator = Generator(seed: 5)
    for buffer in machine.connections {
      buffer.value = Tensor.randn(buffer.shape, dtype: .float64, generator: generator) * spread
    }
    return machine
  }

  private func inputs(_ isGaussian: Bool, count: Int = 4) -> [Tensor] {
    let normal = encodings([2, 3], count: count)
    return isGaussian ? normal : normal.map { ($0 .> 0).to(.float64) }
  }

  @Test(arguments: kinds.indices) func annealedLogPartition(_ number: Int) {
    let kind = Self.kinds[number]
    let machine = tiny(kind)
    let exact = Enumeration(machine, isGaussian: kind.isGaussian).logPartition
    let found = machine.logPartition(runs: 500, temperatures: 300, generator: Generator(seed: 2))
    #expect(found.standardError < 0.02)
    #expect(abs(found.value - exact) < max(5 * found.standardError, 0.01), "\(found), exact \(exact)")
  }

  /// Never above the exact log-likelihood, not far below it, and rising from pass to pass; also of some inputs alone.
  @Test(arguments: kinds.indices) func boundIsBelowTheLikelihood(_ number: Int) throws {
    let kind = Self.kinds[number]
    let machine = tiny(kind)
    if kind.isGaussian {
      var state = machine.state()
      state["centres"] = Tensor([0.3, -0.2, 0, 0, 0])
      state["scales"] = Tensor([1, 1, 0.5, 2, 1.5])
      try machine.load(state)
    }
    let exact = Enumeration(machine, isGaussian: kind.isGaussian)
    let inputs = inputs(kind.isGaussian)
    let standard = machine.standardised(inputs, present: nil).split([2, 3], axis: 1)
    let volume = kind.isGaussian ? log(0.5 * 2 * 1.5) : 0
    for absent in [nil, 0, 1] as [Int?] {
      let present = absent.map { absent in mask(Array(repeating: (0..<2).map { $0 != absent }, count: 4)) }
      let bounds = [0, 1, 2, 5, 100].map {
        machine.logLikelihoodBound(inputs, present: present, logPartition: exact.logPartition, passes: $0).doubles
      }
      for (before, after) in zip(bounds, bounds.dropFirst()) {
        #expect(zip(before, after).allSatisfy { $0 <= $1 + 1e-12 })
      }
      for sample in 0..<4 {
        let visible = (0..<2).map { $0 == absent ? nil : standard[$0][sample].doubles }
        let likelihood = exact.logSum(visible) - exact.logPartition - (absent == 1 ? 0 : volume)
        let bound = bounds.last![sample]
        #expect(bound <= likelihood + 1e-9 && bound > likelihood - 0.6, "\(bound) of \(likelihood)")
      }
    }
  }

  /// The learning step's gradient, with units of the model drawn by its own chains, is that of the mean negative bound with
  /// the exact ln Z, found by differences; a modality of a sample is absent.
  @Test(arguments: kinds.indices) func gradientIsThatOfTheBound(_ number: Int) {
    let kind = Self.kinds[number]
    let machine = tiny(kind, spread: 0.5)
    let inputs = inputs(kind.isGaussian)
    let present = mask([[true, true], [true, false], [true, true], [false, true]])
    let masks = MaskSource(Generator(seed: 3))
    let data = machine.correlations(machine.inferred(inputs, present: present))
    var chains = machine.meanField(Tensor.zeros([1000, 5], dtype: .float64), present: nil, passes: 1)
    var found = data.map { -$0 }
    let rounds = 60
    for round in -30..<rounds {
      chains = machine.swept(chains, drawing: masks)
      guard round >= 0 else { continue }
      found = zip(found, machine.correlations(machine.expectingOdd(chains))).map { $0 + $1 / Double(rounds) }
    }
    func loss() -> Double {
      let exact = Enumeration(machine, isGaussian: kind.isGaussian).logPartition
      return -machine.logLikelihoodBound(inputs, present: present, logPartition: exact).mean().item()
    }
    var largest = 0.0
    for (buffer, gradient) in zip(machine.connections, found) {
      let original = buffer.value
      for element in stride(from: 0, to: original.count, by: 3) {
        func moved(_ distance: Double) -> Double {
          var values = original.doubles
          values[element] += distance
          buffer.value = Tensor(values, shape: original.shape)
          defer { buffer.value = original }
          return loss()
        }
        let numeric = (moved(1e-4) - moved(-1e-4)) / 2e-4
        let analytic = gradient.doubles[element]
        largest = max(largest, abs(numeric))
        #expect(abs(numeric - analytic) < 0.03, "\(analytic), by differences \(numeric)")
      }
    }
    #expect(largest > 0.15, "gradients of nearly nothing prove nothing")
  }

  private static func learnt(_ present: Tensor? = nil, depth: Int = 1) throws
    -> MultimodalBoltzmannMachine
  {
    let machine = MultimodalBoltzmannMachine(widths: [6, 8], depth: depth, generator: Generator(seed: 1))
    try machine.pretrain(
      on: SharedLatent(count: 512, seed: 1).inputs, present: present, generator: Generator(seed: 7))
    return machine
  }

  /// After learning, new samples are likelier than under independent normal numbers with their means and deviations.
  @Test func learningRaisesTheLikelihood() throws {
    let machine = try Self.learnt()
    let test = SharedLatent(count: 300, seed: 3).inputs
    let partition = machine.logPartition(runs: 200, temperatures: 1000, generator: Generator(seed: 2))
    let found = machine.logLikelihoodBound(test, present: nil, logPartition: partition.value).mean().item()
    let x = Tensor.concatenated(test, axis: 1)
    let variance = x.variance(axes: [0], unbiased: false)
    let independent = -0.5 * (variance.log() + 1 + log(2 * Double.pi)).sum().item()
    #expect(found > independent + 1, "\(found), independent \(independent), ± \(partition.standardError)")
  }

  /// By mean field and by samples, at either depth, and where a fifth of the samples lacked a modality while learning.
  @Test(arguments: [(1, false), (2, false), (1, true)]) func absentModalityIsFilledIn(depth: Int, missing: Bool) throws
  {
    let present = missing ? mask((0..<512).map { [$0 % 10 != 0, $0 % 10 != 5] }) : nil
    let machine = try Self.learnt(present, depth: depth)
    let test = SharedLatent(count: 500, seed: 3)
    for absent in 0..<2 {
      let shown = test.presence([1 - absent])
      let truth = test.inputs[absent]
      let variance = (truth - truth.mean(axes: [0])).square().mean().item()
      func error(_ filled: [Tensor]) -> Double {
        #expect(filled[1 - absent].floats == test.inputs[1 - absent].floats)
        return (filled[absent] - truth).square().mean().item() / variance
      }
      let expected = error(machine.imputed(test.inputs, present: shown))
      #expect(expected < (depth == 1 ? 0.5 : 0.7), "mean field: \(expected)")
      let masks = MaskSource(Generator(seed: 4))
      let samples = withoutGradients {
        (0..<20).map { _ in machine.sampled(test.inputs, present: shown, sweeps: 5, drawing: masks) }
      }
      let mean = (0..<2).map { modality in Tensor.stacked(samples.map { $0[modality] }).mean(axes: [0]) }
      let ofMean = (mean[absent] - truth).square().mean().item() / variance
      #expect(ofMean < (depth == 1 ? 0.5 : 0.7), "mean of samples: \(ofMean)")
      // Samples differ from each other by what is not known.
      #expect((samples[0][absent] - samples[1][absent]).square().mean().item() > 0.01)
    }
  }

  @Test func sameSeedSameMachine() throws {
    var pretraining = MultimodalBoltzmannMachine.Pretraining()
    pretraining.epochs = 2
    let states = try ([7, 7, 8] as [UInt64]).map { seed in
      let machine = MultimodalBoltzmannMachine(
        widths: [6, 8], hidden: 8, output: 8, pretraining: pretraining, generator: Generator(seed: 1))
      try machine.pretrain(
        on: SharedLatent(count: 64, seed: 1).inputs, present: nil, generator: Generator(seed: seed))
      return machine.state()
    }
    #expect(states[0].allSatisfy { states[1][$0]!.floats == $1.floats })
    #expect(states[0].contains { states[2][$0]!.floats != $1.floats })
  }

  @Test func stopsWhenAsked() {
    let machine = MultimodalBoltzmannMachine(widths: [6, 8], hidden: 4, output: 4, generator: Generator(seed: 1))
    let cancellation = Cancellation()
    cancellation.cancel()
    #expect(throws: TrainingCancelled(epoch: 0, step: 0)) {
      try machine.pretrain(
        on: SharedLatent(count: 64, seed: 1).inputs, present: nil, generator: Generator(seed: 7),
        cancellation: cancellation)
    }
  }

  /// What never changes, and a modality that nobody has, leave the machine finite.
  @Test func nothingToLearnFrom() throws {
    var pretraining = MultimodalBoltzmannMachine.Pretraining()
    pretraining.epochs = 2
    let machine = MultimodalBoltzmannMachine(
      widths: [2, 3], hidden: 4, output: 4, pretraining: pretraining, generator: Generator(seed: 1))
    let inputs = [Tensor.ones([20, 2]) * 5, Tensor.randn([20, 3], generator: Generator(seed: 2))]
    let present = mask(Array(repeating: [true, false], count: 20))
    try machine.pretrain(on: inputs, present: present, generator: Generator(seed: 3))
    #expect(machine.state().values.allSatisfy { $0.isFinite().all().item() == 1 })
    #expect(machine(inputs, present: nil).isFinite().all().item() == 1)
  }

  /// What learns the task gives at first what the mean field of the machine ends in, at either depth and whatever is absent.
  @Test(arguments: kinds.indices) func recognitionStartsFromTheMachine(_ number: Int) {
    let kind = Self.kinds[number]
    let machine = tiny(kind)
    machine.recognition.assign(machine.pathways, biases: machine.biases.map(\.value))
    let inputs = inputs(kind.isGaussian)
    for present in [nil, mask([[true, true], [true, false], [true, true], [false, true]])] {
      let expected = machine.inferred(inputs, present: present).levels.last!
      expectClose(machine(inputs, present: present), expected, tolerance: 1e-8)
      #expect((expected[0] - expected[1]).abs().max().item() > 1e-3)
    }
  }

  /// Learning the task moves the network and leaves the machine.
  @Test func taskLeavesTheMachine() throws {
    let machine = try Self.learnt()
    let (inputs, before) = (SharedLatent(count: 64, seed: 5), machine.state())
    let arena = try Arena(machine)
    let optimizer = OptimizerKind.adam.make(arena, weightDecay: 0)
    let task = TaskLoss(head: nil, criterion: .crossEntropy(), target: inputs.classes)
    for _ in 0..<3 {
      arena.backward(training(with: Generator(seed: 3)) { machine.objective(inputs.inputs, present: nil, task: task) })
      optimizer.step(learningRate: 1e-3)
    }
    for (name, tensor) in machine.state() {
      let moved = (tensor - before[name]!).abs().max().item()
      #expect(name.hasPrefix("recognition") ? moved > 1e-4 : moved == 0, "\(name) moved by \(moved)")
    }
  }
}
