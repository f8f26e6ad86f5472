public import Foundation
import Tensors

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
      let decoder = try FileDecoder(specification, named: name)
      let decoded = try samples.map { sample in
        try sample.files[name].map { try decode($0, decoder, expected: expected, name: name) }
      }
      let data = ModalityData(assembling: decoded, featureShape: expected, isSequence: specification.isSequence)
      inputs[name] = data.gather(Array(samples.indices))
    }
    return Batch(inputs: inputs, ids: samples.map(\.id))
  }

  private func decode(
    _ url: URL, _ decoder: FileDecoder, expected: [Int], name: String
  ) throws -> DecodedSample {
    do {
      let sample = try decoder.decode(url)
      let isSequence = decoder.specification.isSequence
      let found = isSequence ? Array(sample.shape.dropFirst()) : sample.shape
      guard found == expected else {
        throw InputError(
          "\(isSequence ? "frames of shape" : "shape") \(found); the model expects \(expected) "
            + "for modality \"\(name)\"")
      }
      return sample
    } catch var error as InputError {
      error.file = url.path
      throw error
    }
  }
}
