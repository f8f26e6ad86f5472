public import Coordination
import Foundation
public import Modalities
public import Tensors
public import Training

/// What a coordination achieves, on the samples it learned from and on the test split.
public struct CoordinationReport: Codable, Sendable {
  /// One dimension of the shared space.
  public struct Component: Codable, Sendable {
    /// On the samples fitted, averaged over pairs of modalities; nil in a semantic space.
    public let correlation: Double?
    /// On the test split, averaged over pairs of modalities; nil where less than two of its samples have all of them.
    public let testCorrelation: Double?
    /// Of CCA without regularisation.
    public let significance: CanonicalSignificance?
  }

  /// Search of one modality by another on the test split.
  public struct Retrieval: Codable, Sendable {
    public let query: String
    public let items: String
    /// By class; nil where there is none.
    public let meanAveragePrecision: Double?
    /// Of the query's own pair among the first 1, 5 and 10.
    public let recall: [Double]
    public let medianRank: Double
  }

  public let dataset: String
  public let settings: CoordinationSettings
  public let modalities: [String]
  /// Samples with all modalities that were fitted, and of the test split; of all splits, those that lack one.
  public let samples: [String: Int]
  public let components: [Component]
  /// Between the samples of the test split; empty where there are less than two.
  public let retrieval: [Retrieval]
  /// What cross-validation among the samples fitted chose; nil where nothing was left open.
  public let selection: MatchingSelection?
  public let seconds: Double
  /// What a reader should know before believing the numbers, one sentence each.
  public let cautions: [String]
}

/// Fits a coordination on a data set and measures it on the test split, once.
///
/// What needs no selection learns from train and validation; deep methods keep the epoch that validates best.
///
/// - Returns: the report, and the shared representation of every sample that has all modalities: for each modality
///   `[N, components]` float32, with the samples' ids and their places in the data set.
/// - Throws: `UsageError` for settings that do not fit the data, `InputError` where a view has no answer.
public func coordinate(
  _ dataset: Dataset, names: [String]?, settings: CoordinationSettings, cancellation: Cancellation? = nil
) throws -> (report: CoordinationReport, representation: [String: Tensor], ids: [String], rows: [Int]) {
  let paired = try PairedViews(dataset, names: names)
  let train = paired.rows(settings.method.holdsOut ? [.train] : [.train, .validation])
  let test = paired.rows([.test])
  guard train.count >= 2 else {
    throw InputError(
      file: "samples.csv",
      "\(train.count) of its samples to learn from have all of \(paired.names.joined(separator: ", ")); 2 or more expected"
    )
  }
  func read(_ rows: [Int]) -> [Tensor] {
    zip(paired.views(rows), paired.plainViews(rows)).enumerated().map { view, pair in
      settings.readsHistograms(view) ? pair.1 : pair.0
    }
  }
  let start = ContinuousClock.now
  let held = settings.method.holdsOut ? paired.rows([.validation]) : []
  let learned = read(train)
  let fitted = try paired.naming {
    try settings.fit(
      learned, held: held.isEmpty ? nil : read(held), targets: paired.classes(train),
      classes: paired.classNames.count, cancellation: cancellation)
  }
  let seconds = (ContinuousClock.now - start) / .seconds(1)
  let views = read(test)
  let isTested = test.count >= 2
  let scores = try isTested ? views.indices.map { try fitted.transform(views[$0], $0) } : []
  let correlations = isTested ? meanCorrelations(scores) : []
  let components = (0..<(isTested ? correlations.count : fitted.correlations.count)).map { index in
    CoordinationReport.Component(
      correlation: fitted.correlations.indices.contains(index) && settings.method != .semanticCorrelation
        ? fitted.correlations[index] : nil,
      testCorrelation: isTested ? correlations[index] : nil,
      significance: fitted.significance.flatMap { $0.indices.contains(index) ? $0[index] : nil })
  }
  let classes = paired.classes(test)
  var retrieval: [CoordinationReport.Retrieval] = []
  for query in scores.indices {
    for items in scores.indices where items != query {
      retrieval.append(
        try search(of: scores[items], by: scores[query], classes, names: (paired.names[query], paired.names[items])))
    }
  }
  let all = paired.rows(Split.allCases).sorted()
  let report = CoordinationReport(
    dataset: dataset.manifest.name, settings: settings, modalities: paired.names,
    samples: ["fitted": train.count, "test": test.count, "leftOut": dataset.count - all.count], components: components,
    retrieval: retrieval, selection: fitted.selection, seconds: seconds,
    cautions: cautions(
      settings, paired.names, widths: learned.map { $0.shape[1] }, fitted: train.count, test: test.count))
  let everything = read(all)
  var representation: [String: Tensor] = [:]
  for (index, name) in paired.names.enumerated() {
    representation[name] = try fitted.transform(everything[index], index).to(.float32)
  }
  return (report, representation, paired.ids(all), all)
}

