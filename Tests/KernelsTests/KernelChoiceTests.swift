import Kernels
import Tensors
import Testing

@Suite struct KernelChoiceTests {
  @Test func readsWhatUsersWrite() throws {
    let x = samples(10, 4)
    #expect(try KernelChoice("linear").kernel(for: x) == .linear)
    #expect(try KernelChoice("rbf:gamma=0.5").kernel(for: x) == .gaussian(gamma: 0.5))
    let median = try VectorKernel.medianGamma(x)
    #expect(try KernelChoice("rbf").kernel(for: x) == .gaussian(gamma: median))
    #expect(try KernelChoice("rbf:factor=4").kernel(for: x) == .gaussian(gamma: median * 4))
    #expect(
      try KernelChoice("polynomial:degree=2,offset=0").kernel(for: x) == .polynomial(degree: 2, scale: 0.25, offset: 0))
    #expect(try KernelChoice("laplacian").kernel(for: x) == .laplacian(gamma: 0.25))
    for name in KernelChoice.Name.allCases {
      let choice = try KernelChoice(name.rawValue)
      #expect(try KernelChoice(choice.description) == choice)
      #expect(try choice.kernel(for: x).gram(x.abs()).shape == [10, 10])
    }
  }

  @Test(
    arguments: [
      "", "rbff", "rbf:", "rbf:gamma", "rbf:gamma=x", "rbf:width=1", "linear:gamma=1", "polynomial:degree=2.5",
    ])
  func refusesWhatItCannotRead(text: String) {
    #expect(throws: UsageError.self) { try KernelChoice(text) }
  }
}
