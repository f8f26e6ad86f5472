/// A fusion architecture as boxes in columns by time of computation and lanes by modality, and as equations.
public struct ArchitectureGraph: Codable, Sendable, Equatable {
  /// What a box holds.
  public enum Kind: String, Codable, Sendable {
    case modality, fusion, representation
  }

  /// One step of the computation.
  public struct Box: Codable, Sendable, Equatable {
    public let title: String
    /// What it does, line by line.
    public let lines: [String]
    public let kind: Kind
    /// The boxes that it reads, by their place in the graph.
    public let reads: [Int]
    public let column, lane: Int

    public init(title: String, lines: [String], kind: Kind, reads: [Int], column: Int, lane: Int) {
      (self.title, self.lines, self.kind, self.reads) = (title, lines, kind, reads)
      (self.column, self.lane) = (column, lane)
    }
  }

  /// The method that has it.
  public let method: String
  /// As the option `architecture` takes it.
  public let option: String
  public let equations: [String]
  /// In the order of computation.
  public let boxes: [Box]

  public init(method: String, option: String, equations: [String], boxes: [Box]) {
    (self.method, self.option, self.equations, self.boxes) = (method, option, equations, boxes)
  }
}
