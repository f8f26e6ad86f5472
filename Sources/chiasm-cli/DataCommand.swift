import ArgumentParser
import Chiasm
import Foundation

struct DataCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data", abstract: "Make or check a data set.", discussion: "Example: chiasm data inspect mosi",
    subcommands: [InspectCommand.self, SyntheticCommand.self, DigitsCommand.self])
}

struct SyntheticCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "synthetic",
    abstract: "Make vectors of two or more modalities with known redundant, unique and synergistic information.",
    discussion: "Example: chiasm data synthetic xor --redundancy 0 --unique 0,0 --synergy 1")

  @Argument(help: "The folder to make.")
  var out: String
  @Option(help: "Bits about the target that every modality holds.")
  var redundancy = 1.0
  @Option(help: "Bits that only one modality holds, one number per modality.")
  var unique = "0,0"
  @Option(help: "Bits that only all modalities together hold (parity).")
  var synergy = 0.0
  @Option(help: "Number of samples over all splits.")
  var samples = 3000
  @Option(help: "Numbers in the vector of each modality.")
  var width = 16
  @Option(help: "Standard deviation of the noise on the vectors.")
  var noise = 0.2
  @Option(help: "Seed of everything random.")
  var seed: UInt64 = 0
  @OptionGroup var output: OutputOptions

  func run() throws {
    let unique = try list(self.unique) {
      Double($0)
    } else: { _ in
      "--unique is \"\(self.unique)\"; expected numbers such as 0,0.5"
    }
    let generator = try SyntheticGenerator(
      redundancy: redundancy, unique: unique, synergy: synergy, samples: samples, noise: noise, width: width, seed: seed
    )
    try output.checkWritable()
    try MakingJob(.synthetic(generator), in: out).run(progress: output.progress)
    try output.write(Made(made: out, samples: samples))
    output.show("made \(out): \(samples) samples, \(unique.count) modalities; next: chiasm compare \(out)")
  }
}

struct DigitsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "digits", abstract: "Make spoken and drawn digits: many voices, many fonts, noise in both.",
    discussion: "Example: chiasm data digits digits --samples 3000 --image-noise 0.3 --audio-noise 0.5")

  @Argument(help: "The folder to make.")
  var out: String
  @Option(help: "Number of samples over all splits.")
  var samples = DigitsOptions().samples
  @Option(help: "Standard deviation of the noise on pictures, whose pixels are 0 … 1.")
  var imageNoise = DigitsOptions().imageNoise
  @Option(help: "Largest share of a picture's height and width that is covered.")
  var occlusion = DigitsOptions().occlusion
  @Option(help: "Root mean square of the noise on sound over that of the voice.")
  var audioNoise = DigitsOptions().audioNoise
  @Option(help: "Voices of espeak-ng, comma-separated; many by default.")
  var voices: String?
  @Flag(help: "Replace a data set that is there.")
  var force = false
  @Option(help: "Seed of everything random.")
  var seed: UInt64 = 0
  @OptionGroup var output: OutputOptions

  func run() throws {
    try output.checkWritable()
    var options = DigitsOptions()
    options.samples = samples
    options.imageNoise = imageNoise
    options.occlusion = occlusion
    options.audioNoise = audioNoise
    options.voices = voices.map(list) ?? []
    options.seed = seed
    try MakingJob(.digits(options, force: force), in: out).run(progress: output.progress)
    try output.write(Made(made: out, samples: samples))
    output.show("made \(out): \(samples) samples; next: chiasm compare \(out)")
  }
}
