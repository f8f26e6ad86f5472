import Tensors

extension DigitsGenerator {
  /// Who speaks and what is drawn in one split.
  struct Cast {
    let split: Split
    let samples: Int
    let speakers: [String]
    let families: [[GlyphRenderer.Face]]
  }

  /// Shares speakers and font families out: three fifths to train, a fifth each to validation and test.
  func casts(engine: SpeechSynthesizer, fonts: FontCollection, _ random: inout SplitMix64) throws -> [Cast] {
    let installed = Set(engine.variants())
    if let missing = options.voices.first(where: { !installed.contains($0) }) {
      throw UsageError(
        "voices: espeak-ng has no variant \"\(missing)\"; `ls \(engine.dataFolder.path)/voices/!v` lists them")
    }
    let wanted = options.voices.isEmpty ? DigitVoices.speakers.filter(installed.contains) : options.voices
    guard wanted.count >= 3 else {
      throw InputError("espeak-ng has \(wanted.count) usable voice variants; 3 are needed")
    }
    let speakers = Self.shares(random.shuffled(Array(Set(wanted)).sorted()))
    let families = Self.shares(random.shuffled(fonts.families))
    let counts = Self.shares(Array(0..<options.samples)).map(\.count)
    return Split.allCases.enumerated().map { index, split in
      Cast(split: split, samples: counts[index], speakers: speakers[index], families: families[index])
    }
  }

  /// Three fifths, a fifth and a fifth, none empty.
  static func shares<Element>(_ elements: [Element]) -> [[Element]] {
    let fifth = max(1, elements.count / 5)
    let train = elements.count - 2 * fifth
    return [Array(elements[..<train]), Array(elements[train..<train + fifth]), Array(elements[(train + fifth)...])]
  }
}
