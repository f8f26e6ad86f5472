import Foundation
import InformationTheory
import Tensors
import Testing

@testable import Coordination

@Suite struct CanonicalCorrelationAnalysisTests {
  typealias Analysis = CanonicalCorrelationAnalysis

  // MARK: Published numbers

  @Test func linnerud() throws {
    let golden = try Golden.load("linnerud")
    let analysis = try Analysis(fitting: golden["x"]!, golden["y"]!)
    expectClose(analysis.correlations, [0.7956081544, 0.2005560411, 0.0725702862], tolerance: 5e-11)
    expectClose(analysis.singularValues, analysis.correlations, tolerance: 1e-13)
    let test = try analysis.significance()[0]
    #expect(abs(test.wilks - 0.3503905334) < 5e-11)
    #expect(abs(try #require(test.f) - 2.0482335335) < 5e-11)
    #expect(abs(test.fProbability - 0.0635309382) < 5e-11)
    #expect(abs(try #require(test.chiSquared) - 16.254957523) < 5e-10)
    #expect(test.chiSquaredDegrees == 9 && test.fDegrees[0] == 9)
  }

  @Test func linnerudShrunk() throws {
    let golden = try Golden.load("linnerud")
    let analysis = try Analysis(
      fitting: golden["x"]!, golden["y"]!, .init(scaling: .standardised, regularisation: .shrinkage(0.1)))
    expectClose(analysis.singularValues, [0.7337127, 0.1664442, 0.0639438], tolerance: 5e-8)
    expectClose(analysis.correlations, [0.7639540531, 0.2012267230, 0.0725728547], tolerance: 5e-11)
    #expect(throws: UsageError.self) { try analysis.significance() }
  }

  @Test func waves() throws {
    let analysis = try Analysis(fitting: Golden.waves[0], Golden.waves[1])
    expectClose(analysis.correlations, [0.986340198, 0.048595904], tolerance: 5e-10)
  }

  @Test func tailsOfDistributions() throws {
    let golden = try Golden.load("tails")
    let f = [(2.05, 9.0, 34.2), (0.1, 3.0, 5.0), (40.0, 2.0, 100.0), (1.0, 1.0, 1.0)]
    expectClose(f.map { Distribution.fAbove($0.0, $0.1, $0.2) }, golden["f"]!.doubles, tolerance: 1e-14)
    let chi = [(16.25, 9.0), (0.01, 4.0), (200.0, 3.0), (5.0, 50.0)]
    expectClose(chi.map { Distribution.chiSquaredAbove($0.0, $0.1) }, golden["chi"]!.doubles, tolerance: 1e-14)
  }

  // MARK: What the answer means

  static let regularisations: [ViewRegularisation] = [.none, .ridge(0.3), .shrinkage(0.2)]

  @Test(arguments: regularisations) func whitensAndPairs(regularisation: ViewRegularisation) throws {
    let views = related(80, [5, 4])
    let analysis = try Analysis(fitting: views[0], views[1], .init(regularisation: regularisation))
    let weights = analysis.weights
    for view in 0..<2 {
      let centred = views[view] - views[view].mean(axes: [0])
      let covariance = centred.transposed(0, 1).matmul(centred) * (1.0 / 79)
      let identity = Tensor.eye(covariance.shape[0], dtype: .float64)
      let metric: Tensor
      switch regularisation {
      case .none: metric = covariance
      case .ridge(let ridge): metric = covariance + identity * ridge
      case .shrinkage(let part): metric = covariance * (1 - part) + identity * part
      }
      expectClose(
        weights[view].transposed(0, 1).matmul(metric).matmul(weights[view]), .eye(4, dtype: .float64), tolerance: 1e-11)
    }
    let (u, v) = (analysis.transform(views[0], .first), analysis.transform(views[1], .second))
    expectClose(
      u.transposed(0, 1).matmul(v) * (1.0 / 79), Tensor(analysis.singularValues).diagonalMatrix(), tolerance: 1e-11)
    for component in 0..<4 {
      let (a, b) = (u.select(axis: 1, index: component), v.select(axis: 1, index: component))
      #expect(abs(correlation(a, b) - analysis.correlations[component]) < 1e-12)
      #expect(analysis.correlations[component] >= 0)
      for column in 0..<5 {
        let x = views[0].select(axis: 1, index: column)
        #expect(abs(correlation(x, a) - analysis.loadings[0][column, component].item()) < 1e-11)
        #expect(abs(correlation(x, b) - analysis.crossLoadings[0][column, component].item()) < 1e-11)
      }
    }
    // The sign rule.
    let scaled = weights[0] * views[0].standardDeviation(axes: [0]).unsqueezed(1)
    for component in 0..<4 {
      let column = scaled.select(axis: 1, index: component).doubles
      #expect(column.max(by: { abs($0) < abs($1) })! > 0)
    }
  }

