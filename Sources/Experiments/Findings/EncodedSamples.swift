public import Modalities
public import Models
public import Quantification
public import Tensors

/// What a trained model makes of some samples when their modalities are recombined, replaced or left out.
///
/// Encoders run once; everything else happens above them.
public struct EncodedSamples {
  public let model: any Staged
  /// As `Staged.encode` gives them, in sorted order of modality names.
  public let encoded: [Tensor]
  /// Which samples have which modality, `[N, M]`; nil where all have all.
  public let present: Tensor?

  /// - Parameters:
  ///   - trained: whose encoders and fusion are used.
  ///   - dataset: normalised as the data that the model was trained on.
  ///   - indices: the samples, at least one.
  public init(_ trained: TrainedModel, of dataset: Dataset, _ indices: [Int]) {
    let dataset = dataset.keeping(trained.modalities)
    let model = trained.staged
    self.model = model
    (encoded, present) = withoutGradients { model.encode(indices.chunks(of: 256).lazy.map { dataset.batch($0) }) }
  }

  public var count: Int { encoded[0].shape[0] }

  /// A pass over sequences costs far more than one over vectors.
  public var isExpensive: Bool { model.readsSteps }

  /// Logits or standardised values `[N, K]` where only some modalities are there.
  ///
  /// - Parameters:
  ///   - isKept: whether each modality stays, in sorted order of names.
  ///   - imputation: of encodings: what stands for those that do not.
  public func outputs(keeping isKept: [Bool], _ imputation: MissingModalityTable.Imputation) -> Tensor {
    withoutGradients {
      let (values, told) = MissingModalityTable.imputed(encoded, keeping: isKept, imputation)
      guard let present else {
        return outputs(values, present: isKept.contains(false) && imputation == .absent ? told : nil)
      }
      // Of a modality that stays, who has it; of one that is replaced, everyone has it or no one.
      let columns = isKept.indices.map { modality in
        (isKept[modality] ? present : told).select(axis: 1, index: modality)
      }
      return outputs(values, present: .stacked(columns, axis: 1))
    }
  }

  /// Logits or standardised values `[n, K]` of any encodings.
  public func outputs(_ values: [Tensor], present: Tensor? = nil) -> Tensor {
    withoutGradients {
      let count = values[0].shape[0]
      return Tensor.concatenated(
        stride(from: 0, to: count, by: 256).map { start in
          let run = start..<min(start + 256, count)
          return model.predict(values.map { $0[run] }, present: present?[run])
        })
    }
  }

  /// The additive function nearest to the model (``EMAP``).
  public func additiveProjection(_ projection: EMAP? = nil, generator: Generator = Generator(seed: 0)) -> EMAP.Result {
    (projection ?? usualProjection).project(encoded, through: model, present: present, generator: generator)
  }

  /// Exact where that takes seconds.
  public var usualProjection: EMAP {
    EMAP(exactEvaluations: isExpensive ? 1 << 14 : 1 << 22, draws: isExpensive ? 16 : 128)
  }

  /// Seconds that a projection is going to take.
  ///
  /// - Parameter secondsPerEvaluation: of the model on one row; nil to measure it on a block.
  public func secondsToProject(_ projection: EMAP? = nil, secondsPerEvaluation: Double? = nil) -> Double {
    let evaluations =
      model.isMultiaffine
      ? count * encoded.count + 1
      : (projection ?? usualProjection).evaluations(samples: count, modalities: encoded.count)
    return (secondsPerEvaluation ?? self.secondsPerEvaluation) * Double(evaluations)
  }

  /// Of one sample among 256.
  var secondsPerEvaluation: Double {
    let rows = Tensor((0..<256).map { $0 % count })
    let block = encoded.map { $0.indexSelect(axis: 0, rows) }
    // The first call makes what later ones keep.
    _ = outputs(block)
    return ContinuousClock().measure { _ = outputs(block) } / .seconds(1) / 256
  }
}
