/// What a model is asked to predict.
public enum TaskKind: String, Codable, Sendable, CaseIterable {
  /// One class out of several.
  case classification
  /// One number.
  case regression
  /// Any subset of the classes: a cell that lists them with the manifest's `separator` between, or a column of 0 and 1
  /// for each.
  case multilabel
  /// Finding one modality from another; a target is optional and names the category.
  case retrieval
  /// No target.
  case none
}

/// The part of a data set that a sample belongs to.
public enum Split: String, Codable, Sendable, CaseIterable {
  case train, validation, test
}

/// The form in which a modality reaches an encoder.
public enum ModalityKind: String, Codable, Sendable, CaseIterable {
  /// `[N, D]`
  case vector
  /// `[N, T, D]` with the length of every sample.
  case sequence
  /// `[N, C, H, W]`, 0 … 1.
  case image
  /// A sound file, turned into a sequence `[N, T, bands]`.
  case audio
}

/// What the first row of a table of numbers is, where that is said.
public enum TableHeader: String, Codable, Sendable, CaseIterable {
  /// Numbers of the first sample or frame.
  case absent = "none"
  /// Names of the columns, even if they are numbers.
  case names = "row"
}

/// What a sound file is turned into.
public enum AudioRepresentation: String, Codable, Sendable, CaseIterable {
  /// Logarithm of mel band energies: `bands` numbers a frame.
  case logmel
  /// Mel-frequency cepstral coefficients: `coefficients` numbers a frame.
  case mfcc
  /// The samples themselves: one number a frame.
  case waveform
}

/// One entry of `modalities:` in `dataset.yaml`.
public struct ModalitySpecification: Codable, Sendable, Equatable {
  /// The form in which the modality reaches an encoder.
  public var kind: ModalityKind
  /// The column of `samples.csv` that names one file per sample; an empty cell means absent.
  public var column: String?
  /// The one file that holds all samples in the order of `samples.csv`: `.npy`, `.npz`, `.safetensors` or `.csv`.
  public var file: String?
  /// The member of an `.npz` or `.safetensors` file; needed when it holds more than one.
  public var array: String?
  /// The first row of `.csv` and `.tsv` tables; nil for names, which must not all be numbers.
  public var header: TableHeader?
  /// `[height, width]` of an image.
  public var size: [Int]?
  /// Colour channels of an image: 1 or 3.
  public var channels: Int?
  /// Sampling rate in hertz to which sound is brought.
  public var rate: Int?
  /// What sound is turned into.
  public var features: AudioRepresentation?
  /// Mel bands.
  public var bands: Int?
  /// Cepstral coefficients kept of the bands.
  public var coefficients: Int?
  /// Frames after which a sequence is cut.
  public var maximumLength: Int?

  public init(
    kind: ModalityKind, column: String? = nil, file: String? = nil, array: String? = nil, size: [Int]? = nil,
    channels: Int? = nil, rate: Int? = nil, features: AudioRepresentation? = nil, bands: Int? = nil,
    coefficients: Int? = nil, maximumLength: Int? = nil, header: TableHeader? = nil
  ) {
    self.kind = kind
    self.column = column
    self.file = file
    self.array = array
    self.size = size
    self.channels = channels
    self.rate = rate
    self.features = features
    self.bands = bands
    self.coefficients = coefficients
    self.maximumLength = maximumLength
    self.header = header
  }

  /// Whether samples have a length of their own.
  public var isSequence: Bool { kind == .sequence || kind == .audio }
}
