public import Foundation

/// One row of the run store.
public struct StoredRun: Codable, Sendable, Equatable {
  public enum Kind: String, Codable, Sendable, CaseIterable {
    case train, compare, search
  }

  public enum Status: String, Codable, Sendable, CaseIterable {
    /// At work.
    case running
    case finished
    case failed
    /// Stopped by the user, or killed; to be resumed.
    case interrupted
  }

  public var id: String
  public var kind: Kind
  /// Kept to the millisecond.
  public var created: Date
  /// Name of the data set.
  public var dataset: String
  /// `nil` for a comparison or a search.
  public var method: String?
  /// `nil` for a comparison or a search.
  public var seed: Int?
  public var status: Status
  /// Path of the run folder, relative to the folder of the store.
  public var folder: String
  public var metrics: [String: Double]
  /// Why the run failed, in one line.
  public var failure: String?

  public init(
    id: String = RunID.make(), kind: Kind, created: Date = Date(), dataset: String, method: String? = nil,
    seed: Int? = nil, status: Status = .running, folder: String? = nil, metrics: [String: Double] = [:],
    failure: String? = nil
  ) {
    self.id = id
    self.kind = kind
    self.created = Date(timeIntervalSince1970: (created.timeIntervalSince1970 * 1000).rounded() / 1000)
    self.dataset = dataset
    self.method = method
    self.seed = seed
    self.status = status
    self.folder = folder ?? id
    self.metrics = metrics
    self.failure = failure
  }
}
