public import Models

extension Method {
  /// The methods that link modalities, as solvers find them.
  public static let coordination: [Method] = [cca, kernelCCA, gcca, mcca, deepCCA, dccae]
}
