import Foundation
import Tensors
import Testing

/// Network operations against loops written out.
@Suite struct NetworkTests {
  private let generator = Generator(seed: 21)
  private func random(_ shape: [Int]) -> Tensor { .randn(shape, dtype: .float64, generator: generator) }

  private func difference(_ a: Tensor, _ b: Tensor) -> Double { (a - b).abs().max().item() }

  @Test(arguments: [(1, 0, 1), (2, 1, 1), (1, 2, 2), (3, 2, 1)])
  func conv1d(_ stride: Int, _ padding: Int, _ dilation: Int) {
    let (x, w, b) = (random([2, 3, 11]), random([4, 3, 3]), random([4]))
    let padded = x.padded([padding, padding])
    let length = (11 + 2 * padding - dilation * 2 - 1) / stride + 1
    var expected: [Double] = []
    for sample in 0..<2 {
      for channel in 0..<4 {
        for t in 0..<length {
          var sum = b[channel].item()
          for c in 0..<3 {
            for k in 0..<3 { sum += padded[sample, c, t * stride + k * dilation].item() * w[channel, c, k].item() }
          }
          expected.append(sum)
        }
      }
    }
    let found = x.conv1d(w, bias: b, stride: stride, padding: padding, dilation: dilation)
    #expect(found.shape == [2, 4, length])
    #expect(difference(found, Tensor(expected, shape: found.shape)) < 1e-12)
  }

  @Test func conv2dIsConv1dForOneRow() {
    let (x, w) = (random([2, 3, 9]), random([4, 3, 3]))
    let flat = x.unsqueezed(2).conv2d(w.unsqueezed(2), padding: [0, 1])
    #expect(difference(flat.squeezed(2), x.conv1d(w, padding: 1)) < 1e-12)
  }

  @Test func poolsTakeTheirWindows() {
    let x = Tensor.arange(0, 16, dtype: .float64).reshaped([1, 1, 4, 4])
    #expect(x.maxPool2d(2).doubles == [5, 7, 13, 15])
    #expect(x.avgPool2d(2).doubles == [2.5, 4.5, 10.5, 12.5])
    #expect(x.adaptiveAveragePool2d([1, 1]).doubles == [7.5])
    #expect(x.reshaped([1, 4, 4]).maxPool1d(4).doubles == [3, 7, 11, 15])
    #expect(x.reshaped([1, 1, 16]).avgPool1d(4, stride: 4).doubles == [1.5, 5.5, 9.5, 13.5])
  }

  @Test func attentionIsSoftmaxOfScores() {
    let (q, k, v) = (random([2, 5, 8]), random([2, 7, 8]), random([2, 7, 8]))
    let mask = Tensor((0..<7).map { $0 < 4 }).reshaped([1, 1, 7]).expanded(to: [2, 5, 7])
    let scores = q.matmul(k.transposed()) / 8.0.squareRoot()
    let expected = scores.maskedFill(.!mask, -.infinity).softmax(axis: -1).matmul(v)
    #expect(difference(Tensor.scaledDotProductAttention(q, k, v, mask: mask), expected) < 1e-12)
  }

  @Test func normsHaveZeroMeanAndUnitVariance() {
    let x = random([6, 4, 5]) * 3 + 2
    let layer = x.layerNorm([5], epsilon: 0)
    #expect(layer.mean(axes: [2]).abs().max().item() < 1e-12)
    #expect(difference(layer.variance(axes: [2], unbiased: false), Tensor.ones([6, 4], dtype: .float64)) < 1e-12)
    let (mean, variance) = (Tensor.zeros([4], dtype: .float64), Tensor.ones([4], dtype: .float64))
    let batch = x.batchNorm(weight: nil, bias: nil, mean: mean, variance: variance, training: true, epsilon: 0)
    #expect(batch.mean(axes: [0, 2]).abs().max().item() < 1e-12)
    #expect(difference(mean, x.mean(axes: [0, 2]) * 0.1) < 1e-12, "running mean with momentum .1")
    #expect(difference(variance, x.variance(axes: [0, 2]) * 0.1 + 0.9) < 1e-12, "running variance is unbiased")
    let group = x.groupNorm(2, epsilon: 0).reshaped([6, 2, 10])
    #expect(group.mean(axes: [2]).abs().max().item() < 1e-12)
  }

  @Test func lstmFollowsItsEquations() {
    let (x, hidden) = (random([2, 4, 3]), 5)
    let parameters = [random([20, 3]), random([20, 5]), random([20]), random([20])]
    var h = Tensor.zeros([2, hidden], dtype: .float64)
    var c = h
    var states: [Tensor] = []
    for t in 0..<4 {
      let gates =
        x.select(axis: 1, index: t).linear(parameters[0], bias: parameters[2])
        + h.linear(parameters[1], bias: parameters[3])
      let (i, f, g, o) = (gates[.all, 0..<5], gates[.all, 5..<10], gates[.all, 10..<15], gates[.all, 15..<20])
      c = f.sigmoid() * c + i.sigmoid() * g.tanh()
      h = o.sigmoid() * c.tanh()
      states.append(h)
    }
    let zero = Tensor.zeros([1, 2, hidden], dtype: .float64)
    let found = x.lstm(hidden: zero, cell: zero, parameters: parameters)
    #expect(difference(found.output, Tensor.stacked(states, axis: 1)) < 1e-12)
    #expect(difference(found.cell.squeezed(0), c) < 1e-12)
  }

