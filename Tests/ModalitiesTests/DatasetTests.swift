import Tensors
import Testing

@testable import Modalities

/// Six samples with a vector, a ragged sequence that one sample lacks, and a picture.
func smallDataset() throws -> Dataset {
  let manifest = try Manifest.parse(
    """
    name: small
    task: classification
    target: label
    modalities:
      vector: {kind: vector, file: v.npy}
      sequence: {kind: sequence, file: s.npy}
      image: {kind: image, file: i.npy, size: [2, 2], channels: 1}
    """)
  let vector = Tensor((0..<12).map(Float.init), shape: [6, 2])
  let lengths = [3, 1, 2, 4, 1, 1]
  let present = [true, true, true, true, true, false]
  var frames = [Float](repeating: 0, count: 6 * 4 * 2)
  for sample in 0..<5 {
    for frame in 0..<lengths[sample] {
      frames[sample * 8 + frame * 2] = Float(10 * sample + frame)
      frames[sample * 8 + frame * 2 + 1] = 1
    }
  }
  let image = Tensor((0..<24).map { Float($0) / 24 }, shape: [6, 1, 2, 2])
  return Dataset(
    manifest: manifest, ids: ["a", "b", "c", "d", "e", "f"],
    splits: [.train, .train, .train, .train, .validation, .test], targets: .classes([0, 1, 0, 1, 1, 0]),
    classes: ["no", "yes"],
    modalities: [
      "vector": ModalityData(values: vector),
      "sequence": ModalityData(values: Tensor(frames, shape: [6, 4, 2]), lengths: lengths, present: present),
      "image": ModalityData(values: image),
    ])
}

@Suite struct DatasetTests {
  @Test func batchesGatherEveryModality() throws {
    let batch = try smallDataset().batch([2, 0, 5])
    #expect(batch.names == ["image", "sequence", "vector"])
    #expect(batch.ids == ["c", "a", "f"])
    #expect(batch.target?.integers == [0, 0, 0])
    #expect(batch.inputs["vector"]?.values.floats == [4, 5, 0, 1, 10, 11])
    #expect(batch.inputs["image"]?.values.shape == [3, 1, 2, 2])
    let sequence = try #require(batch.inputs["sequence"])
    #expect(sequence.values.shape == [3, 3, 2])
    #expect(sequence.values.isContiguous)
    #expect(sequence.lengths?.integers == [2, 3, 1])
    #expect(
      sequence.values.floats == [20, 1, 21, 1, 0, 0, 0, 1, 1, 1, 2, 1, 0, 0, 0, 0, 0, 0])
    #expect(sequence.present?.array(of: Bool.self) == [true, true, false])
    #expect(batch.inputs["vector"]?.present == nil)
    #expect(
      batch.present()?.array(of: Bool.self) == [true, true, true, true, true, true, true, false, true])
  }

  @Test func framesMayBeFixed() throws {
    let dataset = try smallDataset()
    #expect(dataset.batch([1], frames: ["sequence": 4]).inputs["sequence"]?.values.shape == [1, 4, 2])
    let cut = dataset.batch([3, 1], frames: ["sequence": 2])
    #expect(cut.inputs["sequence"]?.lengths?.integers == [2, 1])
  }

  @Test func knowsItsShapes() throws {
    let dataset = try smallDataset()
    #expect(dataset.featureShapes == ["vector": [2], "sequence": [2], "image": [1, 2, 2]])
    #expect(dataset[.train] == [0, 1, 2, 3])
    #expect(dataset[.test] == [5])
    #expect(dataset.outputs == 2)
    #expect(dataset.targets.numbers([0, 1]) == [0, 1])
  }

  @Test func modalitiesCanBeLeftOut() throws {
    let dataset = try smallDataset().keeping(["vector", "image"])
    #expect(dataset.names == ["image", "vector"])
    #expect(dataset.batch([0, 1]).present() == nil)
    #expect(try smallDataset().batch([0]).keeping(["vector"]).names == ["vector"])
  }

  /// What is stated of all modalities is not true of some, and naming one that is gone would make the manifest unreadable.
  @Test func statedInformationIsOfAllModalities() throws {
    let whole = try smallDataset()
    var manifest = whole.manifest
    manifest.information = InformationContent(redundancy: 0, unique: ["vector": 1, "image": 0], synergy: 0)
    let dataset = Dataset(
      manifest: manifest, ids: whole.ids, splits: whole.splits, targets: whole.targets, classes: whole.classes,
      modalities: whole.modalities)
    #expect(dataset.keeping(dataset.names).manifest == manifest)
    let part = dataset.keeping(["vector"]).manifest
    #expect(part.information == nil)
    #expect(try Manifest.parse(part.yaml()) == part)
  }

  @Test func targetsBecomeTensors() {
    #expect(Targets.values([1, 2, 4]).tensor([2, 0])?.floats == [4, 1])
    #expect(Targets.values([1]).tensor([0])?.dtype == .float64)
    #expect(Targets.classes([1, 2]).tensor([1])?.dtype == .int64)
    let labels = Targets.labels([[true, false, false], [false, true, true]]).tensor([1, 0])
    #expect(labels?.shape == [2, 3])
    #expect(labels?.floats == [0, 1, 1, 1, 0, 0])
    #expect(Targets.none.tensor([0]) == nil)
  }
}
