import Encoders
import Layers
public import Tensors
import Training

/// Multimodal deep Boltzmann machine (Srivastava & Salakhutdinov, 2012, eq. 3–7): a pathway of binary hidden levels on the
/// inputs of each modality, and a joint binary level on top of all, with P(v, h) ∝ exp(−E(v, h)) and `energy` E.
///
/// Inputs are normal around what the first hidden level says (Gaussian–Bernoulli units, with `deviation` as standard deviation,
/// in that of the data), or binary. What is absent is inferred by mean field along with the hidden levels.
///
/// It learns in two stages. `pretrain` sees inputs alone: level by level with contrastive divergence, then the whole with
/// mean field against persistent chains. From then on the machine stays as it is, for what fills in and generates must not
/// follow the task. The task is learnt by a network that starts as a copy of the machine (`BoltzmannRecognition`) and reads
/// what the machine infers: the inputs, those that are absent filled in, and the hidden levels' means. Its joint level is the
/// representation.
///
/// Deviations: Srivastava & Salakhutdinov train a classifier on the machine's joint level as it is; fine-tuning a copy of a
/// Boltzmann machine is that of Salakhutdinov & Hinton (2009, section 3.3), because a joint level that links modalities says
/// little of what only one of them holds. The replicated softmax of the paper, for counts of words, is not here.
///
/// ```swift
/// let machine = MultimodalBoltzmannMachine(widths: [64, 20], generator: generator)
/// try machine.pretrain(on: [pictures, tags], present: nil, generator: generator, cancellation: nil)
/// let filled = machine.imputed([pictures, nothing], present: onlyPictures)
/// ```
public struct MultimodalBoltzmannMachine: PretrainedFusion, ImputingFusion {
  /// The distribution of an input number given the hidden units.
  public enum Visible: String, CaseIterable, Codable, Sendable { case gaussian, bernoulli }

  /// How a machine learns from inputs alone.
  public struct Pretraining: Sendable {
    /// Passes over the samples for each level, and for the whole.
    public var epochs = 40
    public var batchSize = 64
    /// Of Adam; it falls to zero linearly. The whole is learnt more slowly than its levels: fast, it forgets what links the
    /// modalities before the chains have found it.
    public var learningRate = 6e-3
    public var wholeLearningRate = 6e-4
    /// Persistent chains, and sweeps of each between two steps.
    public var (chains, sweeps) = (100, 5)

    public init() {}
  }

  public let outputSize: Int
  /// Hidden levels of each pathway.
  public let depth: Int
  let widths: [Int]
  let hidden: Int
  let visible: [Visible]
  let deviation: Double
  let passes: Int
  let pretraining: Pretraining
  /// `BoltzmannPathways`, buffers because the task does not reach them.
  let visibleWeights: [Buffer]
  let hiddenWeights: [Buffer]
  let jointWeights: Buffer
  /// Of each level, inputs first, modalities side by side.
  let biases: [Buffer]
  /// What normal inputs are standardised by: their mean, and `deviation` times their standard deviation.
  let centres: Buffer
  let scales: Buffer
  let recognition: BoltzmannRecognition
  let dropout: Dropout

  /// - Parameters:
  ///   - widths: width D_m of each input.
  ///   - visible: what the inputs of each modality are; normal where nil.
  ///   - hidden: width F of each hidden level of a pathway.
  ///   - depth: hidden levels of a pathway, at least 1.
  ///   - output: width O of the joint level.
  ///   - deviation: of normal inputs given the hidden units, in standard deviations of the data.
  ///   - passes: of mean field.
  ///   - dropout: probability that the predictor does not see a unit of the joint level.
  public init(
    widths: [Int], visible: [Visible]? = nil, hidden: Int = 64, depth: Int = 1, output: Int = 64,
    deviation: Double = 0.6, passes: Int = 10, dropout: Double = 0, pretraining: Pretraining = Pretraining(),
    generator: Generator
  ) {
    precondition(depth > 0, "a Boltzmann machine without hidden levels")
    self.widths = widths
    self.visible = visible ?? widths.map { _ in .gaussian }
    (self.hidden, self.depth, self.deviation, self.passes) = (hidden, depth, deviation, passes)
    self.pretraining = pretraining
    outputSize = output
    func weights(_ shape: [Int]) -> Buffer {
      Buffer(Initialisation.normal(shape, deviation: 0.01, generator: generator))
    }
    let (count, total) = (widths.count, widths.reduce(0, +))
    visibleWeights = widths.map { weights([hidden, $0]) }
    hiddenWeights = (1..<depth).map { _ in weights([count, hidden, hidden]) }
    jointWeights = weights([output, count * hidden])
    biases = ([total] + Array(repeating: count * hidden, count: depth) + [output]).map { Buffer(.zeros([$0])) }
    centres = Buffer(.zeros([total]))
    scales = Buffer(.ones([total]))
    recognition = BoltzmannRecognition(
      BoltzmannPathways(
        visible: visibleWeights.map(\.value), hidden: hiddenWeights.map(\.value), joint: jointWeights.value),
      biases: biases.map(\.value))
    self.dropout = Dropout(dropout)
  }

