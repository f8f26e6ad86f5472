import Chiasm
import Foundation
import Synchronization

/// Turns Ctrl-C, SIGTERM and the closing of the terminal into a request to stop at the next step. Work that does not reach one
/// within a second is ended where it stands, after its run is remembered as interrupted; a second signal ends the program at
/// once.
///
/// Handlers of the system's own, not dispatch sources: those need a thread, which may be refused, and miss what comes before
/// it is there.
final class Interruption {
  /// What the handlers reach: signals belong to the process, and there is one of it.
  static let requested = Cancellation()
  // A semaphore is made to be shared; it is never moved.
  private nonisolated(unsafe) static let alarm: UnsafeMutablePointer<sem_t> = {
    let alarm = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)
    alarm.initialize(to: sem_t())
    sem_init(alarm, 0, 0)
    return alarm
  }()
  private static let lastWords = Mutex<(@Sendable () -> Void)?>(nil)
  private static let watch: WorkerThread? = WorkerThread(stackBytes: 1 << 20) {
    while sem_wait(Interruption.alarm) != 0 {}
    usleep(900_000)
    Interruption.lastWords.withLock { lastWords in
      guard let lastWords else { return }
      lastWords()
      _exit(130)
    }
    // No run is at work: its end is being told, or it has not begun.
    usleep(2_000_000)
    _exit(130)
  }

  init() {
    // Made before any handler runs: one may not wait for another thread to make them.
    _ = (Self.requested, Self.alarm, Self.watch)
    let numbers = [SIGINT, SIGTERM, SIGHUP]
    // Who started the program may have blocked them, as threads of a dispatch queue do.
    var unblocked = sigset_t()
    sigemptyset(&unblocked)
    for number in numbers { sigaddset(&unblocked, number) }
    pthread_sigmask(SIG_UNBLOCK, &unblocked, nil)
    for number in numbers {
      // nohup's wish is kept. Shells ignore Ctrl-C for what they start in the background, which may still be told to stop.
      guard number != SIGHUP || !Self.isIgnored(number) else { continue }
      signal(number) { _ in
        let isSecond = Interruption.requested.isCancelled
        Interruption.requested.cancel()
        if isSecond { _exit(130) }
        sem_post(Interruption.alarm)
      }
    }
  }

  /// Tells what to do before work that does not stop is ended; nil once there is none.
  static func beforeEnding(_ body: (@Sendable () -> Void)?) { lastWords.withLock { $0 = body } }

  private static func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    guard sigaction(number, nil, &action) == 0 else { return false }
    return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }
}
