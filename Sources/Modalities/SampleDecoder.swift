public import Foundation
import Tensors

/// One sample of one modality as it came out of its file.
struct DecodedSample {
  /// `[D]`, `[T, D]` or `[C, H, W]`.
  var shape: [Int]
  var values: [Float]
}

extension ModalitySpecification {
  /// Reads the file of one sample: picture, sound, or numbers (`.npy`, `.npz`, `.safetensors`, `.csv`).
  ///
  /// - Throws: `InputError` without a file name; the caller knows how the user called the file.
  func decode(_ url: URL) throws -> DecodedSample {
    do {
      let sample: DecodedSample
      switch kind {
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
    guard let size, let channels else { preconditionFailure("an image without size and channels") }
    let values = try MediaFile.image(url, height: size[0], width: size[1], channels: channels)
    return DecodedSample(shape: [channels] + size, values: values)
  }

  private func sound(_ url: URL) throws -> DecodedSample {
    guard let rate else { preconditionFailure("sound without a rate") }
    guard features == .waveform else { throw InputError("log-mel and MFCC features are not built yet") }
    let samples = try MediaFile.audio(url, rate: rate)
    return DecodedSample(shape: [samples.count, 1], values: samples)
  }

  private func numbers(_ url: URL) throws -> DecodedSample {
    let tensor = try ArrayFile.read(url, name: url.lastPathComponent, member: array).to(DType.float32)
    var shape = tensor.shape
    // A table with one row is a vector, a vector of numbers a sequence of one number a frame.
    if kind == .vector, shape.count == 2, shape[0] == 1 { shape.removeFirst() }
    if kind == .sequence, shape.count == 1 { shape.append(1) }
    guard shape.count == (kind == .vector ? 1 : 2), !shape.contains(0) else {
      throw InputError(
        "has shape \(tensor.shape); one sample of kind \(kind.rawValue) is \(kind == .vector ? "[D]" : "[T, D]")")
    }
    return DecodedSample(shape: shape, values: tensor.floats)
  }

  private func cut(_ sample: DecodedSample) -> DecodedSample {
    guard isSequence, let maximumLength, sample.shape[0] > maximumLength else { return sample }
    return DecodedSample(
      shape: [maximumLength, sample.shape[1]], values: Array(sample.values.prefix(maximumLength * sample.shape[1])))
  }
}

/// A sample that is not part of a data set: one file per modality; a modality without one is absent.
public struct NewSample: Sendable {
  public var id: String
  public var files: [String: URL]

  public init(id: String, files: [String: URL]) {
    self.id = id
    self.files = files
  }
}

/// Turns files of new samples into a batch that fits a trained model.
public struct SampleDecoder: Sendable {
  public let manifest: Manifest
  /// `Dataset.featureShapes` of the data the model was trained on.
  public let featureShapes: [String: [Int]]

  public init(manifest: Manifest, featureShapes: [String: [Int]]) {
    self.manifest = manifest
    self.featureShapes = featureShapes
  }

  /// Reads the files; the values are as in the data set, before normalisation.
  ///
  /// - Throws: `InputError` naming the file, for a modality that the model lacks, a sample without any modality, or
  ///   numbers of another shape than those of the training data.
  public func batch(_ samples: [NewSample]) throws -> Batch {
    guard !samples.isEmpty else { throw InputError("no sample given") }
    for sample in samples {
      for name in sample.files.keys.sorted() where manifest.modalities[name] == nil {
        throw InputError(
          at: sample.id, "unknown modality \"\(name)\"; the model has \(manifest.modalityNames.quotedList)")
      }
      guard !sample.files.isEmpty else {
        throw InputError(at: sample.id, "no modality given; at least one of \(manifest.modalityNames.quotedList)")
      }
    }
    var inputs: [String: ModalityInput] = [:]
    for (name, specification) in manifest.modalities {
      guard let expected = featureShapes[name] else { preconditionFailure("no feature shape of modality \(name)") }
      let decoded = try samples.map { sample in
        try sample.files[name].map { try decode($0, specification, expected: expected, name: name) }
      }
      let data = ModalityData(assembling: decoded, featureShape: expected, isSequence: specification.isSequence)
      inputs[name] = data.gather(Array(samples.indices))
    }
    return Batch(inputs: inputs, ids: samples.map(\.id))
  }

  private func decode(
    _ url: URL, _ specification: ModalitySpecification, expected: [Int], name: String
  ) throws -> DecodedSample {
    do {
      let sample = try specification.decode(url)
      let found = specification.isSequence ? Array(sample.shape.dropFirst()) : sample.shape
      guard found == expected else {
        throw InputError(
          "\(specification.isSequence ? "frames of shape" : "shape") \(found); the model expects \(expected) "
            + "for modality \"\(name)\"")
      }
      return sample
    } catch var error as InputError {
      error.file = url.path
      throw error
    }
  }
}

extension ModalityData {
  /// Joins samples of the same feature shape; nil is an absent one. Sequences are padded with zeros.
  init(assembling samples: [DecodedSample?], featureShape: [Int], isSequence: Bool) {
    let lengths = isSequence ? samples.map { $0?.shape[0] ?? 1 } : nil
    let shape = [samples.count] + (lengths.map { [$0.max() ?? 1] } ?? []) + featureShape
    let stride = shape.dropFirst().reduce(1, *)
    var values = [Float](repeating: 0, count: samples.count * stride)
    values.withUnsafeMutableBufferPointer { values in
      for (row, sample) in samples.enumerated() {
        guard let sample else { continue }
        let start = row * stride
        _ = UnsafeMutableBufferPointer(rebasing: values[start..<start + sample.values.count])
          .update(fromContentsOf: sample.values)
      }
    }
    self.init(
      values: Tensor(values, shape: shape), lengths: lengths, present: samples.map { $0 != nil })
  }
}
