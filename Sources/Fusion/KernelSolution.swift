import Kernels
import Models
import Tensors

/// Support vector machines on a weighted sum of kernels, each on one view, and what makes probabilities of their decisions.
struct KernelSolution: Solution {
  /// A kernel on one view.
  struct Term: Codable, Equatable {
    let view: Int
    let kernel: VectorKernel
  }

  let task: any PredictionTask
  let terms: [Term]
  /// What each term is multiplied by in each machine, scale included, `[terms, machines]`.
  let weights: Tensor
  /// The samples that some machine depends on, per view `[vectors, width]`.
  let vectors: [Tensor]
  /// Signed coefficients of the samples, `[vectors, machines]`.
  let coefficients: Tensor
  /// `[machines]`.
  let bias: Tensor
  /// Slope and offset of each machine's log-odds, `[2, machines]`.
  let calibration: Tensor

  private var machines: Int { bias.count }
  var partWidths: [Int] { vectors.map { _ in machines } }
  var isMultiaffine: Bool { task.isAffineInDecisions }

  /// What the kernels on each view add to the decisions.
  func parts(_ views: [Tensor]) throws -> [Tensor] {
    var parts = views.map { Tensor.zeros([$0.shape[0], machines], dtype: .float64) }
    for (number, term) in terms.enumerated() {
      let row = weights.select(axis: 0, index: number)
      guard row.max().item() > 0 else { continue }
      let kernel = try term.kernel.gram(views[term.view], vectors[term.view])
      parts[term.view] += kernel.matmul(coefficients * row)
    }
    return parts
  }

  /// The machines' decisions.
  func representation(_ parts: [Tensor]) -> Tensor { parts.dropFirst().reduce(parts[0], +) + bias }

  func outputs(_ representation: Tensor) -> Tensor {
    let odds =
      representation * calibration.select(axis: 0, index: 0) + calibration.select(axis: 0, index: 1)
    return task.outputs(ofDecisions: representation, logOdds: odds)
  }

  var tensors: [String: Tensor] {
    var tensors = ["weights": weights, "coefficients": coefficients, "bias": bias, "calibration": calibration]
    for (view, samples) in vectors.enumerated() { tensors["view\(view).vectors"] = samples }
    return tensors
  }

  var notes: [String: String] { ["terms": (try? note(terms)) ?? ""] }

  /// Reads what `tensors` and `notes` gave; for what is refused see `Solver.restore`.
  init(_ file: inout NamedTensors, widths: [Int], task: any PredictionTask) throws {
    let machines = task.machines
    terms = try file.note("terms", as: [Term].self)
    for term in terms {
      guard widths.indices.contains(term.view) else {
        throw InputError(file: file.file, at: "terms", "a kernel on view \(term.view) of \(widths.count)")
      }
      try term.kernel.check(file: file.file)
    }
    self.task = task
    weights = try file.take("weights", [terms.count, machines])
    coefficients = try file.take("coefficients", [nil, machines])
    let count = coefficients.shape[0]
    bias = try file.take("bias", [machines])
    calibration = try file.take("calibration", [2, machines])
    var vectors: [Tensor] = []
    for (view, width) in widths.enumerated() { vectors.append(try file.take("view\(view).vectors", [count, width])) }
    self.vectors = vectors
  }

  /// - Parameters:
  ///   - models: one machine each.
  ///   - factors: what brought each term's kernel to its scale.
  ///   - views: the samples that were fitted.
  init(
    _ models: [MultipleKernelModel], _ terms: [Term], factors: [Double], views: [Tensor], task: any PredictionTask,
    calibrations: [PlattScaling]?
  ) {
    let used = (0..<views[0].shape[0]).filter { row in models.contains { $0.coefficients[row] != 0 } }
    let rows = Tensor(used)
    self.task = task
    self.terms = terms
    let products: [Double] = terms.indices.flatMap { term in models.map { $0.weights[term] * factors[term] } }
    weights = Tensor(products, shape: [terms.count, models.count])
    vectors = views.map { $0.indexSelect(rows) }
    let signed: [Double] = used.flatMap { row in models.map { $0.coefficients[row] } }
    coefficients = Tensor(signed, shape: [used.count, models.count])
    bias = Tensor(models.map(\.bias))
    // Platt's exponents fall with the decision; log-odds rise.
    let slopes: [Double] = calibrations?.map { -$0.a } ?? models.map { _ in 1 }
    let offsets: [Double] = calibrations?.map { -$0.b } ?? models.map { _ in 0 }
    calibration = Tensor(slopes + offsets, shape: [2, models.count])
  }
}
