import Modalities
import Tensors
import Testing

@Suite struct DatasetFingerprintTests {
  private func dataset(
    _ values: [Float] = [1, 2, 3, 4], classes: [Int] = [0, 1, 0, 1],
    splits: [Split] = [.train, .train, .validation, .test],
    present: [Bool]? = nil, names: [String] = ["a", "b"]
  ) -> Dataset {
    Dataset(
      manifest: Manifest(
        name: "d", task: .classification, target: "t",
        modalities: ["x": ModalitySpecification(kind: .vector, file: "x.npy")]),
      ids: ["1", "2", "3", "4"], splits: splits, targets: .classes(classes), classes: names,
      modalities: ["x": ModalityData(values: Tensor(values, shape: [4, 1]), present: present)])
  }

  @Test func sameDataSameFingerprint() {
    #expect(dataset().fingerprint == dataset().fingerprint)
    #expect(dataset().fingerprint.count == 32)
  }

  @Test func anyChangeShows() {
    let all = [
      dataset(), dataset([2, 1, 3, 4]), dataset(classes: [0, 1, 1, 0]), dataset(present: [true, true, true, false]),
      dataset(splits: [.train, .train, .test, .validation]), dataset(names: ["a", "c"]),
    ]
    #expect(Set(all.map(\.fingerprint)).count == all.count)
  }
}
