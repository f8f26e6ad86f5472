import Modalities
import Tensors
import Testing

@testable import Models

@Suite("Metric")
struct MetricTests {
  private func manifest(_ task: TaskKind, _ metric: String?) -> Manifest {
    Manifest(name: "m", task: task, modalities: [:], metric: metric)
  }

  @Test(
    arguments: [
      (TaskKind.classification, nil, Metric.accuracy), (.regression, nil, .mae),
      (.multilabel, nil, .macroAveragePrecision),
      (.classification, "macrof1", .macroF1), (.regression, "accuracy7", .accuracy7),
      (.classification, "auroc", .auroc), (.classification, "mcc", .mcc), (.classification, "brier", .brier),
      (.classification, "averageprecision", .averagePrecision), (.multilabel, "microAUROC", .microAUROC),
      (.multilabel, "auroc", .macroAUROC), (.multilabel, "averagePrecision", .macroAveragePrecision),
      (.multilabel, "logLoss", .logLoss), (.multilabel, "mcc", .mcc), (.classification, "f1", .macroF1),
    ] as [(TaskKind, String?, Metric)])
  func mainMetricComesFromTheManifestOrTheTask(task: TaskKind, name: String?, expected: Metric) throws {
    #expect(try Metric.main(of: manifest(task, name)) == expected)
  }

  @Test func metricOfAnotherTaskIsRefusedWithTheKnownOnes() throws {
    let error = #expect(throws: InputError.self) { try Metric.main(of: manifest(.classification, "mae")) }
    #expect(error?.description.contains("dataset.yaml: metric: \"mae\"") == true)
    #expect(error?.description.contains("balancedAccuracy") == true)
    #expect(try Metric.main(of: manifest(.retrieval, nil)) == .meanReciprocalRank)
  }

  @Test(arguments: Metric.allCases)
  func improvementIsPositiveForTheBetterValue(_ metric: Metric) {
    let (worse, better) = metric.higherIsBetter ? (0.25, 0.75) : (0.75, 0.25)
    #expect(metric.improvement(of: better, over: worse) == 0.5)
    #expect(metric.improvement(of: worse, over: better) == -0.5)
  }

  @Test(
    arguments: [
      (.accuracy, 0.02), (.macroF1, 0.02), (.auroc, 0.02), (.macroAveragePrecision, 0.02), (.mcc, 0.02), (.r2, 0.02),
      (.pearson, 0.02), (.logLoss, 0.02), (.brier, 0.01), (.calibrationError, 0.01), (.mae, 0.06), (.rmse, 0.06),
      (.mse, 0.36),
    ] as [(Metric, Double)])
  func marginsAreInTheUnitOfTheMetric(_ metric: Metric, _ expected: Double) {
    #expect(abs(metric.margin(deviation: 3) - expected) < 1e-12)
  }

  @Test func areasOfManyClassesAreReportedOnlyWhereTheyRank() {
    #expect(Metric.reported(for: .classification, main: .accuracy, classes: 20).contains(.auroc))
    #expect(!Metric.reported(for: .classification, main: .accuracy, classes: 21).contains(.auroc))
    #expect(Metric.reported(for: .classification, main: .auroc, classes: 21).contains(.auroc))
  }

  @Test func sentimentMetricsAreReportedOnlyWhereOneRanks() {
    #expect(!Metric.reported(for: .regression, main: .mae).contains(.accuracy7))
    #expect(Metric.reported(for: .regression, main: .accuracy2Non0).contains(.accuracy7))
  }
}
