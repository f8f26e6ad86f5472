import Foundation

/// Microseconds of processor time that this process has had: on an idle machine the time of one core, on a busy one
/// without the time that others had it.
func processorTime() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return Double(time.tv_sec) * 1e6 + Double(time.tv_nsec) / 1e3
}