  @Test func fewerComponentsAreTheFirst() throws {
    let views = related(50, [6, 4])
    let all = try Analysis(fitting: views[0], views[1])
    let two = try Analysis(fitting: views[0], views[1], .init(components: 2))
    expectClose(two.weights[0], all.weights[0][.all, 0..<2], tolerance: 1e-12)
    expectClose(two.correlations, Array(all.correlations.prefix(2)), tolerance: 1e-14)
    expectClose(try two.significance().map(\.wilks), try all.significance().prefix(2).map(\.wilks), tolerance: 1e-13)
  }

  /// With every component the prediction is the regression of one view on the other.
  @Test func predictsAsRegressionDoes() throws {
    let views = related(60, [3, 5])
    let analysis = try Analysis(fitting: views[1], views[0])
    let design = Tensor.concatenated([views[0], .ones([60, 1], dtype: .float64)], axis: 1)
    let regression = design.matmul(design.leastSquares(views[1]))
    expectClose(analysis.predictOther(views[0], from: .second), regression, tolerance: 1e-10)
    #expect(analysis.predictOther(views[1], from: .first).shape == [60, 3])
  }

  @Test func affineMapsChangeNoCorrelation() throws {
    let views = related(60, [4, 3])
    let mixed = views[0].matmul(samples(4, 4, seed: 77)) + 1000
    let analysis = try Analysis(fitting: views[0], views[1])
    expectClose(try Analysis(fitting: mixed, views[1]).correlations, analysis.correlations, tolerance: 1e-9)
    expectClose(
      try Analysis(fitting: views[0] * Tensor([1e-6, 1, 1e3, 1e6]), views[1]).correlations, analysis.correlations,
      tolerance: 1e-10)
  }

  // MARK: Data that have no ordinary answer

  /// Columns that depend on others add nothing, whatever their number.
  @Test(arguments: [DType.float64, .float32]) func collinearAndConstantColumnsAddNothing(dtype: DType) throws {
    let views = related(70, [4, 3]).map { $0.to(dtype) }
    let tolerance = dtype == .float64 ? 1e-9 : 1e-4
    let plain = try Analysis(fitting: views[0], views[1])
    let sum = views[0].sum(axes: [1], keepingDimensions: true)
    let odd = Tensor.concatenated(
      [views[0], sum, views[0][.all, 0..<2], .full([70, 1], 0.1, dtype: dtype)], axis: 1)
    let analysis = try Analysis(fitting: odd, views[1])
    #expect(analysis.ranks == [4, 3])
    expectClose(analysis.correlations, plain.correlations, tolerance: tolerance)
    expectClose(
      analysis.transform(odd, .first), plain.transform(views[0], .first) * signs(analysis, plain, odd, views[0]),
      tolerance: 30 * tolerance)
    expectClose(
      analysis.predictOther(odd, from: .first), plain.predictOther(views[0], from: .first), tolerance: 10 * tolerance)
    #expect(analysis.loadings[0].select(axis: 0, index: 7).doubles.allSatisfy { $0 == 0 })
    expectFinite(analysis)
  }

  private func signs(_ a: Analysis, _ b: Analysis, _ x: Tensor, _ y: Tensor) -> Tensor {
    (a.transform(x, .first) * b.transform(y, .first)).sum(axes: [0]).sign()
  }

