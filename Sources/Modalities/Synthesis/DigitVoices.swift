import CMedia
import Tensors

/// Spoken digits by many speakers: a speaker is a voice variant of espeak-ng, heard in several accents of English.
struct DigitVoices {
  static let words = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
  static let accents = ["en-us", "en", "en-gb-scotland", "en-gb-x-rp", "en-us-nyc", "en-gb-x-gbclan"]
  /// Variants that sound like people; the whispering, the robots and the jokes are left out.
  static let speakers = [
    "m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8", "f1", "f2", "f3", "f4", "f5", "croak", "klatt", "klatt2", "klatt3",
    "Alex", "Alicia", "Andrea", "Andy", "Annie", "Denis", "Diogo", "Gene", "Henrique", "Hugo", "Jacky", "Lee", "Marco",
    "Mario", "Michael", "Mike", "adam", "anika", "antonio", "aunty", "belinda", "benjamin", "boris", "caleb", "david",
    "ed", "edward", "grandma", "grandpa", "gustave", "iven", "john", "kaukovalta", "linda", "max", "michel", "miguel",
    "norbert", "pablo", "paul", "pedro", "quincy", "rob", "robert", "sandro", "shelby", "steph", "travis", "victor",
    "zac",
  ]

  /// The character that is drawn.
  static func digit(_ value: Int) -> Unicode.Scalar { Unicode.Scalar(UInt8(48 + value)) }

  let engine: SpeechSynthesizer
  let rate: Int
  /// Samples that a spoken digit may have at most.
  let longest: Int

  /// One digit at `rate`, without the silence around it; spoken faster where it would be too long.
  func speak(_ digit: Int, speaker: String, accent: String, _ random: inout SplitMix64) throws -> [Float] {
    var wordsPerMinute = Int(random.uniform(150...230))
    let pitch = Int(random.uniform(30...70))
    let seed = UInt32(truncatingIfNeeded: random.next())
    while true {
      let spoken = try engine.speak(
        Self.words[digit], voice: "\(accent)+\(speaker)", wordsPerMinute: wordsPerMinute, pitch: pitch, seed: seed)
      let samples = Self.trimmed(try resampled(spoken))
      if samples.count <= longest { return samples }
      guard wordsPerMinute < 450 else { return Array(samples.prefix(longest)) }
      wordsPerMinute = min(450, wordsPerMinute * 5 / 4)
    }
  }

  /// Without what is quieter than a fiftieth of the peak at both ends.
  static func trimmed(_ samples: [Float]) -> [Float] {
    let floor = samples.reduce(0) { max($0, abs($1)) } / 50
    guard let first = samples.firstIndex(where: { abs($0) > floor }),
      let last = samples.lastIndex(where: { abs($0) > floor })
    else { return samples }
    return Array(samples[first...last])
  }

  private func resampled(_ samples: [Float]) throws -> [Float] {
    var result: UnsafeMutablePointer<Float>?
    var count = 0
    try checkMedia { error in
      cmedia_resample(samples, samples.count, Int32(engine.sampleRate), Int32(rate), &result, &count, error)
    }
    defer { cmedia_free(result) }
    return Array(UnsafeBufferPointer(start: result, count: count))
  }
}