  public func callAsFunction(_ inputs: [Tensor], present: Tensor?) -> Tensor {
    dropout(recognition(inferred(inputs, present: present)))
  }

  /// The means of all units given the modalities present; visible ones standardised.
  public func inferred(_ inputs: [Tensor], present: Tensor?) -> BoltzmannState {
    meanField(standardised(inputs, present: present), present: present, passes: passes)
  }

  public func imputed(_ inputs: [Tensor], present: Tensor?) -> [Tensor] {
    filling(inputs, present: present, with: unstandardised(inferred(inputs, present: present)))
  }

  /// The inputs with samples where a modality is absent, by Gibbs sampling with the others held (section 3.2).
  ///
  /// - Parameter sweeps: over all units, from where mean field ends.
  public func sampled(_ inputs: [Tensor], present: Tensor, sweeps: Int, drawing masks: MaskSource) -> [Tensor] {
    let standard = standardised(inputs, present: present)
    var state = meanField(standard, present: present, passes: passes)
    for _ in 0..<sweeps {
      state = sampled(state, odd: true, drawing: masks)
      state = sampled(state, odd: false, clamped: (standard, present), drawing: masks)
    }
    return filling(inputs, present: present, with: unstandardised(state))
  }

  /// The inputs of all modalities side by side, `[B, Σ D_m]`, zero where absent.
  func standardised(_ inputs: [Tensor], present: Tensor?) -> Tensor {
    check(inputs, widths: widths, in: "MultimodalBoltzmannMachine")
    return (Tensor.concatenated(clearingAbsent(inputs, present), axis: 1) - centres.value) / scales.value
  }

  private func unstandardised(_ state: BoltzmannState) -> [Tensor] {
    (state.levels[0] * scales.value + centres.value).split(widths, axis: 1)
  }
}

extension FusionRegistry {
  static let boltzmannMachine = FusionDescription(
    "boltzmann-machine", summary: "a deep Boltzmann machine of all inputs; what is absent is inferred",
    paper: "Srivastava & Salakhutdinov, 2012, Multimodal Learning with Deep Boltzmann Machines",
    options: [
      MethodOption("hidden", default: 64, in: 1...65536, help: "width of each hidden level of a modality"),
      MethodOption("depth", default: 1, in: 1...8, help: "hidden levels of each modality, at least 1"), output,
      MethodOption("passes", default: 10, in: 1...100, help: "of mean field"),
      MethodOption(
        "deviation", default: 0.6, in: 0.01...1, help: "of an input given the hidden units, in those of the data"),
      MethodOption(
        "pretraining", default: 40, in: 0...100_000, help: "epochs of each stage of learning from inputs alone"),
    ],
    readsRaw: { _ in true }
  ) { request, values, generator in
    var pretraining = MultimodalBoltzmannMachine.Pretraining()
    pretraining.epochs = try values.integer("pretraining")
    return MultimodalBoltzmannMachine(
      widths: request.widths, hidden: try values.integer("hidden"),
      depth: try values.integer("depth"), output: try values.integer("output"),
      deviation: try values.number("deviation"), passes: try values.integer("passes"),
      dropout: try values.number("dropout"), pretraining: pretraining, generator: generator)
  }
}
