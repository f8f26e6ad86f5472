/// Rates over epochs, as trials recorded them.
package enum UtilizationCurves {
  /// A modality counts as neglected below this rate.
  package static let neglect = 0.02

  /// Mean over seeds; ends where the first half of the seeds has stopped, since a mean over few would jump.
  package static func means(of records: [TrialRecord]) -> [String: [Double]] {
    let names = Set(records.flatMap { $0.epochs.flatMap { $0.utilization.map { Array($0.keys) } ?? [] } })
    let longest = records.map(\.epochs.count).max() ?? 0
    return names.reduce(into: [:]) { curves, name in
      curves[name] = (0..<longest).compactMap { epoch in
        let values = records.compactMap { record in
          epoch < record.epochs.count ? record.epochs[epoch].utilization?[name] : nil
        }
        return 2 * values.count > records.count ? values.reduce(0, +) / Double(values.count) : nil
      }
    }
  }

  /// Mean over seeds of the rates of the weights that were kept; nil where not every trial has them.
  package static func kept(of records: [TrialRecord]) -> [String: Double]? {
    let rates = records.compactMap { record in
      record.epochs.first { $0.epoch == record.bestEpoch }?.utilization
    }
    guard let first = rates.first, rates.count == records.count else { return nil }
    return first.keys.reduce(into: [:]) { means, name in
      means[name] = rates.reduce(0) { $0 + ($1[name] ?? 0) } / Double(rates.count)
    }
  }
}
