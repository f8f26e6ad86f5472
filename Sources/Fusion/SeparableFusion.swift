import Layers
public import Tensors

/// A fusion that first works on each modality alone and then brings the results together.
///
/// What recombines modalities of different samples (`EMAP`) does the first part once a sample and only the second once a
/// combination.
public protocol SeparableFusion: Fusion {
  /// What each modality contributes alone, `[B, …]`: linear maps, projections, predictions.
  ///
  /// - Parameters:
  ///   - inputs: the encodings x_m `[B, D_m]`; what stands in the row of an absent modality is not read.
  ///   - present: `[B, M]`, true where a sample has the modality; nil where every sample has all.
  func parts(_ inputs: [Tensor], present: Tensor?) -> [Tensor]
  /// The representation `[B, outputSize]` of parts, which may come from different samples.
  func combine(_ parts: [Tensor], present: Tensor?) -> Tensor
  /// Whether `combine` is affine in each part while the others stay, and asks for no presence.
  ///
  /// Its mean over recombinations of samples is then its value at the mean parts.
  var isMultiaffine: Bool { get }
  /// Whether `combine` without presence also takes parts whose leading axes broadcast: of `[n, 1, …]` and `[1, m, …]` it
  /// then gives `[n, m, outputSize]`, every pair without forming it first.
  var combinesGrids: Bool { get }
}

extension SeparableFusion {
  public var combinesGrids: Bool { false }
  public var isMultiaffine: Bool { false }

  public func callAsFunction(_ inputs: [Tensor], present: Tensor?) -> Tensor {
    combine(parts(inputs, present: present), present: present)
  }
}

extension Linear {
  /// What each block of the input adds to the output, the offset with the first: their sum is the layer's output for the
  /// blocks side by side.
  func blocks(_ inputs: [Tensor]) -> [Tensor] {
    var start = 0
    return inputs.map { x in
      let width = x.shape[x.rank - 1]
      defer { start += width }
      return x.linear(
        weight.value.narrow(axis: 1, start: start, length: width), bias: start == 0 ? bias?.value : nil)
    }
  }
}

extension [Linear] {
  /// Layers with ReLU and dropout on inputs side by side, of which `blocks` of the first layer are given.
  func network(on parts: [Tensor], dropout: Dropout) -> Tensor {
    dropFirst().reduce(dropout(sum(parts).relu())) { dropout($1($0).relu()) }
  }
}

/// The sum of what modalities contribute.
func sum(_ parts: [Tensor]) -> Tensor { parts.dropFirst().reduce(parts[0], +) }

/// The element-wise product of what modalities contribute.
func product(_ parts: [Tensor]) -> Tensor { parts.dropFirst().reduce(parts[0], *) }