  @Test func gruFollowsItsEquations() {
    let x = random([2, 4, 3])
    let parameters = [random([15, 3]), random([15, 5]), random([15]), random([15])]
    var h = Tensor.zeros([2, 5], dtype: .float64)
    for t in 0..<4 {
      let a = x.select(axis: 1, index: t).linear(parameters[0], bias: parameters[2])
      let b = h.linear(parameters[1], bias: parameters[3])
      let r = (a[.all, 0..<5] + b[.all, 0..<5]).sigmoid()
      let z = (a[.all, 5..<10] + b[.all, 5..<10]).sigmoid()
      let n = (a[.all, 10..<15] + r * b[.all, 10..<15]).tanh()
      h = (1 - z) * n + z * h
    }
    let found = x.gru(hidden: Tensor.zeros([1, 2, 5], dtype: .float64), parameters: parameters)
    #expect(difference(found.hidden.squeezed(0), h) < 1e-12)
  }

  @Test func lossesByHand() {
    let logits = random([5, 3])
    let target = Tensor([0, 2, 1, 1, 0] as [Int])
    let logp = logits.logSoftmax(axis: 1)
    let picked = -logp.gather(axis: 1, target.unsqueezed(1)).squeezed(1)
    #expect(difference(logits.crossEntropy(target, reduction: .none), picked) < 1e-12)
    let weights = Tensor([1, 2, 3] as [Double])
    let w = weights.indexSelect(axis: 0, target)
    #expect(difference(logits.crossEntropy(target, weight: weights), (picked * w).sum() / w.sum()) < 1e-12)
    #expect(difference(logp.negativeLogLikelihood(target), picked.mean()) < 1e-12)
    let y = random([5, 3])
    #expect(difference(logits.meanSquaredError(y), (logits - y).square().mean()) < 1e-12)
    #expect(difference(logits.absoluteError(y, reduction: .sum), (logits - y).abs().sum()) < 1e-12)
    let p = y.sigmoid()
    let bce = -(p * logits.sigmoid().log() + (1 - p) * (1 - logits.sigmoid()).log())
    #expect(difference(logits.binaryCrossEntropyWithLogits(p), bce.mean()) < 1e-12)
    let q = y.softmax(axis: 1)
    #expect(difference(logp.klDivergence(q, reduction: .sum), (q * (q.log() - logp)).sum()) < 1e-12)
    #expect(
      difference(logits.cosineSimilarity(y), (logits * y).sum(axes: [1]) / (logits.norm(axes: [1]) * y.norm(axes: [1])))
        < 1e-12)
  }

  @Test func spectraOfCosines() {
    let n = 64
    let x = Tensor((0..<n).map { cos(2 * .pi * 5 * Double($0) / Double(n)) })
    let spectrum = x.rfft()
    #expect(spectrum.shape == [33] && spectrum.dtype == .complex128)
    let magnitude = spectrum.abs().doubles
    #expect(abs(magnitude[5] - 32) < 1e-9 && magnitude.enumerated().allSatisfy { $0 == 5 || $1 < 1e-9 })
    #expect(difference(spectrum.irfft(n: n), x) < 1e-12)
    let frames = x.stft(size: 16, hop: 8, window: .hannWindow(16, dtype: .float64), centred: false)
    #expect(frames.shape == [9, 7])
    let first = (x[0..<16] * .hannWindow(16, dtype: .float64)).rfft()
    #expect((frames[.all, 0] - first).abs().max().item() < 1e-12)
  }

  @Test func decompositionsMultiplyBack() {
    let x = random([6, 4])
    let (q, r) = x.qr()
    #expect(
      difference(q.matmul(r), x) < 1e-12 && difference(q.transposed().matmul(q), .eye(4, dtype: .float64)) < 1e-12)
    let (u, s, vh) = x.svd()
    #expect(difference((u * s).matmul(vh), x) < 1e-12)
    let symmetric = x.transposed().matmul(x)
    let (values, vectors) = symmetric.eigh()
    #expect(difference((vectors * values).matmul(vectors.transposed()), symmetric) < 1e-11)
    #expect(difference(s.square().flipped([0]), values) < 1e-11)
    let factor = symmetric.cholesky()
    #expect(difference(factor.matmul(factor.transposed()), symmetric) < 1e-12)
    let b = random([4, 2])
    #expect(difference(symmetric.matmul(symmetric.solve(b)), b) < 1e-9)
    #expect(difference(factor.choleskySolve(b), symmetric.solve(b)) < 1e-9)
    #expect(difference(factor.matmul(factor.triangularSolve(b, upper: false)), b) < 1e-10)
    #expect(difference(x.pseudoInverse().matmul(x), .eye(4, dtype: .float64)) < 1e-10)
    #expect(
      difference(x.leastSquares(random([6, 1])).norm(), x.leastSquares(Tensor.zeros([6, 1], dtype: .float64)).norm())
        > 0)
    #expect(difference(symmetric.logDeterminant(), values.log().sum()) < 1e-10)
  }
}
