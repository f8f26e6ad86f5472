internal import CTorch
internal import Foundation

/// The numerical engine as a whole: version, threads, devices.
public enum Engine {
  /// libtorch's version, for instance `2.13.0`.
  public static var version: String { String(cString: ct_version()) }
  /// How libtorch was built, as it tells it.
  public static var buildDescription: String { String(cString: ct_build_description()) }

  /// Threads that one operation may use, for operations started from the calling thread.
  public static var threads: Int {
    get { Int(ct_threads()) }
    set { ct_set_threads(Int32(max(1, newValue))) }
  }

  /// Keeps memory that is freed for the next allocation: for programs that train, at their start.
  ///
  /// Every step allocates what the step before freed. The C library hands blocks of megabytes back to the system each
  /// time, and every page of the next one faults: a fifth of the time of a step of sixteen replicas.
  public static func keepFreedMemory() { ct_keep_freed_memory() }

  /// Number of CUDA devices; 0 before `loadCUDA()`.
  public static var cudaDeviceCount: Int { Int(ct_cuda_device_count()) }

  /// Loads the CUDA half of libtorch from `folder` (its `lib`), where the wheel has one.
  /// - Throws: `InputError` with the loader's message.
  public static func loadCUDA(from folder: String) throws {
    let path = folder + "/libtorch_cuda.so"
    guard ct_load_cuda(path) == 0 else { throw InputError(file: path, String(cString: ct_last_error())) }
  }

  /// Runs `body` and returns with its result the peak of bytes held by CPU tensors that this thread allocated in it.
  public static func measuringMemory<R>(_ body: () throws -> R) rethrows -> (result: R, peakBytes: Int) {
    let tracker = ct_memory_begin()
    defer { ct_memory_end(tracker) }
    let result = try body()
    return (result, ct_memory_peak(tracker))
  }
}