  /// With as many dimensions as samples anything can be made to correlate: every correlation is 1, and nothing is NaN.
  @Test func moreColumnsThanSamples() throws {
    let views = [samples(12, 40, seed: 1), samples(12, 25, seed: 2)]
    let analysis = try Analysis(fitting: views[0], views[1])
    #expect(analysis.ranks == [11, 11])
    expectClose(analysis.correlations, Array(repeating: 1, count: 11), tolerance: 1e-10)
    #expect(throws: UsageError.self) { try analysis.significance() }
    let shrunk = try Analysis(fitting: views[0], views[1], .init(regularisation: .shrinkage(0.5)))
    expectFinite(shrunk)
    #expect(shrunk.correlations.allSatisfy { $0 <= 1 })
    // The same by the covariances themselves.
    func metric(_ x: Tensor) -> (Tensor, Tensor) {
      let centred = x - x.mean(axes: [0])
      let covariance = centred.transposed(0, 1).matmul(centred) * (1.0 / 11)
      let (values, vectors) = (covariance * 0.5 + Tensor.eye(x.shape[1], dtype: .float64) * 0.5).eigh()
      return (centred, vectors.matmul((vectors * values.rsqrt()).transposed(0, 1)))
    }
    let ((x, wx), (y, wy)) = (metric(views[0]), metric(views[1]))
    let expected = wx.matmul(x.transposed(0, 1)).matmul(y).matmul(wy) * (1.0 / 11)
    expectClose(Array(expected.svd().s.doubles.prefix(11)), shrunk.singularValues, tolerance: 1e-10)
  }

  /// Random sizes with every defect: the right answer or a refusal, never NaN.
  @Test(arguments: 0..<60) func neverNaN(trial: Int) throws {
    var random = SplitMix(state: UInt64(trial))
    let count = 2 + random.next(30)
    var views = (0..<2).map { view in
      let x = samples(count, 1 + random.next(20), seed: UInt64(trial * 2 + view))
      switch random.next(6) {
      case 0: return Tensor.concatenated([x, x], axis: 1)
      case 1: return Tensor.concatenated([x, x.onesLike() * 3], axis: 1)
      case 2: return Tensor.concatenated([x, x.matmul(samples(x.shape[1], 3, seed: 9))], axis: 1)
      case 3: return x.onesLike()
      case 4: return x * 1e-150
      default: return x * 1e6 + 1e7
      }
    }
    if random.next(3) == 0 {
      views = views.map { Tensor.concatenated([$0, $0, $0], axis: 0) }
    }
    let regularisation: ViewRegularisation = [.none, .ridge(1e-3), .shrinkage(0.3), .shrinkage(1)][random.next(4)]
    for scaling in ViewScaling.allCases {
      do {
        let analysis = try Analysis(
          fitting: views[0], views[1], .init(scaling: scaling, regularisation: regularisation))
        expectFinite(analysis)
        let (u, v) = (analysis.transform(views[0], .first), analysis.transform(views[1], .second))
        for (component, found) in analysis.correlations.enumerated() {
          let expected = correlation(u.select(axis: 1, index: component), v.select(axis: 1, index: component))
          if expected.isFinite && found > 1e-6 { #expect(abs(found - expected) < 1e-5) }
        }
      } catch let error as InputError {
        #expect(error.problem.contains("constant"))
        #expect(
          views.contains { view in
            (view - view.mean(axes: [0])).abs().max().item() <= 1e-12 * view.abs().max().item()
          })
      }
    }
  }

  @Test func refusesWhatHasNoAnswer() throws {
    let x = samples(10, 3, seed: 1)
    #expect(throws: InputError.self) { try Analysis(fitting: x, samples(9, 3, seed: 2)) }
    #expect(throws: InputError.self) { try Analysis(fitting: x, Tensor.zeros([10, 0], dtype: .float64)) }
    #expect(throws: InputError.self) { try Analysis(fitting: x, Tensor.ones([10, 2], dtype: .float64)) }
    #expect(throws: InputError.self) { try Analysis(fitting: x[0..<1], x[0..<1]) }
    #expect(throws: InputError.self) { try Analysis(fitting: x[0..<0], x[0..<0]) }
    #expect(throws: UsageError.self) { try Analysis(fitting: x, x, .init(components: 4)) }
    #expect(throws: UsageError.self) { try Analysis(fitting: x, x, .init(components: 0)) }
    #expect(throws: UsageError.self) { try Analysis(fitting: x, x, .init(regularisation: .shrinkage(1.5))) }
    #expect(throws: UsageError.self) { try Analysis(fitting: x, x, .init(regularisation: .ridge(-1))) }
    let broken = x.cloned()
    broken[4].fill_(.nan)
    let error = #expect(throws: InputError.self) { try Analysis(fitting: x, broken) }
    #expect(error?.place == "view 2, row 5")
  }

  /// A view with itself: correlations of exactly 1, which the tests take as they are.
  @Test func aViewWithItself() throws {
    let x = samples(30, 3, seed: 1)
    let analysis = try Analysis(fitting: x, x)
    expectClose(analysis.correlations, [1, 1, 1], tolerance: 1e-12)
    for test in try analysis.significance() {
      #expect(test.wilks < 1e-20 && test.fProbability < 1e-20 && (test.f ?? .infinity) > 1e6)
    }
  }

