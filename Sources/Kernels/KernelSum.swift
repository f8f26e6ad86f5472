import CKernels
import Foundation
import Tensors

/// Σ weight · kernel for a solver that asks for rows: each is put together when it is first needed, of kernels that are in
/// memory.
final class KernelSum {
  let handle: OpaquePointer
  /// What the rows are read from.
  private let sources: [Tensor]

  /// - Parameter diagonal: of the sum.
  init(_ kernels: KernelStack, _ weights: [Double], diagonal: [Double]) {
    // With cores to spare the whole sum is there sooner than the third to a half of its rows that one solver asks for.
    let isAhead = kernels.isWhole && ProcessInfo.processInfo.activeProcessorCount <= 4
    let all = isAhead ? kernels.inMemory : []
    let used = weights.indices.filter { weights[$0] != 0 }
    let (matrices, factors) =
      isAhead ? (used.map { all[$0] }, used.map { weights[$0] }) : ([kernels.combined(weights)], [1])
    // Tensors of the stack are contiguous, so these are their own elements, which stay where they are.
    let pointers = matrices.map { matrix in matrix.withBytes { $0.baseAddress } }
    handle = ck_sum_create(
      kernels.precision.code, pointers, factors, pointers.count, diagonal, diagonal.count)
    sources = matrices
  }

  deinit { ck_sum_free(handle) }
}
