import InformationTheory
import Testing

@Suite struct DiscretizerTests {
  @Test func scikitLearn() throws {
    let golden = try ContinuousGoldens.load()
    var generator = TestGenerator(seed: 0)
    let points = try Points(golden.skewed)
    for (method, expected) in [
      (Discretizer.Method.equalWidth(bins: 7), golden.equalWidth), (.quantile(bins: 7), golden.quantile),
    ] {
      let discretizer = try Discretizer(method, fittedOn: points, using: &generator)
      #expect(discretizer.labels(points) == expected)
    }
  }

  /// Values beyond the fitted range fall into the outermost parts; a constant column is one part.
  @Test func newValues() throws {
    var generator = TestGenerator(seed: 0)
    let discretizer = try Discretizer(.equalWidth(bins: 4), fittedOn: Points([0, 1, 2, 4]), using: &generator)
    #expect(discretizer.labels(try Points([-9, 0.99, 1, 2.5, 99])) == [0, 0, 1, 2, 3])
    let pairs = try Points([0, 7, 4, 7, 0, 7, 4, 7], width: 2)
    #expect(try Discretizer(.quantile(bins: 3), fittedOn: pairs, using: &generator).labels(pairs) == [0, 1, 0, 1])
    let constant = try Points([5, 5, 5])
    for method in [Discretizer.Method.equalWidth(bins: 3), .quantile(bins: 3), .kMeans(clusters: 3)] {
      #expect(try Discretizer(method, fittedOn: constant, using: &generator).labels(constant) == [0, 0, 0])
    }
    #expect(throws: SampleError("0 bins or clusters; expected 1 to 1000000")) {
      try Discretizer(.kMeans(clusters: 0), fittedOn: constant, using: &generator)
    }
  }

  /// Well-separated groups are found whatever the seed, and the same seed gives the same labels.
  @Test(arguments: 0..<10) func kMeans(_ seed: UInt64) throws {
    var generator = TestGenerator(seed: seed)
    let truth = (0..<300).map { $0 % 5 }
    let points = try Points(
      truth.flatMap { [Double($0 % 2) * 10 + generator.normal(), Double($0) * 8 + generator.normal()] }, width: 2)
    var again = generator
    let labels = try Discretizer(.kMeans(clusters: 5), fittedOn: points, using: &generator).labels(points)
    for group in 0..<5 { #expect(Set(truth.indices.filter { truth[$0] == group }.map { labels[$0] }).count == 1) }
    #expect(Set(labels).count == 5)
    #expect(try Discretizer(.kMeans(clusters: 5), fittedOn: points, using: &again).labels(points) == labels)
  }
}
