internal import Foundation

/// A thread that says whether it could be started. Foundation's does not: where the system refuses one (a limit of
/// processes, little address space) its `start()` returns, and whoever waits for its work waits for ever.
public final class WorkerThread: Sendable {
  private let thread: pthread_t

  /// Starts `body` on a thread of its own; to be joined once.
  ///
  /// - Parameters:
  ///   - stackBytes: of address space; deep graphs are released recursively.
  ///   - body: what it does.
  /// - Returns: nil where the system refuses a thread.
  public init?(stackBytes: Int = 64 << 20, _ body: @escaping @Sendable () -> Void) {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setstacksize(&attributes, stackBytes)
    let box = Unmanaged.passRetained(Work(body))
    var thread = pthread_t()
    let problem = pthread_create(
      &thread, &attributes,
      { argument in
        Unmanaged<Work>.fromOpaque(argument!).takeRetainedValue().body()
        return nil
      }, box.toOpaque())
    guard problem == 0 else {
      box.release()
      return nil
    }
    self.thread = thread
  }

  /// Waits for the end of the thread.
  public func join() { pthread_join(thread, nil) }

  /// Lets the thread end on its own; it must not be joined then.
  public func detach() { pthread_detach(thread) }

  private final class Work: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
}
