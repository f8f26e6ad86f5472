import Chiasm
import Foundation

/// Kernel CCA and multiple kernel learning: closed or convex, so both sides must find the same.
enum KernelWork {
  /// 1 000 and 20 000 samples of two views, and two classes of 20 features.
  static func write(to folder: URL) throws {
    let generator = Generator(seed: 11)
    func pair(_ count: Int, _ width: Int, hidden: Int) -> [Tensor] {
      let shared = Tensor.randn([count, hidden], dtype: .float64, generator: generator)
      return (0..<2).map { _ in
        shared.matmul(.randn([hidden, width], dtype: .float64, generator: generator))
          + Tensor.randn([count, width], dtype: .float64, generator: generator) * 2
      }
    }
    var tensors: [String: Tensor] = [:]
    for (name, count, width, hidden) in [("kernel", 1000, 5, 3), ("low-rank", 20_000, 5, 3)] {
      for (view, values) in zip(["x", "y"], pair(count, width, hidden: hidden)) { tensors["\(name).\(view)"] = values }
    }
    let labels = Tensor((0..<1000).map { $0 % 2 == 0 ? 1.0 : -1.0 })
    // Five of the twenty features tell the classes apart, each a little.
    let shift = Tensor((0..<20).map { $0 < 5 ? 0.5 : 0 })
    tensors["mkl.x"] =
      Tensor.randn([1000, 20], dtype: .float64, generator: generator) + labels.unsqueezed(1) * shift
    tensors["mkl.y"] = labels
    try Safetensors.write(tensors, to: folder.appending(path: "kernels.safetensors"))
  }

  static func run(_ folder: URL, method: String) throws -> Worker.Answer {
    let tensors = try Safetensors.read(folder.appending(path: "kernels.safetensors")).tensors
    func input(_ name: String) -> Tensor { tensors[name]! }
    switch method {
    case "kernel-cca":
      return try timed {
        let kernel = VectorKernel.gaussian(gamma: 0.02)
        return try KernelCCA(
          fitting: kernel.gram(input("kernel.x")), kernel.gram(input("kernel.y")), components: 5,
          regularisation: .shrinkage(0.1)
        ).correlations
      }
    case "low-rank":
      return try timed {
        let kernel = VectorKernel.gaussian(gamma: 0.02)
        return try LowRankKernelCCA(
          fitting: input("low-rank.x"), kernel, input("low-rank.y"), kernel, components: 5, shrinkage: 0.1, rank: 300
        ).correlations
      }
    case "mkl", "mkl-norm", "mkl-average", "mkl-easy":
      let x = input("mkl.x")
      let grams = try (0..<20).map { column in
        try KernelNormalisation.trace.apply(VectorKernel.gaussian(gamma: 0.5).gram(x[.all, column..<column + 1]))
      }
      let stack = try KernelStack(grams, precision: .float32)
      let constraint: MultipleKernelLearning.Constraint =
        switch method {
        case "mkl-average": .uniform
        case "mkl-norm": .norm(2)
        default: .simple
        }
      let learning = MultipleKernelLearning(constraint: constraint, tolerance: 1e-4)
      let labels = input("mkl.y").doubles
      return try timed {
        let model = try learning.classify(stack, labels: labels)
        switch method {
        case "mkl-average": return [model.objective]
        case "mkl-easy":
          let hits = zip(model.decision(grams), labels).count { $0 * $1 > 0 }
          return [Double(hits) / Double(labels.count)]
        default: return [model.objective, model.gap / model.objective]
        }
      }
    default: throw UsageError("unknown kernel work \"\(method)\"")
    }
  }

  private static func timed(_ body: () throws -> [Double]) rethrows -> Worker.Answer {
    let start = processorTime()
    let values = try body()
    return Worker.Answer(losses: values, microseconds: [processorTime() - start])
  }
}
