import Layers
public import Tensors

/// A fusion that decides for each sample what to rely on, and can be asked.
public protocol ChoosingFusion: Fusion {
  /// What it chooses among; nil where it is the modalities.
  var choiceNames: [String]? { get }
  /// How much each enters, `[B, C]`, from 0 to 1.
  func choices(_ inputs: [Tensor], present: Tensor?) -> Tensor
}

/// A soft or hard choice along `axis` of `scores`.
///
/// A soft one is a softmax. A hard one is 1 for the largest score and 0 elsewhere, with the gradient of
/// softmax(scores / temperature) in its place (straight-through, Jang et al., 2017, section 2.2); while training, Gumbel
/// noise is added to the scores first, so that what is chosen seldom is still tried.
///
/// - Parameter there: where a choice may fall; nil for anywhere. What may not be chosen gets 0.
func choosing(
  _ scores: Tensor, among there: Tensor?, axis: Int, hard: Bool, temperature: Double = 1
) -> Tensor {
  let nothing = Tensor(0, dtype: scores.dtype)
  // Far below any score, yet finite: where nothing may be chosen the softmax must not be NaN.
  func cleared(_ scores: Tensor) -> Tensor {
    there.map { Tensor.where($0, scores, Tensor(-1e4, dtype: scores.dtype)) } ?? scores
  }
  func chosen(_ choice: Tensor) -> Tensor { there.map { Tensor.where($0, choice, nothing) } ?? choice }
  guard hard else { return chosen(cleared(scores).softmax(axis: axis)) }
  var scores = scores
  if let masks = Phase.masks {
    let uniform = masks.uniform(scores.shape, dtype: scores.dtype).to(scores.device)
    scores = scores - (-uniform.log()).log()
  }
  scores = cleared(scores)
  let soft = (scores / temperature).softmax(axis: axis)
  var positions = Array(repeating: 1, count: scores.rank)
  positions[axis] = scores.shape[axis]
  let order = Tensor.arange(scores.shape[axis]).reshaped(positions).to(scores.device)
  let largest = (scores.argmax(axis: axis).unsqueezed(axis) .== order).to(scores.dtype)
  return chosen(largest + (soft - soft.detached()))
}