  private func expectFinite(_ analysis: Analysis) {
    let tensors = analysis.weights + analysis.loadings + analysis.crossLoadings + analysis.means
    #expect(tensors.allSatisfy { $0.isFinite().all().item() == 1 })
    #expect(analysis.correlations.allSatisfy { $0.isFinite && abs($0) <= 1 })
    #expect(analysis.singularValues.allSatisfy { $0.isFinite && $0 >= 0 })
  }
}

@Suite struct ViewMomentsTests {
  /// Batches of odd sizes, far from the origin, give what all samples at once give.
  @Test func streamsLikeTheWhole() throws {
    let views = related(3000, [5, 4]).map { $0 + 1e4 }
    var moments = ViewMoments(widths: [5, 4])
    var start = 0
    for size in [1, 7, 992, 1500, 0, 500] {
      try moments.add(views.map { $0.narrow(axis: 0, start: start, length: size) })
      start += size
    }
    #expect(moments.count == 3000)
    let whole = try CanonicalCorrelationAnalysis(fitting: views[0], views[1])
    let streamed = try CanonicalCorrelationAnalysis(fitting: moments)
    expectClose(streamed.correlations, whole.correlations, tolerance: 1e-10)
    expectClose(streamed.weights[0], whole.weights[0], tolerance: 1e-8)
    expectClose(streamed.loadings[1], whole.loadings[1], tolerance: 1e-9)
  }

  @Test func collinearColumnsOfAStream() throws {
    let views = related(500, [4, 3])
    let odd = Tensor.concatenated([views[0], views[0].sum(axes: [1], keepingDimensions: true)], axis: 1)
    var moments = ViewMoments(widths: [5, 3])
    try moments.add([odd, views[1]])
    let streamed = try CanonicalCorrelationAnalysis(fitting: moments)
    #expect(streamed.ranks == [4, 3])
    expectClose(
      streamed.correlations, try CanonicalCorrelationAnalysis(fitting: views[0], views[1]).correlations,
      tolerance: 1e-8)
  }

  @Test func refusesBadBatchesWhole() throws {
    var moments = ViewMoments(widths: [2, 2])
    try moments.add([samples(5, 2, seed: 1), samples(5, 2, seed: 2)])
    #expect(throws: InputError.self) { try moments.add([samples(5, 2, seed: 1), samples(4, 2, seed: 2)]) }
    #expect(throws: InputError.self) {
      try moments.add([samples(5, 2, seed: 1), .full([5, 2], .infinity, dtype: .float64)])
    }
    #expect(moments.count == 5)
    #expect(throws: InputError.self) { try CanonicalCorrelationAnalysis(fitting: ViewMoments(widths: [2, 2])) }
  }
}

/// A small source of random whole numbers.
struct SplitMix {
  var state: UInt64

  mutating func next(_ bound: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return Int((z ^ (z >> 31)) % UInt64(bound))
  }
}

/// Pearson's correlation written out.
func correlation(_ a: Tensor, _ b: Tensor) -> Double {
  let (x, y) = (a - a.mean(), b - b.mean())
  return (x * y).sum().item() / (x.norm().item() * y.norm().item())
}

@Suite struct MfeatCorrelationTests {
  static let folder: URL = {
    if let shared = ProcessInfo.processInfo.environment["CHIASM_SHARED"] {
      return URL(filePath: shared).appending(path: "data/mfeat")
    }
    return URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../shared/data/mfeat")
  }()

  /// Published correlations of two views of the research copy.
  @Test(.enabled(if: FileManager.default.fileExists(atPath: folder.path), "needs ../shared/data/mfeat"))
  func fourierAndKarhunen() throws {
    let views = try ["fou", "kar"].map { view in
      let text = try String(contentsOf: Self.folder.appending(path: "mfeat-\(view).csv"), encoding: .utf8)
      let lines = text.split(whereSeparator: \.isNewline).dropFirst()
      let cells = lines.map { $0.split(separator: ",").dropLast().map { Double(String($0))! } }
      return Tensor(cells.flatMap { $0 }, shape: [cells.count, cells[0].count])
    }
    let analysis = try CanonicalCorrelationAnalysis(fitting: views[0], views[1], .init(components: 3))
    expectClose(analysis.correlations, [0.92276413, 0.89065514, 0.84067079], tolerance: 5e-9)
  }
}
