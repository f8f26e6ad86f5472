import Layers
public import Tensors
import Training

/// Multimodal deep Boltzmann machine (Srivastava & Salakhutdinov, 2012, eq. 3–7): a pathway of binary hidden levels on the
/// inputs of each modality, and a joint binary level on top of all, with P(v, h) ∝ exp(−E(v, h)) and `energy` E.
///
/// Inputs are normal around what the first hidden level says (Gaussian–Bernoulli units, with `deviation` as standard deviation,
/// in that of the data), or binary. The representation is the mean of the joint level given the modalities present, by mean
/// field; absent inputs are inferred along, so a sample that lacks some gets the joint level that fits the others.
///
/// It learns in the order of the paper: `pretrain` on inputs alone (level by level with contrastive divergence, then as a
/// whole with mean field against persistent chains), then the predictor on the joint level. Unlike there, the predictor's loss
/// reaches through the mean field into the machine, because a joint level that links modalities says little of what only one
/// of them holds; `weight` times a generative loss (contrastive divergence, in nats per input number) holds the machine to
/// its inputs. It then fills in worse than before: on synthetic pairs whose absent half can be told, with three quarters of
/// the squared error of the mean instead of less than half.
/// The replicated softmax of the paper, for counts of words, is not here.
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
    public var batchSize = 32
    /// Of Adam; it falls to zero linearly. The whole is learnt more slowly than its levels: fast, it forgets what links the
    /// modalities before the chains have found it.
    public var learningRate = 3e-3
    public var wholeLearningRate = 3e-4
    /// Persistent chains, and sweeps of each between two steps.
    public var (chains, sweeps) = (100, 5)

    public init() {}
  }

  public let outputSize: Int
  /// Hidden levels of each pathway.
  public let depth: Int
  let widths: [Int]
  let visible: [Visible]
  let deviation: Double
  let passes: Int
  let weight: Double
  let pretraining: Pretraining
  /// For each modality the weights above each level, `[F above, F below]`; the last ones lead to the joint level.
  let weights: [[Parameter]]
  /// For each modality the biases of each level, visible first.
  let biases: [[Parameter]]
  let jointBias: Parameter
  /// What normal inputs are standardised by: their mean, and `deviation` times their standard deviation.
  let centres: [Buffer]
  let scales: [Buffer]

  /// - Parameters:
  ///   - widths: width D_m of each input.
  ///   - visible: what the inputs of each modality are; normal where nil.
  ///   - hidden: width of each hidden level of a pathway.
  ///   - depth: hidden levels of a pathway, at least 1.
  ///   - output: width of the joint level.
  ///   - deviation: of normal inputs given the hidden units, in standard deviations of the data.
  ///   - passes: of mean field.
  ///   - weight: of the generative loss while the task is learnt.
  public init(
    widths: [Int], visible: [Visible]? = nil, hidden: Int = 64, depth: Int = 1, output: Int = 64,
    deviation: Double = 0.6, passes: Int = 10, weight: Double = 1, pretraining: Pretraining = Pretraining(),
    generator: Generator
  ) {
    precondition(depth > 0, "a Boltzmann machine without hidden levels")
    self.widths = widths
    self.visible = visible ?? widths.map { _ in .gaussian }
    (self.depth, self.deviation, self.passes, self.weight) = (depth, deviation, passes, weight)
    self.pretraining = pretraining
    outputSize = output
    weights = widths.map { width in
      (0...depth).map { level in
        Parameter(
          Initialisation.normal(
            [level == depth ? output : hidden, level == 0 ? width : hidden], deviation: 0.01, generator: generator))
      }
    }
    biases = widths.map { width in (0...depth).map { Parameter(.zeros([$0 == 0 ? width : hidden])) } }
    jointBias = Parameter(.zeros([output]))
    centres = widths.map { Buffer(.zeros([$0])) }
    scales = widths.map { Buffer(.ones([$0])) }
  }

  public func callAsFunction(_ inputs: [Tensor], present: Tensor?) -> Tensor {
    inferred(inputs, present: present).joint
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

  public func objective(_ inputs: [Tensor], present: Tensor?, task: TaskLoss) -> Tensor {
    let standard = standardised(inputs, present: present)
    let state = meanField(standard, present: present, passes: passes)
    let loss = task(state.joint)
    guard let masks = Phase.masks else { return loss }
    let data = state.detached()
    let model = withoutGradients { reconstructed(data, drawing: masks) }
    return loss + contrast(data, model) * (weight / Double(widths.reduce(0, +)))
  }

  /// A loss whose gradient is that of the mean negative bound on the log-likelihood, as far as samples of the model tell:
  /// E of the data's units less E of the model's, means over samples, a scalar.
  ///
  /// The units are constants. Where `model` holds samples of P, this is gradient ascent on the bound (section 2.3); its value
  /// says nothing by itself.
  func contrast(_ data: BoltzmannState, _ model: BoltzmannState) -> Tensor {
    energy(data).mean() - energy(model).mean()
  }

  /// One sweep from the units that the data suggest: contrastive divergence.
  private func reconstructed(_ data: BoltzmannState, drawing masks: MaskSource) -> BoltzmannState {
    var state = sampled(data, odd: true, drawing: masks)
    state = sampled(state, odd: false, drawing: masks)
    return expectingOdd(state)
  }

  func standardised(_ inputs: [Tensor], present: Tensor?) -> [Tensor] {
    check(inputs, widths: widths, in: "MultimodalBoltzmannMachine")
    return clearingAbsent(inputs, present).enumerated().map { modality, x in
      visible[modality] == .gaussian ? (x - centres[modality].value) / scales[modality].value : x
    }
  }

  private func unstandardised(_ state: BoltzmannState) -> [Tensor] {
    state.pathways.enumerated().map { modality, levels in
      visible[modality] == .gaussian ? levels[0] * scales[modality].value + centres[modality].value : levels[0]
    }
  }
}
