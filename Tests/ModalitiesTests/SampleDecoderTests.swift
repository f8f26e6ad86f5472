import Foundation
import Tensors
import Testing

@testable import Modalities

@Suite struct SampleDecoderTests {
  private func decoder(_ dataset: Dataset) -> SampleDecoder {
    SampleDecoder(manifest: dataset.manifest, featureShapes: dataset.featureShapes)
  }

  /// Samples of a data set, each modality in a file of its own, give the batch that the data set gives.
  @Test func agreesWithTheDataSet() throws {
    let folder = try SmallFolder()
    let dataset = try folder.load()
    let batch = dataset.batch([0, 2])
    var samples: [NewSample] = []
    for (position, row) in [0, 2].enumerated() {
      let length = dataset.modalities["motion"]!.lengths![row]
      let text = folder.folder.file("new\(row).csv")
      let numbers = batch.inputs["text"]!.values[position].floats.map { String($0) }.joined(separator: ",")
      try folder.folder.write("x,y,z\n\(numbers)\n", to: "new\(row).csv")
      let motion = folder.folder.file("new\(row).npy")
      try NPY.write(batch.inputs["motion"]!.values[position, 0..<length], to: motion)
      var files = ["text": text, "motion": motion]
      if row == 0 { files["image"] = folder.folder.file("pictures/a.png") }
      samples.append(NewSample(id: dataset.ids[row], files: files))
    }
    let decoded = try decoder(dataset).batch(samples)
    #expect(decoded.ids == batch.ids)
    #expect(decoded.target == nil)
    #expect(decoded.names == batch.names)
    for name in dataset.names {
      #expect(decoded.inputs[name]?.values.shape == batch.inputs[name]?.values.shape)
      #expect(decoded.inputs[name]?.values.floats == batch.inputs[name]?.values.floats)
      #expect(decoded.inputs[name]?.lengths?.integers == batch.inputs[name]?.lengths?.integers)
    }
    #expect(decoded.inputs["image"]?.present?.array(of: Bool.self) == [true, false])
    #expect(decoded.inputs["text"]?.present == nil)
  }

  @Test func refusesWhatDoesNotFit() throws {
    let folder = try SmallFolder()
    let decoder = try decoder(folder.load())
    func message(_ samples: [NewSample]) -> String {
      do {
        _ = try decoder.batch(samples)
        return "decoded"
      } catch { return "\(error)" }
    }
    #expect(message([]) == "no sample given")
    #expect(
      message([NewSample(id: "x", files: [:])])
        == "x: no modality given; at least one of \"image\", \"motion\", \"text\"")
    let picture = folder.folder.file("pictures/a.png")
    #expect(
      message([NewSample(id: "x", files: ["sound": picture])])
        == "x: unknown modality \"sound\"; the model has \"image\", \"motion\", \"text\"")
    let short = folder.folder.file("short.npy")
    try NPY.write(Tensor.zeros([2]), to: short)
    #expect(
      message([NewSample(id: "x", files: ["text": short])])
        == "\(short.path): shape [2]; the model expects [3] for modality \"text\"")
    #expect(
      message([NewSample(id: "x", files: ["motion": short])])
        == "\(short.path): frames of shape [1]; the model expects [2] for modality \"motion\"")
    #expect(
      message([NewSample(id: "x", files: ["text": picture])])
        == "\(picture.path): is not .npy, .npz, .safetensors, .csv or .tsv")
    #expect(message([NewSample(id: "x", files: ["image": short])]).hasPrefix("\(short.path): "))
  }
}
