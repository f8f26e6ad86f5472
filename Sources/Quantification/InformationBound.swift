import Foundation
public import Tensors

/// Bounds on mutual information from a table of scores, in nats.
///
/// `scores[i, j]` `[B, B]` is what a critic gives to (x_i, y_j); pairs that belong together are on the diagonal, all
/// others stand for independent draws. How good a bound is depends on the critic; see ``NeuralInformation``.
public enum InformationBound: String, Sendable, Codable, CaseIterable {
  /// mean_i ln (e^s_ii / mean_j e^s_ij), never above ln B (van den Oord et al., 2018, equation 4).
  case infoNCE
  /// mean_i s_ii − mean_ij e^(s_ij − 1) (Nguyen, Wainwright and Jordan, 2010).
  case nwj
  /// mean_i s_ii − ln mean_ij e^s_ij, as MINE trains it (Donsker and Varadhan, 1983; Belghazi et al., 2018, equation 5).
  ///
  /// A lower bound for the exact mean over independent draws. That of a batch is random, and the logarithm of it is too low
  /// on average, so that the value of a batch is too high: it tends to a bound with the size of the batch, and is none.
  case donskerVaradhan
  /// mean_i s_ii − mean_ij s_ij for s_ij = ln q(y_j | x_i) (Cheng et al., 2020, equation 5).
  case club

  /// On which side of the truth the expectation lies.
  public enum Side: String, Sendable, Codable {
    /// At most I(X; Y), whatever the critic.
    case lower
    /// On neither: the value of a batch may lie above I(X; Y) as well as below.
    case undetermined = "estimate"
    /// At least I(X; Y) where q(y | x) is close enough to p(y | x), which cannot be seen from scores.
    case conditionalUpper = "conditional upper"
  }

  public var side: Side {
    switch self {
    case .infoNCE, .nwj: .lower
    case .donskerVaradhan: .undetermined
    case .club: .conditionalUpper
    }
  }

  /// Which scores stand for independent draws.
  public enum Negatives: String, Sendable, Codable {
    /// Every entry, the diagonal too, as the bounds are usually computed in a batch.
    case all
    /// Entries off the diagonal: independent draws only.
    case offDiagonal
  }

  /// The bound, a scalar.
  ///
  /// InfoNCE takes the whole row by definition, and so ignores `negatives`.
  public func callAsFunction(_ scores: Tensor, negatives: Negatives = .all) -> Tensor {
    guard scores.rank == 2, scores.shape[0] == scores.shape[1], scores.shape[0] > 1 else {
      preconditionFailure("scores have shape \(scores.shape); expected [B, B] with B of at least 2")
    }
    let count = scores.shape[0]
    let positive = scores.diagonal(offset: 0, 0, 1).mean()
    let isPair = Tensor.eye(count) .> 0
    let others = negatives == .all ? scores : scores.maskedFill(isPair, -.infinity)
    let pairs = Double(negatives == .all ? count * count : count * (count - 1))
    switch self {
    case .infoNCE: return positive - scores.logSumExp(axes: [1]).mean() + log(Double(count))
    case .nwj: return positive - (others - 1).exp().sum() / pairs
    case .donskerVaradhan: return positive - others.logSumExp(axes: [0, 1]) + log(pairs)
    case .club:
      return positive - (negatives == .all ? scores : scores.maskedFill(isPair, 0)).sum() / pairs
    }
  }
}
