import Foundation
import InformationTheory
import Modalities
import Quantification
import Tensors
import Testing

@Suite struct HeterogeneityMatrixTests {
  private let classes = (0..<300).map { $0 % 3 }

  private var settings: HeterogeneityMatrix.Settings {
    var settings = HeterogeneityMatrix.Settings()
    (settings.components, settings.repetitions) = (4, 2)
    settings.training.epochs = 25
    settings.training.learningRate = 1e-2
    return settings
  }

  /// Four numbers around one of three places, drawn anew from the seed.
  private func modality(_ seed: UInt64, noise: Double = 0.5) -> Tensor {
    let generator = Generator(seed: seed)
    let places = Tensor.randn([3, 4], generator: generator) * 2
    return places.indexSelect(axis: 0, Tensor(classes)) + Tensor.randn([300, 4], generator: generator) * noise
  }

  @Test func copiesAreNoDistanceApartAndOthersAre() throws {
    let (a, b) = (modality(1), modality(2))
    // The other one shows the class at other places, which a trunk of the first does not look at.
    let matrix = try HeterogeneityMatrix(
      [("a", [a]), ("copy", [a]), ("scaled", [a * 3 + 1]), ("b", [b])], target: .classes(classes), classes: 3,
      settings: settings)
    #expect(matrix.unit == "nats" && matrix.samples == 60)
    #expect(matrix.distances[0][1] == 0 && matrix.transfers[0][1] == 0)
    // Standardising takes scale and offset away, up to rounding.
    #expect(abs(matrix.distances[0][2]) < 0.02)
    #expect(matrix.distances[0][3] > 0.01, "\(matrix.distances)")
    for row in 0..<4 {
      #expect(matrix.distances[row][row] == 0 && matrix.transfers[row][row] == 0)
      for column in 0..<4 {
        #expect(matrix.distances[row][column] == matrix.distances[column][row])
        let both = (matrix.transfers[row][column] + matrix.transfers[column][row]) / 2
        #expect(abs(matrix.distances[row][column] - both) < 1e-9)
        let excess = matrix.losses[row][column] - matrix.losses[column][column]
        #expect(abs(matrix.transfers[row][column] - excess) < 1e-9)
      }
    }
  }

  @Test func pairsAndValues() throws {
    let target = modality(3).sum(axes: [1]).doubles
    let matrix = try HeterogeneityMatrix(
      [("a+b", [modality(3), modality(4)]), ("a+b again", [modality(3), modality(4)])], target: .values(target),
      settings: settings)
    #expect(matrix.unit == "variances" && matrix.distances[0][1] == 0)
    // A sum of what is seen is learned.
    #expect(matrix.losses[0][0] < 0.2)
  }

  @Test func hostileInputs() throws {
    let a = modality(1)
    func matrix(_ b: Tensor, _ target: Targets) throws -> HeterogeneityMatrix {
      try HeterogeneityMatrix([("a", [a]), ("b", [b])], target: target, classes: 3, settings: settings)
    }
    // A constant modality is served by nothing and finite.
    let constant = try matrix(.ones([300, 4]), .classes(classes))
    #expect(constant.distances.allSatisfy { $0.allSatisfy(\.isFinite) })
    #expect(throws: SampleError.self) { try matrix(a, .classes(classes.map { _ in 0 })) }
    #expect(throws: SampleError.self) { try matrix(a, .values(classes.map { _ in 2 })) }
    #expect(throws: SampleError.self) { try matrix(a * Double.nan, .classes(classes)) }
    #expect(throws: SampleError.self) {
      try HeterogeneityMatrix(
        [("a", [a[0..<2]]), ("b", [a[0..<2]])], target: .classes([0, 1]), classes: 3, settings: settings)
    }
  }
}
