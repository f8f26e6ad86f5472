import Foundation
import Tensors

/// One sample of one modality as it came out of its file.
struct DecodedSample {
  /// `[D]`, `[T, D]` or `[C, H, W]`.
  var shape: [Int]
  var values: [Float]
  /// The same, where the file has more digits.
  var exact: [Double]?
  /// What is odd about a sound; nil where nothing is.
  var finding: SoundFinding?
}

/// Reads the file of one sample: picture, sound, or numbers (`.npy`, `.npz`, `.safetensors`, `.csv`).
struct FileDecoder: Sendable {
  let specification: ModalitySpecification
  /// For log-mel and MFCC.
  private let features: AudioFeatures?

  /// - Throws: `InputError` naming the key of the manifest when no features can be made as it says.
  init(_ specification: ModalitySpecification, named name: String) throws {
    self.specification = specification
    guard specification.kind == .audio, specification.features != .waveform else {
      features = nil
      return
    }
    guard let rate = specification.rate, let bands = specification.bands else {
      preconditionFailure("sound without a rate or bands: \(specification)")
    }
    do {
      features = try AudioFeatures(rate: rate, bands: bands)
    } catch let error as InputError {
      throw InputError(file: Manifest.fileName, at: "modalities.\(name)", error.problem)
    }
  }

  /// - Throws: `InputError` without a file name; the caller knows how the user called the file.
  func decode(_ url: URL) throws -> DecodedSample {
    do {
      let sample: DecodedSample
      switch specification.kind {
      case .image: sample = try image(url)
      case .audio: sample = try sound(url)
      case .vector, .sequence: sample = try numbers(url)
      }
      guard sample.values.allSatisfy(\.isFinite) else {
        let position = sample.values.firstIndex { !$0.isFinite } ?? 0
        throw InputError(at: "number \(position + 1)", "\(sample.values[position]) is not finite")
      }
      return cut(sample)
    } catch var error as InputError {
      error.file = nil
      throw error
    }
  }

  private func image(_ url: URL) throws -> DecodedSample {
    guard let size = specification.size, let channels = specification.channels else {
      preconditionFailure("an image without size and channels: \(specification)")
    }
    let values = try MediaFile.image(url, height: size[0], width: size[1], channels: channels)
    return DecodedSample(shape: [channels] + size, values: values)
  }

  private func sound(_ url: URL) throws -> DecodedSample {
    let sound = try DecodedSound(url, rate: specification.rate ?? 0, channels: 1)
    let finding = try SoundFinding.of(sound, in: url)
    let samples = sound.samples
    guard let features else { return DecodedSample(shape: [samples.count, 1], values: samples, finding: finding) }
    let frames =
      try specification.coefficients.map { try features.mfcc(Tensor(samples), coefficients: $0) }
      ?? features.logMel(Tensor(samples))
    return DecodedSample(shape: frames.shape, values: frames.floats, finding: finding)
  }

  /// Bytes of what `decode` would return, as the head of the file declares it, and those that decoding takes on the way;
  /// 0 where the head does not say.
  ///
  /// Damage is not looked for: `decode` names it.
  func declaredBytes(_ url: URL) -> (result: Int, decoding: Int) {
    let number = MemoryLayout<Float>.size
    switch specification.kind {
    case .image:
      let result = MemoryBudget.bytes([specification.channels ?? 1, number] + (specification.size ?? []))
      // A frame of up to 16 bits in four channels, and one of 8 bits in four.
      return (result, MemoryBudget.bytes([(try? MediaFile.declaredPixels(url)) ?? 0, 12]))
    case .audio:
      let seconds = (try? MediaFile.declaredSeconds(url)) ?? 0
      let samples = Int(min(seconds * Double(specification.rate ?? 0), 1e15))
      let frames = features.map { $0.frameCount(samples) } ?? samples
      let kept = min(frames, specification.maximumLength ?? frames)
      let width = specification.coefficients ?? features?.bands ?? 1
      return (MemoryBudget.bytes([kept, width, number]), MemoryBudget.bytes([samples, number]))
    case .vector, .sequence: return (0, 0)
    }
  }

  private func numbers(_ url: URL) throws -> DecodedSample {
    let tensor = try ArrayFile(
      url: url, name: url.lastPathComponent, member: specification.array, header: specification.header
    ).read()
    let kind = specification.kind
    var shape = tensor.shape
    // A table with one row is a vector, a vector of numbers a sequence of one number a frame.
    if kind == .vector, shape.count == 2, shape[0] == 1 { shape.removeFirst() }
    if kind == .sequence, shape.count == 1 { shape.append(1) }
    guard shape.count == (kind == .vector ? 1 : 2), !shape.contains(0) else {
      throw InputError(
        "has shape \(tensor.shape); one sample of kind \(kind.rawValue) is \(kind == .vector ? "[D]" : "[T, D]")")
    }
    let values = tensor.to(DType.float32).floats
    let exact = ArrayModalityReader.isWide(tensor.dtype) ? tensor.to(DType.float64).doubles : nil
    let isNarrow = exact.map { zip($0, values).allSatisfy { $0 == Double($1) } } ?? true
    return DecodedSample(shape: shape, values: values, exact: isNarrow ? nil : exact)
  }

  private func cut(_ sample: DecodedSample) -> DecodedSample {
    guard specification.isSequence, let maximum = specification.maximumLength, sample.shape[0] > maximum else {
      return sample
    }
    let count = maximum * sample.shape[1]
    return DecodedSample(
      shape: [maximum, sample.shape[1]], values: Array(sample.values.prefix(count)),
      exact: sample.exact.map { Array($0.prefix(count)) }, finding: sample.finding)
  }
}
