import Evaluation
import Experiments
import Foundation
import Modalities
import Tensors
import Testing
import Training

@Suite struct ChoiceSharesTests {
  private func untrained(_ method: String, on data: PreparedDataset) throws -> TrainedModel {
    let selection = try MethodSelection.parse(method, modalities: data.dataset.names)[0]
    let configuration = try TrialConfiguration(selection, training: TrainingOptions(), seed: 1, on: data)
    // The data of the tests are normalised already.
    let identity = data.normalisation.tensors.reduce(into: [String: Tensor]()) { tensors, entry in
      tensors[entry.key] = entry.key.hasSuffix("mean") ? entry.value.zerosLike() : entry.value.onesLike()
    }
    return try TrainedModel(
      initialising: configuration, manifest: data.dataset.manifest, normalisation: Normalisation(tensors: identity))
  }

  /// Means over the samples of each class, sample by sample, also where some lack a modality.
  @Test(arguments: [
    ("mixture:gate=hard", ["additive", "multiplicative", "low-rank"]), ("gated", ["left", "right"]),
  ]) func meansOfTheClasses(method: String, names: [String]) throws {
    let data = try ExampleData.signs(xor: true, missing: true)
    let trained = try untrained(method, on: data)
    let shares = try #require(ChoiceShares(trained, on: data.dataset, split: .validation))
    #expect(shares.names == names && shares.rows.map(\.label) == ["same", "different", "all"])
    let indices = data.dataset[.validation]
    guard case .classes(let classes) = data.dataset.targets else { return }
    for (number, row) in shares.rows.enumerated() {
      let members = indices.filter { number == 2 || classes[$0] == number }
      #expect(row.samples == members.count)
      let each = members.map { member in
        withoutGradients { trained.staged.choices(data.dataset.batch([member]))!.doubles }
      }
      for choice in names.indices {
        let mean = each.reduce(0) { $0 + $1[choice] } / Double(members.count)
        #expect(abs(row.shares[choice] - mean) < 1e-5)
        let key = number == 2 ? "choice(\(names[choice]))" : "choice(\(names[choice]) | \(row.label))"
        #expect(shares.metrics[key] == row.shares[choice])
      }
    }
    #expect(shares.metrics.count == 3 * names.count)
  }

  @Test func othersDoNotChoose() throws {
    let data = try ExampleData.signs(xor: true)
    #expect(ChoiceShares(try untrained("tensor", on: data), on: data.dataset, split: .test) == nil)
  }

  /// A regression has no classes, and one row.
  @Test func regression() throws {
    let data = try ExampleData.sums()
    let shares = ChoiceShares(try untrained("gated:gate=softmax", on: data), on: data.dataset, split: .test)
    #expect(shares?.rows.map(\.label) == ["all"])
    #expect(abs((shares?.rows[0].shares.reduce(0, +) ?? 0) - 1) < 1e-5)
  }
}
