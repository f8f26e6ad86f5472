import Quantification
import Tensors
import Testing

@Suite struct MissingModalityTableTests {
  private let names = ["a", "b", "c"]
  private let inputs = [
    Tensor([1.0, 2, 3], shape: [3, 1]), Tensor([10.0, 20, 60], shape: [3, 1]),
    Tensor([100.0, 200, 300], shape: [3, 1]),
  ]

  /// Sums of what is there and of the stand-ins.
  @Test(arguments: MissingModalityTable.Imputation.allCases) func scores(_ imputation: MissingModalityTable.Imputation)
  {
    // Means and other samples' values sum to what they stand for.
    let onlyA: Double = imputation == .absent || imputation == .zero ? 6 : 696
    let table = MissingModalityTable(names, inputs, imputation: imputation) { values, present in
      // A model that reads only what is marked present.
      zip(values, present.unbind(axis: 1)).map { $0 * $1.to(.float64).unsqueezed(1) }.reduce(Tensor.zeros([3, 1]), +)
    } score: {
      $0.sum().item()
    }
    #expect(
      table.rows.map(\.present) == [["a"], ["b"], ["c"], ["a", "b"], ["a", "c"], ["b", "c"], ["a", "b", "c"]])
    #expect(abs(table.score(of: ["a"])! - onlyA) < 1e-9)
    #expect(abs(table.score(of: ["c", "b", "a"])! - 696) < 1e-9)
    #expect(table.score(of: []) == nil)
  }

  /// Only absence is told to the model, and another sample's values come in the place of a sample's own.
  @Test func whatTheModelIsTold() {
    for imputation in MissingModalityTable.Imputation.allCases {
      let table = MissingModalityTable(names, inputs, imputation: imputation) { values, present in
        .concatenated([values[0], present.to(.float64)], axis: 1)
      } score: { outputs in
        outputs.doubles[0] + 1000 * outputs.narrow(axis: 1, start: 1, length: 3).mean().item()
      }
      let told: Double = imputation == .absent ? 2000.0 / 3 : 1000
      let first = [MissingModalityTable.Imputation.absent: 0.0, .zero: 0, .mean: 2, .other: 3][imputation]!
      #expect(abs(table.score(of: ["b", "c"])! - told - first) < 1e-9, "\(imputation)")
    }
  }
}