/// What makes correlations look better than they are.
private func cautions(
  _ settings: CoordinationSettings, _ names: [String], widths: [Int], fitted: Int, test: Int
) -> [String] {
  var cautions: [String] = []
  let isLinear = [.cca, .generalizedCCA, .multisetCCA].contains(settings.method)
  // Two views of p and q dimensions share at least p + q − (n − 1) directions in the n − 1 that n centred samples span.
  let widest = widths.sorted(by: >)
  if isLinear, widest[0] + widest[1] > fitted - 1 {
    let features = zip(names, widths).map { "\($1) of \($0)" }.joined(separator: ", ")
    cautions.append(
      "there are more features (\(features)) than samples fitted (\(fitted)): "
        + (settings.regularisation == ViewRegularisation.none
          ? "correlations on them are then 1 whatever the data are, and only those on test say something; "
            + "--regularisation shrinkage=0.5 fits less closely"
          : "correlations on them are then larger than those of new samples, which are those on test"))
  }
  if test < 2 {
    cautions.append(
      "\(test == 0 ? "no sample" : "one sample") of test has all of \(names.joined(separator: ", ")): nothing can be measured "
        + "on samples that were not fitted")
  }
  return cautions
}

/// How well samples of one view find their own pair, and those of their class, in another; in blocks of queries, since a
/// table of all pairs of samples may not fit into memory.
private func search(
  of items: Tensor, by queries: Tensor, _ classes: [Int]?, names: (query: String, items: String)
) throws -> CoordinationReport.Retrieval {
  var ranks: [Int] = []
  var precisions: [Double] = []
  for block in Array(0..<queries.shape[0]).chunks(of: 256) {
    let similarity = try cosineSimilarity(queries.narrow(axis: 0, start: block[0], length: block.count), items)
    ranks += RetrievalMetrics.ranks(similarity, of: block)
    guard let classes else { continue }
    precisions += RetrievalMetrics.averagePrecisions(similarity, queries: block.map { classes[$0] }, items: classes)
      .compactMap { $0 }
  }
  return CoordinationReport.Retrieval(
    query: names.query, items: names.items,
    // Every query has an item of its class: its own pair.
    meanAveragePrecision: classes.map { _ in precisions.reduce(0, +) / Double(precisions.count) },
    recall: RetrievalMetrics.recall(ranks, at: [1, 5, 10]), medianRank: RetrievalMetrics.medianRank(ranks))
}

/// Pearson correlation of each dimension of two views, averaged over pairs of views; 0 where one is constant.
private func meanCorrelations(_ scores: [Tensor]) -> [Double] {
  let centred = scores.map { $0 - $0.mean(axes: [0]) }
  let norms = centred.map { $0.norm(axes: [0]) }
  var sum = [Double](repeating: 0, count: scores[0].shape[1])
  for a in scores.indices {
    for b in scores.indices where b > a {
      let products = (centred[a] * centred[b]).sum(axes: [0]).doubles
      let lengths = (norms[a] * norms[b]).doubles
      for index in sum.indices where lengths[index] > 0 { sum[index] += products[index] / lengths[index] }
    }
  }
  let pairs = Double(scores.count * (scores.count - 1) / 2)
  return sum.map { min(1, max(-1, $0 / pairs)) }
}
