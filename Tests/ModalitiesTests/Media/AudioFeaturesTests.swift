import Foundation
import Tensors
import Testing

@testable import Modalities

/// A case of Tests/Goldens/make_audio.py.
private struct AudioGolden: Decodable {
  let name: String, rate: Int, window: Int, hop: Int, size: Int, bands: Int, htk: Bool, norm: String?, taper: String
  let pad: String?, emphasis: Double, lowest: Double?, highest: Double?
  let frames: Int, logMel: [Float], mfcc: [Float], plain: [Float]

  static func load() throws -> [AudioGolden] {
    let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    return try JSONDecoder().decode(
      [AudioGolden].self, from: Data(contentsOf: tests.appending(path: "Goldens/audio.json")))
  }

  func features() throws -> AudioFeatures {
    try AudioFeatures(
      rate: rate, window: Double(window) / Double(rate), hop: Double(hop) / Double(rate), bands: bands,
      lowest: lowest ?? 0, highest: highest, transformSize: size, scale: htk ? .htk : .slaney,
      normalisation: norm == nil ? .peak : .area, windowFunction: WindowFunction(rawValue: taper) ?? .rectangular,
      placement: pad == nil ? .inside : pad == "reflect" ? .centredReflected : .centredSilent, preEmphasis: emphasis)
  }

  /// The formula of the script.
  var signal: Tensor {
    let count = Int(0.15 * Double(rate))
    return Tensor(
      (0..<count).map { index -> Float in
        let (i, t) = (Double(index), Double(index) / Double(rate))
        let rising = 0.4 * sin(2 * Double.pi * (300 * t + 4000 * t * t))
        let fixed = 0.2 * sin(2 * Double.pi * 1100 * t)
        return Float(rising + fixed + 0.05 * sin(12.9898 * i * i))
      })
  }
}

@Suite struct AudioFeaturesTests {
  private func difference(_ a: [Float], _ b: [Float]) -> Float {
    a.count == b.count ? zip(a, b).map { abs($0 - $1) }.max() ?? 0 : .infinity
  }

  @Test func agreesWithLibrosa() throws {
    for golden in try AudioGolden.load() {
      let features = try golden.features()
      let energies = try features.logMel(golden.signal)
      #expect(energies.shape == [golden.frames, golden.bands], "\(golden.name)")
      #expect(features.frameCount(golden.signal.count) == golden.frames, "\(golden.name)")
      #expect(difference(energies.floats, golden.logMel) < 1e-3, "\(golden.name)")
      let cepstra = try features.mfcc(golden.signal)
      #expect(cepstra.shape == [golden.frames, 13], "\(golden.name)")
      #expect(difference(cepstra.floats, golden.mfcc) < 2e-3, "\(golden.name)")
      let plain = try features.mfcc(golden.signal, orthonormal: false).floats
      #expect(difference(Array(plain.prefix(golden.plain.count)), golden.plain) < 2e-2, "\(golden.name)")
    }
  }

  @Test func batchesEqualSingleSounds() throws {
    let features = try AudioFeatures(rate: 8000, preEmphasis: 0.97)
    let golden = try #require(try AudioGolden.load().first)
    let (first, second) = (golden.signal, golden.signal * 0.5)
    let both = try features.logMel(Tensor.stacked([first, second])).floats
    let apart = try features.logMel(first).floats + features.logMel(second).floats
    #expect(difference(both, apart) < 1e-5)
    // Half the amplitude is a quarter of the energy.
    let quarter = Float(log(4.0))
    #expect(
      difference(try features.logMel(first).floats, try features.logMel(second).floats.map { $0 + quarter }) < 1e-3)
  }

  @Test func silenceIsTheFloor() throws {
    let energies = try AudioFeatures(rate: 8000, logFloor: 1e-8).logMel(Tensor.zeros([400]))
    #expect(energies.floats.allSatisfy { abs($0 - Float(log(1e-8))) < 1e-4 })
  }

  @Test(arguments: [0, 1, 199]) func refusesShortSound(count: Int) throws {
    let features = try AudioFeatures(rate: 8000)
    #expect(features.frameCount(count) == 0)
    let error = #expect(throws: InputError.self) { try features.logMel(Tensor([Float](repeating: 0.1, count: count))) }
    #expect(error?.problem.hasPrefix("\(count) samples") == true)
  }

  @Test func oneFrameIsEnough() throws {
    let energies = try AudioFeatures(rate: 8000, placement: .inside).logMel(Tensor([Float](repeating: 0.1, count: 200)))
    #expect(energies.shape == [1, 40])
    #expect(energies.floats.allSatisfy { $0.isFinite })
  }

  @Test func refusesSenselessOptions() {
    #expect(throws: InputError.self) { try AudioFeatures(rate: 8000, bands: 200) }
    #expect(throws: InputError.self) { try AudioFeatures(rate: 8000, bands: 0) }
    #expect(throws: InputError.self) { try AudioFeatures(rate: 0) }
    #expect(throws: InputError.self) { try AudioFeatures(rate: 8000, window: 1e-5) }
    #expect(throws: InputError.self) { try AudioFeatures(rate: 8000, highest: 5000) }
    #expect(throws: InputError.self) { try AudioFeatures(rate: 8000, transformSize: 128) }
    #expect(throws: InputError.self) { try AudioFeatures(rate: 8000, logFloor: 0) }
    #expect(throws: InputError.self) { try AudioFeatures(rate: 8000).mfcc(Tensor.zeros([400]), coefficients: 41) }
  }

  @Test(arguments: MelScale.allCases) func melScalesInvert(scale: MelScale) {
    for hertz in stride(from: 0.0, through: 8000, by: 50) {
      #expect(abs(scale.hertz(scale.mel(hertz)) - hertz) < 1e-6)
    }
    #expect(abs(scale.mel(1000) - (scale == .htk ? 999.9855 : 15)) < 1e-3)
  }
}
